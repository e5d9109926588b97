import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TokenHeader } from '../jws/compact.js'
import { signToken } from '../jwt/sign.js'
import { createVerifier } from '../jwt/verify.js'
import { createSecret, secretBytes, secretKeys, type OctetJwk, type Secret } from './secret.js'

const NEW = 'the new secret, long enough for all: 0123456789012345678901234567'
const OLD = 'the old secret, long enough for all: 0123456789012345678901234567'
const now = () => 1_700_000_000_000

const jwk = (text: string, members: Partial<OctetJwk> = {}): OctetJwk => ({
  kty: 'oct',
  k: Buffer.from(text).toString('base64url'),
  ...members,
})

const refusal = (code: string) => expect.objectContaining({ name: 'ConfigurationError', code })

const signedWith = (secret: Secret) =>
  signToken({ sub: 'alice' }, secretKeys(secret).signingKey, { now })

const verifyWith = (secret: Secret | readonly Secret[], token: string) =>
  createVerifier({ keys: secretKeys(secret), now }).verify(token)

describe('secretKeys: spellings of a secret', () => {
  it('takes text, bytes and an oct JWK for the same secret (RFC 7518 section 6.4)', async () => {
    const spellings = [NEW, Buffer.from(NEW), new Uint8Array(Buffer.from(NEW)), jwk(NEW)]
    for (const secret of spellings) {
      await expect(verifyWith(secret, signedWith(NEW))).resolves.toHaveProperty(
        'claims.sub',
        'alice',
      )
      await expect(verifyWith(secret, signedWith(OLD))).rejects.toHaveProperty(
        'code',
        'token_signature',
      )
    }
  })

  it('keeps its own copy of the bytes', async () => {
    const bytes = Buffer.from(NEW)
    const keys = secretKeys(bytes)
    bytes.fill(0)
    const verified = createVerifier({ keys, now }).verify(signedWith(NEW))
    await expect(verified).resolves.toHaveProperty('claims.sub', 'alice')
  })

  it('counts the UTF-8 bytes of text, not its characters (RFC 7518 section 3.2)', () => {
    expect(() => secretKeys('\u00e4'.repeat(16))).not.toThrow()
    expect(() => secretKeys('\u00e4'.repeat(15))).toThrow(refusal('secret_too_short'))
    expect(secretBytes('\u00e4')).toStrictEqual(Buffer.from([0xc3, 0xa4]))
  })

  it.each([
    ['null', null],
    ['a number', 5],
    ['a list in a list', [[NEW]]],
    ['undefined in a list', [NEW, undefined]],
    ['null in a list', [NEW, null]],
    ['an ArrayBuffer', new ArrayBuffer(32)],
    ['an RSA JWK', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a key set', { keys: [jwk(NEW)] }],
    ['a JWK without k', { kty: 'oct' }],
    ['a JWK whose k is no text', { kty: 'oct', k: [1, 2] }],
    ['a JWK with padding', { kty: 'oct', k: `${Buffer.alloc(32).toString('base64url')}=` }],
    ['a JWK in base64', { kty: 'oct', k: Buffer.alloc(33, 0xff).toString('base64') }],
    ['a JWK with a line break', { kty: 'oct', k: `${'A'.repeat(43)}\n` }],
    ['a JWK with stray bits', { kty: 'oct', k: `${'A'.repeat(42)}B` }],
  ])('refuses %s', (_case, secret) => {
    expect(() => secretKeys(Object({ secret }).secret)).toThrow(refusal('option_invalid'))
  })
})

describe('secretKeys: length (RFC 7518 section 3.2)', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)(
    'takes for %s a secret of %d bytes, and refuses one byte less',
    (algorithm, bytes) => {
      const algorithms = [algorithm]
      expect(secretKeys('x'.repeat(bytes), { algorithms }).signingKey.algorithm).toBe(algorithm)
      expect(() => secretKeys('x'.repeat(bytes - 1), { algorithms })).toThrow(
        refusal('secret_too_short'),
      )
      expect(() => secretKeys(jwk('x'.repeat(bytes - 1), { alg: algorithm }))).toThrow(
        refusal('secret_too_short'),
      )
    },
  )

  it.each([
    [32, ['HS256']],
    [47, ['HS256']],
    [48, ['HS256', 'HS384']],
    [63, ['HS256', 'HS384']],
    [64, ['HS256', 'HS384', 'HS512']],
  ])('of %d bytes serves %j where no algorithm is asked for', async (bytes, algorithms) => {
    const [key] = await secretKeys(Buffer.alloc(bytes, 1)).find({})
    expect(key?.algorithms).toStrictEqual(algorithms)
  })

  it('refuses an empty secret and an empty list by a name of their own', () => {
    for (const secret of ['', new Uint8Array(0), jwk(''), [], ['']]) {
      expect(() => secretKeys(secret)).toThrow(refusal('secret_missing'))
    }
  })

  it('refuses a list for each of its secrets, not only for the first', () => {
    expect(() => secretKeys([NEW, 'short'])).toThrow(refusal('secret_too_short'))
    expect(() => secretKeys([NEW, ''])).toThrow(refusal('secret_missing'))
    expect(() => secretKeys([NEW, '-----BEGIN PUBLIC KEY-----'])).toThrow(
      refusal('secret_is_public_key'),
    )
  })

  it('says how to make a good one, and never prints the bad one', () => {
    const message = expect.stringMatching(/npx signet secret/)
    expect(() => secretKeys('hunter2')).toThrow(expect.objectContaining({ message }))
    expect(() => secretKeys('hunter2')).not.toThrow('hunter2')
    expect(() => secretKeys({ kty: 'oct', k: 'hunter2==' })).not.toThrow('hunter2')
  })
})

