import { afterEach, describe, expect, it, vi } from 'vitest'
import { maskSecrets, MAX_CHARACTERS } from './secret-mask.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a secret', () => {
  it.each([
    [
      'Incorrect API key provided: sk-proj-abc123. You can find your key at https://a.example.',
      'sk-proj-abc123',
    ],
    ['Incorrect API key provided: sk-ab********************wxyz.', 'wxyz'],
    ['Incorrect API key provided: my own key', 'my own'],
    ['Invalid api_key: abcdef', 'abcdef'],
    ['Invalid x-api-key=abcdef', 'abcdef'],
    ['Authorization: Bearer abc.def.ghi refused', 'abc.def'],
    ['{"token":"abcdefgh"}', 'abcdefgh'],
    ['key AIzaSyA-1234567890abcdefghijklmnopqrstu is wrong', 'AIzaSy'],
    ['key gsk_abcdef1234 is wrong', 'abcdef1234'],
    ['key xai-abcdef1234 is wrong', 'abcdef1234'],
    ['no such key 0123456789abcdef0123456789ABCDEF', '456789'],
    ['no such key Ab3dEfGhIjKlMnOpQrStUvWx', 'Ab3dEf'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl', 'eyJ'],
    ['refused -eyJhbGciOiJub25lIn0.e30.', 'eyJ'],
    ['connect to https://user:hunter2@host.example failed', 'hunter2'],
    ['postgres://app:Tr0ub@dor@db.internal/x', 'dor'],
    ['postgres://app:pa/ss@db/x', 'pa/ss'],
    ['postgres://app:12/34@db/x', '12/34'],
    ['postgres://app:pa?ss@db/x', 'pa?ss'],
    ['postgres://app:pa#ss@db/x', 'pa#ss'],
    ['redis://:pa/ss@cache:6379/0', 'pa/ss'],
    ['https://user:pa/ss@host.example/v1', 'pa/ss'],
    ['from http://a.example:80,http://u:hunter@b.example', 'hunter'],
    ['https://h/v1?access_token=abcdefgh', 'abcdefgh'],
    ['https://h/v1?key=abcdefgh', 'abcdefgh'],
    ['https://h/v1?a=b&key=abcd,efgh;ijkl', 'ijkl'],
    ['https://h/v1?code=abcdefgh', 'abcdefgh'],
    ['https://h/v1?sv=2024&sig=abc%2Fdef%3D', 'def'],
    ['https://h/v1?X-Amz-Credential=abcdef&X-Amz-Signature=fedcba', 'fedcba'],
    ['https://h/?to=https%3A%2F%2Fi%2F%3Fx%3D1%26code%3Dabcdefgh', 'abcdefgh'],
    ['grant_type=code client_secret%3Dabcdefgh', 'abcdefgh'],
    ['client_secret%253Dabcdefgh', 'abcdefgh'],
    ['x-api-key abcd1234', 'abcd1234'],
    ['wrong password hunter2', 'hunter2'],
    ['Incorrect API key: "my secret key"', 'secret key'],
    ["Incorrect API key: 'my secret key'", 'secret key'],
    [String.raw`{"body":"{\"password\":\"my secret\"}"}`, 'my secret'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQIB\nAD/+ANBg\n-----END PRIVATE KEY-----', 'ANBg'],
    [String.raw`-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIB\nAD/+ANBg`, 'ANBg'],
    ['-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIB\nANBg', 'ANBg'],
  ])('is taken out of: %s', (text, secret) => {
    expect(text).toContain(secret)
    expect(maskSecrets(text)).not.toContain(secret)
  })

  it.each([
    ['postgres://app:Tr0ub@dor@db.internal:5432/x', 'postgres://[hidden]@db.internal:5432/x'],
    ['at https://h/v1?key=abcdef&model=gpt-4o.', 'at https://h/v1?key=[hidden]&model=gpt-4o.'],
    [
      'the key -----BEGIN PRIVATE KEY-----\nMIIEvQIB\n-----END PRIVATE KEY----- is odd',
      'the key [hidden] is odd',
    ],
    ['API key: "my secret key" is wrong', 'API key: "[hidden]" is wrong'],
  ])('is taken out, and what is around it stays: %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
    expect(maskSecrets(masked)).toBe(masked)
  })

  it.each([
    'Incorrect API key provided: [the API key]',
    'OPENAI_API_KEY is not set. Set it to a key of OpenAI, for example in .env.',
    'The package @ai-sdk/anthropic is not installed. Run npm install @ai-sdk/anthropic.',
    'The model claude-3-5-sonnet-20241022 does not exist.',
    'connect ECONNREFUSED 127.0.0.1:11434',
    'getaddrinfo ENOTFOUND api.openai.example',
    'This model has a context of 8192 tokens: ask for fewer.',
    'the run 0b9c1f0e-7a55-4c43-9b7a-d2c1a4a6f1c3 has ended',
    'The header x-api-key is missing.',
    'The password must have 12 characters.',
    'Unknown key: temperature',
    '{"key":"temperature"}',
    'Unexpected token < in JSON at position 12',
    'postgres://db.internal:5432/app cannot be reached',
    'Set DATABASE_URL to postgres://HOST:5432/NAME.',
    'https://registry.npmjs.org/@ai-sdk/openai answered 404',
    'http://localhost:4873/@ai-sdk/openai answered 404',
    'http://[::1]:4873/@ai-sdk/openai answered 404',
    'at file:///srv/node_modules/@ai-sdk/openai/dist/index.js:12:3',
    'https://h.example/v1?api-version=2024-06-01&model=gpt-4o&country_code=de',
    'It begins with -----BEGIN PUBLIC KEY----- and has lines of Base64.',
    'An eyewitness. Eyebrows-raised.',
  ])('is not seen where there is none: %s', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })
})

