import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  craftToken,
  createDocumentFetch,
  createEcSigner,
  createEdSigner,
  createRsaSigner,
  hmacSigner,
  signAs,
} from '@signet/test-support/token/signers'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const ISSUER = 'https://issuer.example'
const CLAIMS = { iss: ISSUER, aud: 'api', sub: 'alice', iat: NOW - 10, exp: NOW + 10 }

const [rsa, ec, ed, stranger] = [
  createRsaSigner(),
  createEcSigner(),
  createEdSigner(),
  createRsaSigner(),
]

/** Options that no type has checked. */
const untyped = (options: object): MastraJwtAuthOptions => Object(options)

const create = (options: MastraJwtAuthOptions) =>
  new MastraJwtAuth({ now: () => NOW * 1000, ...options })

const ask = (options: MastraJwtAuthOptions, token: string) =>
  create(options).authenticateToken(token)

const misconfigured = (code: string) =>
  expect.objectContaining({ name: 'ConfigurationError', code })
const refused = (code: string) => ({ name: 'TokenError', code })

/** A token of the shared secret. */
const secretToken = (claims: object) =>
  craftToken(hmacSigner(SECRET), '{"alg":"HS256"}', JSON.stringify(claims))

beforeEach(() => {
  vi.stubEnv('MASTRA_JWT_SECRET', undefined)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('publicKey', () => {
  const audience = 'api'

  it.each([
    ['RSA in PEM', rsa.pem, rsa],
    ['RSA in PKCS#1', String(rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })), rsa],
    ['an RSA JWK (RFC 7518 section 6.3)', rsa.jwk, rsa],
    ['EC in PEM', ec.pem, ec],
    ['an EC JWK (RFC 7518 section 6.2)', ec.jwk, ec],
    ['Ed25519 in PEM', ed.pem, ed],
    ['an Ed25519 JWK (RFC 8037 section 2)', ed.jwk, ed],
  ])('takes tokens of its key and of no other: %s', async (_kind, publicKey, signer) => {
    const provider = create({ publicKey, audience })
    const kidless = { kid: undefined }
    const claims = await provider.authenticateToken(signAs(signer, CLAIMS, kidless))
    expect(claims).toStrictEqual(CLAIMS)
    const other = [rsa, ec, ed].find((each) => each !== signer) ?? stranger
    await expect(provider.authenticateToken(signAs(other, CLAIMS, kidless))).rejects.toMatchObject(
      refused('token_algorithm'),
    )
    const forged = signAs(other, CLAIMS, { ...kidless, alg: signer.algorithm })
    await expect(provider.authenticateToken(forged)).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it('takes tokens of each key of a list, and of none that is not in it', async () => {
    const provider = create({ publicKey: [rsa.pem, ed.jwk], audience })
    for (const signer of [rsa, ed]) {
      await expect(provider.authenticateToken(signAs(signer, CLAIMS))).resolves.toBeDefined()
    }
    await expect(provider.authenticateToken(signAs(ec, CLAIMS))).rejects.toMatchObject({
      name: 'TokenError',
      code: expect.stringMatching(/^token_(?:algorithm|key_unknown)$/),
    })
    await expect(provider.authenticateToken(signAs(stranger, CLAIMS))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it('never serves as a secret (RFC 8725 section 2.1)', async () => {
    for (const bytes of [rsa.pem, JSON.stringify(rsa.jwk)]) {
      const forged = craftToken(hmacSigner(bytes), '{"alg":"HS256"}', JSON.stringify(CLAIMS))
      await expect(ask({ publicKey: rsa.pem, audience }, forged)).rejects.toMatchObject(
        refused('token_algorithm'),
      )
    }
    const secret = JSON.stringify(rsa.jwk)
    expect(() => create({ secret })).toThrow(misconfigured('secret_is_public_key'))
  })

  it('is bound to the algorithms that are named', async () => {
    const options = { publicKey: rsa.pem, audience, algorithms: ['RS512' as const] }
    await expect(ask(options, signAs(rsa, CLAIMS))).rejects.toMatchObject(
      refused('token_algorithm'),
    )
    const named = { ...options, algorithms: ['RS512' as const, 'RS256' as const] }
    await expect(ask(named, signAs(rsa, CLAIMS))).resolves.toBeDefined()
  })

  it.each([
    ['an empty list', [], 'key_invalid'],
    ['a text that is no key', 'no key', 'key_invalid'],
    ['null', null, 'key_invalid'],
    ['a number', 7, 'key_invalid'],
    ['a private JWK', { ...ec.jwk, d: 'AA' }, 'key_is_private'],
    ['a symmetric JWK', { kty: 'oct', k: 'A'.repeat(64) }, 'key_is_private'],
    ['a key for encryption (RFC 7517 section 4.2)', { ...rsa.jwk, use: 'enc' }, 'key_invalid'],
    ['a key of 512 bits', { ...rsa.jwk, n: 'w'.repeat(85) + 'Q' }, 'key_weak'],
    ['a list with one that is none', [rsa.pem, 'no key'], 'key_invalid'],
  ])('refuses at construction %s', (_case, publicKey, code) => {
    expect(() => create(untyped({ publicKey, audience }))).toThrow(misconfigured(code))
  })
})

describe('jwks (RFC 7517 section 5)', () => {
  const jwks = { keys: [rsa.jwk, ec.jwk] }
  const rules = { jwks, issuer: ISSUER, audience: 'api' }

  it('takes tokens of the key that their kid names', async () => {
    for (const signer of [rsa, ec]) {
      await expect(ask(rules, signAs(signer, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    }
  })

  it.each([
    ['of an unknown kid', signAs(ed, CLAIMS), 'token_key_unknown'],
    ['of the kid of another key', signAs(rsa, CLAIMS, { kid: 'ES256' }), 'token_algorithm'],
    ['of a key that is not in it', signAs(stranger, CLAIMS), 'token_signature'],
    ['with a kid that is no text', signAs(rsa, CLAIMS, { kid: 7 }), 'token_malformed'],
    ['of another issuer', signAs(rsa, { ...CLAIMS, iss: 'b' }), 'token_issuer'],
    ['for another audience', signAs(rsa, { ...CLAIMS, aud: 'b' }), 'token_audience'],
  ])('refuses a token %s', async (_case, token, code) => {
    await expect(ask(rules, token)).rejects.toMatchObject(refused(code))
  })

  it('without a kid takes the one key that fits, and none where several do', async () => {
    const kidless = signAs(rsa, CLAIMS, { kid: undefined })
    await expect(ask(rules, kidless)).resolves.toBeDefined()
    const two = { keys: [rsa.jwk, { ...stranger.jwk, kid: 'other' }] }
    await expect(ask({ ...rules, jwks: two }, kidless)).rejects.toMatchObject(
      refused('token_key_unknown'),
    )
  })

  it.each([
    ['a symmetric key alone', { keys: [{ kty: 'oct', k: 'A'.repeat(64) }] }],
    ['two keys of one kid', { keys: [rsa.jwk, { ...stranger.jwk, kid: rsa.jwk.kid }] }],
    ['no list', {}],
    ['a key that is no object', { keys: ['key'] }],
    ['nothing', null],
  ])('refuses at construction a set with %s', (_case, set) => {
    const options = untyped({ ...rules, jwks: set })
    expect(() => create(options)).toThrow(misconfigured('key_set_invalid'))
  })

  it.each([
    ['no key', []],
    ['no key for signatures', [{ ...rsa.jwk, use: 'enc' }]],
    ['a key that is too small', [{ ...rsa.jwk, n: 'w'.repeat(85) + 'Q' }]],
  ])('refuses at construction a set with %s alone, which could accept no token', (_case, keys) => {
    const options = untyped({ ...rules, jwks: { keys } })
    expect(() => create(options)).toThrow(misconfigured('key_set_invalid'))
    expect(() => create(untyped({ ...rules, jwks: { keys: [...keys, ec.jwk] } }))).not.toThrow()
  })

  it('does not look at a certificate beside a key: what verifies is the key', async () => {
    const jwk = { ...rsa.jwk, x5c: ['AA'], x5u: 'https://other.example/', x5t: 'x' }
    const options = untyped({ ...rules, jwks: { keys: [jwk] } })
    await expect(ask(options, signAs(rsa, CLAIMS))).resolves.toBeDefined()
    await expect(ask(options, signAs(stranger, CLAIMS))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })
})

describe('jwksUri', () => {
  const jwksUri = 'https://issuer.example/keys'
  const rules = { jwksUri, issuer: ISSUER, audience: 'api' }

  it('fetches the keys when the first token comes, and once', async () => {
    const { fetch, asked } = createDocumentFetch({ [jwksUri]: { keys: [rsa.jwk] } })
    const provider = create({ ...rules, fetch })
    expect(asked).toStrictEqual([])
    const token = signAs(rsa, CLAIMS)
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
    const forged = provider.authenticateToken(signAs(stranger, CLAIMS))
    await expect(forged).rejects.toMatchObject(refused('token_signature'))
    expect(asked).toStrictEqual([jwksUri])
  })

  it('is keys_unavailable, and no refusal of the token, where they cannot be fetched', async () => {
    const { fetch } = createDocumentFetch({})
    await expect(ask({ ...rules, fetch }, signAs(rsa, CLAIMS))).rejects.toMatchObject({
      name: 'AuthError',
      code: 'keys_unavailable',
    })
  })

  it('asks for no address that a token names (RFC 8725 section 3.10)', async () => {
    const { fetch, asked } = createDocumentFetch({ [jwksUri]: { keys: [rsa.jwk] } })
    const header = { jku: 'https://evil.example/keys', x5u: 'https://evil.example/x' }
    await expect(ask({ ...rules, fetch }, signAs(stranger, CLAIMS, header))).rejects.toMatchObject(
      refused('token_signature'),
    )
    expect(asked).toStrictEqual([jwksUri])
  })

  it.each([
    '',
    'issuer.example/keys',
    'http://issuer.example/keys',
    'https://a:b@issuer.example/',
    null,
    7,
  ])('refuses at construction the address %j', (address) => {
    const options = untyped({ ...rules, jwksUri: address })
    expect(() => create(options)).toThrow(misconfigured('option_invalid'))
  })

  it('takes http on this machine, and a URL', () => {
    for (const address of ['http://localhost:8080/keys', new URL('http://127.0.0.1/keys')]) {
      expect(() => create({ ...rules, jwksUri: address })).not.toThrow()
    }
  })
})

describe('discovery (OpenID Connect Discovery 1.0 section 4)', () => {
  const metadata = 'https://issuer.example/.well-known/openid-configuration'
  const jwksUri = 'https://keys.example/set'
  const documents = {
    [metadata]: { issuer: ISSUER, jwks_uri: jwksUri },
    [jwksUri]: { keys: [rsa.jwk] },
  }
  const rules = { issuer: ISSUER, audience: 'api' }

  it('finds the keys of an issuer that stands alone, and not the secret of the environment', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
    const { fetch, asked } = createDocumentFetch(documents)
    const provider = create({ ...rules, fetch })
    await expect(provider.authenticateToken(signAs(rsa, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    expect(asked).toStrictEqual([metadata, jwksUri])
    await expect(provider.authenticateToken(secretToken(CLAIMS))).rejects.toMatchObject({
      name: 'TokenError',
    })
  })

  it.each([
    ['of another issuer (section 4.3)', { issuer: `${ISSUER}/`, jwks_uri: jwksUri }],
    ['without an issuer', { jwks_uri: jwksUri }],
    ['without a key set', { issuer: ISSUER }],
    ['with a key set over http', { issuer: ISSUER, jwks_uri: 'http://keys.example/set' }],
    ['that is a list', [ISSUER]],
  ])('trusts no metadata %s', async (_case, document) => {
    const { fetch } = createDocumentFetch({ ...documents, [metadata]: document })
    const answer = ask({ ...rules, fetch }, signAs(rsa, CLAIMS))
    await expect(answer).rejects.toMatchObject({ name: 'AuthError', code: 'keys_unavailable' })
  })

  it.each([
    ['a list of two', [ISSUER, 'https://other.example']],
    ['an empty list', []],
    ['none', false],
    ['no URL', 'issuer'],
    ['http elsewhere', 'http://issuer.example'],
    ['a URL with a query', 'https://issuer.example?tenant=a'],
  ])('refuses at construction an issuer without keys that is %s', (_case, issuer) => {
    const options = untyped({ issuer, audience: 'api' })
    expect(() => create(options)).toThrow(misconfigured('option_invalid'))
  })
})

describe('issuer and audience', () => {
  const jwks = { keys: [rsa.jwk] }
  const jwksUri = 'https://issuer.example/keys'
  const foreign = { ...CLAIMS, iss: 'b', aud: 'b' }

  it('are needed with a key set: left out, any server of any issuer would be meant', () => {
    for (const keys of [{ jwks }, { jwksUri }]) {
      expect(() => create({ ...keys, audience: 'a' })).toThrow(misconfigured('option_invalid'))
      expect(() => create({ ...keys, issuer: 'a' })).toThrow(misconfigured('option_invalid'))
      expect(() => create({ ...keys, issuer: 'a', audience: 'a' })).not.toThrow()
    }
    expect(() => create({ issuer: ISSUER })).toThrow(misconfigured('option_invalid'))
    expect(() => create({ publicKey: rsa.pem })).toThrow(misconfigured('option_invalid'))
    expect(() => create({ publicKey: rsa.pem, audience: 'a' })).not.toThrow()
  })

  it('accept any only where false is written out', async () => {
    const token = signAs(rsa, foreign)
    await expect(ask({ jwks, issuer: false, audience: false }, token)).resolves.toStrictEqual(
      foreign,
    )
    await expect(ask({ publicKey: rsa.pem, audience: false }, token)).resolves.toStrictEqual(
      foreign,
    )
    await expect(ask({ secret: SECRET }, secretToken(foreign))).resolves.toStrictEqual(foreign)
    const bare = signAs(rsa, { sub: 'alice', exp: NOW + 1 })
    await expect(ask({ jwks, issuer: false, audience: false }, bare)).resolves.toBeDefined()
    await expect(ask({ jwks, issuer: false, audience: 'a' }, bare)).rejects.toMatchObject(
      refused('token_audience'),
    )
    await expect(ask({ jwks, issuer: 'a', audience: false }, bare)).rejects.toMatchObject(
      refused('token_issuer'),
    )
  })

  it('may be lists, of which an empty one accepts nothing', async () => {
    const token = signAs(rsa, foreign)
    const lists = { jwks, issuer: ['a', 'b'], audience: ['c', 'b'] }
    await expect(ask(lists, token)).resolves.toStrictEqual(foreign)
    const twins = [
      [{ ...lists, issuer: ['a', 'B'] }, 'token_issuer'],
      [{ ...lists, issuer: [] }, 'token_issuer'],
      [{ ...lists, audience: ['a', 'B'] }, 'token_audience'],
      [{ ...lists, audience: [] }, 'token_audience'],
    ] as const
    for (const [options, code] of twins) {
      await expect(ask(options, token)).rejects.toMatchObject(refused(code))
    }
  })

  it.each(
    [null, true, 7, '', ['a', undefined]].flatMap((value) => [
      { issuer: value },
      { audience: value },
    ]),
  )('is refused at construction where it is of a wrong type: %j', (wrong) => {
    const isText = Object.values(wrong).includes('')
    const options = untyped({ jwks, issuer: 'a', audience: 'a', ...wrong })
    if (isText) expect(() => create(options)).not.toThrow()
    else expect(() => create(options)).toThrow(misconfigured('option_invalid'))
  })
})

describe('algorithms that the keys do not serve', () => {
  const rules = { issuer: ISSUER, audience: 'api' }
  const kinds = {
    publicKey: { ...rules, publicKey: ec.jwk },
    jwks: { ...rules, jwks: { keys: [ec.jwk] } },
    jwksUri: { ...rules, jwksUri: `${ISSUER}/keys` },
    discovery: rules,
  }

  it.each(Object.entries(kinds))('are refused at construction: %s', (_kind, options) => {
    for (const algorithms of [['HS256'], ['HS256', 'HS512'], []]) {
      const refusing = untyped({ ...options, algorithms })
      expect(() => create(refusing)).toThrow(misconfigured('algorithm_unknown'))
    }
    expect(() => create(untyped({ ...options, algorithms: ['ES256', 'HS256'] }))).not.toThrow()
  })

  it('are told only where the keys are at hand', () => {
    const algorithms = ['RS256' as const]
    for (const kind of ['publicKey', 'jwks'] as const) {
      const refusing = untyped({ ...kinds[kind], algorithms })
      expect(() => create(refusing)).toThrow(misconfigured('algorithm_unknown'))
    }
    for (const kind of ['jwksUri', 'discovery'] as const) {
      expect(() => create({ ...kinds[kind], algorithms })).not.toThrow()
    }
  })

  it('are refused with what is wrong with them, where they are none', () => {
    const refusing = (algorithms: unknown) =>
      untyped({ ...kinds.publicKey, algorithms: algorithms })
    expect(() => create(refusing(['none']))).toThrow(misconfigured('algorithm_unknown'))
    expect(() => create(refusing('ES256'))).toThrow(misconfigured('option_invalid'))
  })
})

describe('options that are refused at construction', () => {
  const kinds = {
    secret: SECRET,
    publicKey: rsa.pem,
    jwks: { keys: [rsa.jwk] },
    jwksUri: 'https://issuer.example/keys',
  }
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  const pairs = names.flatMap((one, index) =>
    names.slice(index + 1).map((other) => [one, other] as const),
  )

  it.each(pairs)('keys of two kinds: %s beside %s', (one, other) => {
    const keys = { [one]: kinds[one], [other]: kinds[other] }
    const options = { ...keys, issuer: 'a', audience: 'a' }
    expect(() => create(options)).toThrow(misconfigured('option_invalid'))
  })

  it.each([
    'publicKey',
    'jwks',
    'jwksUri',
    'issuer',
    'audience',
    'algorithms',
    'typ',
    'profile',
    'roles',
    'grants',
    'requiredClaims',
    'maxTokenAgeSeconds',
    'issuers',
    'revocation',
    'authorizeUser',
  ])('the option %s without a value, as of a variable that is not set', (name) => {
    expect(() => create(untyped({ secret: SECRET, [name]: undefined }))).toThrow(
      misconfigured('option_invalid'),
    )
  })

  it('a secret without a value beside other keys, which it may not leave open', () => {
    for (const name of ['publicKey', 'jwks', 'jwksUri'] as const) {
      const options = { [name]: kinds[name], issuer: 'a', audience: 'a', secret: undefined }
      expect(() => create(options)).toThrow(misconfigured('secret_missing'))
    }
  })

  it.each([
    [{ defaultRole: 'guest', roles: { editor: ['agents:read'] } }],
    [{ authorizeUser: 7 }],
    [{ grants: ['agents:fly'] }],
    [{ grants: ['agents:read', ''] }],
    [{ roles: { editor: ['agents:fly'] } }],
    [{ roles: { editor: 'agents:read' } }],
    [{ profile: 'at+JWT' }],
    [{ profile: 'at+jwt', typ: 'at+jwt' }],
  ])('%j', (options) => {
    expect(() => create(untyped({ secret: SECRET, ...options }))).toThrow(
      misconfigured('option_invalid'),
    )
  })

  it.each([
    [{ grants: 'agents:read' }],
    [{ grants: null }],
    [{ grants: [7] }],
    [{ roles: null }],
    [{ roles: 'owner' }],
  ])('%j, which no type allows', (options) => {
    expect(() => create(untyped({ secret: SECRET, ...options }))).toThrow(
      misconfigured('option_invalid'),
    )
  })
})