describe('secretKeys: algorithms', () => {
  it('serves a secret with HMAC only, whatever else is asked for (RFC 8725 section 2.1)', async () => {
    const { signingKey, find } = secretKeys(NEW, { algorithms: ['RS256', 'HS384'] })
    expect(signingKey.algorithm).toBe('HS384')
    expect((await find({})).map((key) => key.algorithms)).toStrictEqual([['HS384']])
    for (const algorithms of [['RS256'], ['EdDSA'], []] as const) {
      expect(() => secretKeys(NEW, { algorithms })).toThrow(refusal('algorithm_unknown'))
    }
  })

  it('serves a JWK with its alg only (RFC 7517 section 4.4)', async () => {
    const keys = secretKeys(jwk(NEW, { alg: 'HS512' }))
    expect(keys.signingKey.algorithm).toBe('HS512')
    await expect(createVerifier({ keys, now }).verify(signedWith(NEW))).rejects.toHaveProperty(
      'code',
      'token_algorithm',
    )
  })

  it('refuses a JWK whose alg is no HMAC or is not allowed, wherever it stands in a list', () => {
    for (const alg of ['RS256', 'none', 'A128KW', '', 'hs256']) {
      expect(() => secretKeys(jwk(NEW, { alg }))).toThrow(refusal('algorithm_unknown'))
    }
    const list = [NEW, jwk(OLD, { alg: 'HS256' })]
    expect(() => secretKeys(list, { algorithms: ['HS512'] })).toThrow(refusal('algorithm_unknown'))
  })

  it('serves the algorithms that it is long enough for, of those asked for (RFC 7518 section 3.2)', async () => {
    const { find } = secretKeys('x'.repeat(32), { algorithms: ['HS512', 'HS256', 'HS384'] })
    expect((await find({})).map((key) => key.algorithms)).toStrictEqual([['HS256']])
  })

  it('verifies, and does not sign, with a JWK that is only for that (RFC 7517 section 4.3)', async () => {
    const token = signedWith(NEW)
    const verifyOnly = secretKeys(jwk(NEW, { key_ops: ['verify'] }))
    await expect(createVerifier({ keys: verifyOnly, now }).verify(token)).resolves.toBeDefined()
    expect(() => verifyOnly.signingKey.sign('a.b')).toThrow(refusal('option_invalid'))
    const wrong = [
      ['sign'],
      [],
      'verify',
      ['verify', 'verify'],
      ['encrypt', 'verify'],
      ['verify', 7],
    ]
    for (const key_ops of wrong) {
      expect(() => secretKeys(jwk(NEW, Object({ key_ops })))).toThrow(refusal('option_invalid'))
    }
  })

  it('verifies nothing with an algorithm that is no HMAC', async () => {
    const [key] = await secretKeys(NEW).find({})
    expect(key?.verify('RS256', 'a.b', Buffer.alloc(32))).toBe(false)
  })

  it('compares whole signatures of the right length only (RFC 2104)', async () => {
    const [key] = await secretKeys(NEW).find({})
    const mac = createHmac('sha256', NEW).update('a.b').digest()
    const verify = (signature: Buffer) => key?.verify('HS256', 'a.b', signature)
    expect(verify(mac)).toBe(true)
    const wrong = [
      mac.subarray(0, 31),
      Buffer.concat([mac, mac]),
      Buffer.alloc(0),
      Buffer.alloc(32),
    ]
    expect(wrong.map(verify)).toStrictEqual([false, false, false, false])
  })
})

describe('secretKeys: rotation', () => {
  it('signs with the first secret and verifies with all', async () => {
    const both = [NEW, OLD]
    const fresh = signToken({ sub: 'alice' }, secretKeys(both).signingKey, { now })
    await expect(verifyWith(NEW, fresh)).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verifyWith(OLD, fresh)).rejects.toHaveProperty('code', 'token_signature')
    await expect(verifyWith(both, signedWith(OLD))).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verifyWith([NEW], signedWith(OLD))).rejects.toHaveProperty(
      'code',
      'token_signature',
    )
  })

  it('tries only secrets whose kid is the one of the header (RFC 7515 section 4.1.4)', async () => {
    const keys = secretKeys([jwk(NEW, { kid: 'new' }), jwk(OLD, { kid: 'old' })])
    const found = async (header: TokenHeader) => (await keys.find(header)).map((key) => key.keyId)
    expect(await found({ kid: 'old' })).toStrictEqual(['old'])
    expect(await found({})).toStrictEqual(['new', 'old'])
    for (const kid of ['OLD', '', 'old ', null, 0, ['old'], { toString: () => 'old' }]) {
      expect(await found({ kid })).toStrictEqual([])
    }
    expect(await found(Object.create({ kid: 'old' }))).toStrictEqual(['new', 'old'])
  })

  it('lets a secret without kid verify whatever the header names', async () => {
    const token = signToken({ sub: 'alice' }, secretKeys(jwk(OLD, { kid: 'old' })).signingKey, {
      now,
    })
    await expect(verifyWith([NEW, OLD], token)).resolves.toHaveProperty('header.kid', 'old')
    const known = jwk(OLD, { kid: 'other' })
    await expect(verifyWith(known, token)).rejects.toHaveProperty('code', 'token_key_unknown')
  })
})

describe('createSecret', () => {
  it('makes another secret each time, long enough for every HMAC (RFC 7518 section 3.2)', () => {
    const secrets = Array.from({ length: 50 }, createSecret)
    expect(new Set(secrets).size).toBe(50)
    expect(secrets.every((secret) => /^[A-Za-z0-9_-]{64}$/.test(secret))).toBe(true)
    const algorithms = ['HS512'] as const
    expect(() => secrets.map((secret) => secretKeys(secret, { algorithms }))).not.toThrow()
  })
})