describe('a secret of the environment', () => {
  it('is taken out, however it is written, and its variable is named', () => {
    vi.stubEnv('ODD_API_KEY', 'plain words')
    vi.stubEnv('SOME_PASSWORD', 'ab')
    expect(maskSecrets('No plain words are abler.')).toBe('No [ODD_API_KEY] are abler.')
  })

  it.each(['DATABASE_URL', 'REDIS_URL', 'MAIN_DSN', 'DB_CONNECTION_STRING', 'MONGO_URI'])(
    'is an address with its password, and the password within: %s',
    (name) => {
      vi.stubEnv(name, 'postgres://app:tr0ub%40dor@db.internal/x')
      expect(maskSecrets('of postgres://app:tr0ub%40dor@db.internal/x')).toBe(`of [${name}]`)
      expect(maskSecrets('for tr0ub%40dor and tr0ub@dor')).toBe(
        `for [password of ${name}] and [password of ${name}]`,
      )
    },
  )

  it('is a password of a connection that is no URL', () => {
    vi.stubEnv('SQL_CONNECTION', 'Server=db.internal;Password=tr0ub4dor;')
    expect(maskSecrets('login tr0ub4dor failed')).toBe('login [password of SQL_CONNECTION] failed')
  })

  it('is neither an address without a password nor a word that stands in many texts', () => {
    vi.stubEnv('MODEL_URL', 'http://models.internal:11434/v1')
    vi.stubEnv('DATABASE_URL', 'postgres://postgres:postgres@db.internal/x')
    const text = 'http://models.internal:11434/v1 of db.internal has no role postgres'
    expect(maskSecrets(text)).toBe(text)
  })
})

describe('a long text', () => {
  const filler = 'word '.repeat(MAX_CHARACTERS / 5 - 2)

  it('is cut, and a word is not cut in two', () => {
    const text = `${filler}postgres://app:hunter2hunter2@db/x more`
    expect(maskSecrets(text)).toBe(`${filler.trimEnd()} …`)
  })

  it('of the greatest length is whole', () => {
    const text = 'word '.repeat(MAX_CHARACTERS / 5)
    expect(maskSecrets(text)).toBe(text)
  })

  it('does not end within a secret of several words', () => {
    vi.stubEnv('ODD_API_KEY', 'plain odd words of a key')
    expect(maskSecrets(`${filler}plain odd words of a key`)).toBe(`${filler.trimEnd()} …`)
  })

  // That each pattern takes linear steps is found out in test/project/patterns.test.ts.
  it.each([
    'ey-',
    'eyJ',
    'eyJabcdefgh.',
    'sk-',
    'sk-abcd',
    'Bearer ',
    'basic abcd ',
    '://',
    '://a:b/',
    '://a:b@',
    'http://',
    '?key=',
    '&a',
    '%26',
    '%3Fcode%3D',
    'api-key ',
    'api-key"',
    'token provided',
    'token:',
    'token="',
    "token='",
    'password ',
    'a1B-',
    '-----BEGIN ',
    '-----BEGIN A-----\nabcdefgh ',
    '-----END ',
    ' ',
    '\n',
    '[hidden]',
  ])('is looked at to its bound alone, whatever it repeats: %j', (piece) => {
    const text = piece.repeat(1_000_000 / piece.length)
    const masked = maskSecrets(text)
    expect(masked).toBe(maskSecrets(text.slice(0, MAX_CHARACTERS + 1)))
    expect(masked.length).toBeLessThan(MAX_CHARACTERS * 4)
  })
})
