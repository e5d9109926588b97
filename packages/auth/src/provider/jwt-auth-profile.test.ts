import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDocumentFetch, createRsaSigner, signAs } from '@signet/test-support/token/signers'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const ISSUER = 'https://issuer.example'
const KEYS = 'https://issuer.example/keys'
const [key, stranger] = [createRsaSigner(), createRsaSigner()]

const now = () => NOW * 1000
const misconfigured = (code: string) =>
  expect.objectContaining({ name: 'ConfigurationError', code })
const refused = (code: string, more: object = {}) => ({ name: 'TokenError', code, ...more })

beforeEach(() => {
  vi.stubEnv('MASTRA_JWT_SECRET', undefined)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('profile at+jwt: access tokens of RFC 9068', () => {
  const rules = {
    profile: 'at+jwt' as const,
    issuer: ISSUER,
    audience: 'api',
    jwks: { keys: [key.jwk] },
    now,
  }
  const provider = new MastraJwtAuth(rules)
  /** Exactly the claims that section 2.2 requires. */
  const claims = {
    iss: ISSUER,
    exp: NOW + 10,
    aud: 'api',
    sub: 'alice',
    client_id: 'app',
    iat: NOW - 10,
    jti: '1',
  }
  const AT = { typ: 'at+jwt' }
  const ask = (token: string) => provider.authenticateToken(token)

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'application/AT+jwt'])(
    'takes a token of the type %s (section 2.1, RFC 7515 section 4.1.9)',
    async (typ) => {
      await expect(ask(signAs(key, claims, { typ }))).resolves.toStrictEqual(claims)
    },
  )

  it.each(['JWT', 'jwt+at', 'text/at+jwt', '', undefined, null, ['at+jwt'], 'id+jwt'])(
    'refuses one of the type %j: an ID token is no access token (section 4)',
    async (typ) => {
      await expect(ask(signAs(key, claims, { typ }))).rejects.toMatchObject(refused('token_type'))
    },
  )

  it.each(['sub', 'client_id', 'iat', 'jti', 'exp'] as const)(
    'refuses one without %s (section 2.2)',
    async (claim) => {
      for (const value of [undefined, ...(claim === 'exp' || claim === 'iat' ? [] : [''])]) {
        const token = signAs(key, { ...claims, [claim]: value }, AT)
        await expect(ask(token)).rejects.toMatchObject(refused('token_claim', { claim }))
      }
    },
  )

  it.each([
    ['without an issuer', { iss: undefined }, 'token_issuer'],
    ['of another issuer', { iss: `${ISSUER}/` }, 'token_issuer'],
    ['without an audience', { aud: undefined }, 'token_audience'],
    ['for another audience', { aud: ['web'] }, 'token_audience'],
    ['that has expired', { exp: NOW }, 'token_expired'],
  ])('refuses one %s (section 4)', async (_case, change, code) => {
    const token = signAs(key, { ...claims, ...change }, AT)
    await expect(ask(token)).rejects.toMatchObject(refused(code))
  })

  it('refuses one that is not signed (section 2.1)', async () => {
    const token = signAs(key, claims, { ...AT, alg: 'none' })
    await expect(ask(token)).rejects.toMatchObject(refused('token_algorithm'))
    const bare = `${token.slice(0, token.lastIndexOf('.'))}.`
    await expect(ask(bare)).rejects.toMatchObject(refused('token_algorithm'))
    await expect(ask(signAs(stranger, claims, AT))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it('asks for its claims whatever else is or is not required', async () => {
    const options = { ...rules, requireExpiry: false, requiredClaims: ['tenant'] }
    const strict = new MastraJwtAuth(options)
    const full = { ...claims, tenant: 'acme' }
    await expect(strict.authenticateToken(signAs(key, full, AT))).resolves.toStrictEqual(full)
    for (const claim of ['exp', 'client_id', 'tenant']) {
      const token = signAs(key, { ...full, [claim]: undefined }, AT)
      await expect(strict.authenticateToken(token)).rejects.toMatchObject(
        refused('token_claim', { claim }),
      )
    }
  })

  it('takes any type and fewer claims where it is not set', async () => {
    const { profile: _profile, ...any } = rules
    const { client_id: _client, jti: _id, ...fewer } = claims
    await expect(
      new MastraJwtAuth(any).authenticateToken(signAs(key, fewer)),
    ).resolves.toStrictEqual(fewer)
  })
})

describe('explainToken', () => {
  const claims = { iss: ISSUER, aud: 'api', sub: 'alice', exp: NOW + 10 }
  const { fetch, asked } = createDocumentFetch({ [KEYS]: { keys: [key.jwk] } })
  const provider = new MastraJwtAuth({ issuer: ISSUER, audience: 'api', jwksUri: KEYS, fetch, now })

  it('passes every step of a good token', async () => {
    const { accepted, steps, code } = await provider.explainToken(signAs(key, claims))
    expect({ accepted, code }).toStrictEqual({ accepted: true, code: undefined })
    expect(new Set(steps.map(({ result }) => result))).toStrictEqual(new Set(['pass']))
    expect(asked).toStrictEqual([KEYS])
  })

  it.each([
    ['form', 'no token', 'token_malformed'],
    ['algorithm', signAs(key, claims, { alg: 'none' }), 'token_algorithm'],
    ['key', signAs(key, claims, { alg: 'HS256' }), 'token_algorithm'],
    ['signature', signAs(stranger, claims), 'token_signature'],
    ['expiry', signAs(key, { ...claims, exp: NOW }), 'token_expired'],
    ['issuer', signAs(key, { ...claims, iss: 'b' }), 'token_issuer'],
    ['audience', signAs(key, { ...claims, aud: 'b' }), 'token_audience'],
    ['required claims', signAs(key, { ...claims, sub: '' }), 'token_claim'],
  ])('names the step %s, and the code that authenticateToken has', async (name, token, code) => {
    const { accepted, steps, ...rest } = await provider.explainToken(token)
    expect(accepted).toBe(false)
    expect(rest).toMatchObject({ code, reason: expect.any(String), remedy: expect.any(String) })
    const failed = steps.findIndex(({ result }) => result === 'fail')
    expect(steps[failed]?.name).toBe(name)
    expect(steps.slice(failed + 1).every(({ result }) => result === 'not reached')).toBe(true)
    await expect(provider.authenticateToken(token)).rejects.toMatchObject(refused(code))
  })

  it('chooses the rules of the issuer where there are several', async () => {
    const issuers = [{ issuer: ISSUER, audience: 'api', publicKey: key.pem }]
    const several = new MastraJwtAuth({ issuers, now })
    expect(await several.explainToken(signAs(key, claims))).toHaveProperty('accepted', true)
    const { code, steps } = await several.explainToken(signAs(key, { ...claims, iss: 'b' }))
    const failed = steps.find(({ result }) => result === 'fail')
    expect({ code, name: failed?.name }).toStrictEqual({ code: 'token_issuer', name: 'policy' })
  })

  it('tells of keys that cannot be had', async () => {
    const missing = createDocumentFetch({})
    const options = { issuer: ISSUER, audience: 'api', jwksUri: KEYS, fetch: missing.fetch, now }
    const explained = await new MastraJwtAuth(options).explainToken(signAs(key, claims))
    expect(explained).toMatchObject({ accepted: false, code: 'keys_unavailable' })
  })

  it('shows neither the token, nor a part of it, nor a key', async () => {
    const token = signAs(stranger, claims)
    const told = JSON.stringify(await provider.explainToken(token))
    for (const part of [...token.split('.'), String(key.jwk.n)]) expect(told).not.toContain(part)
  })
})

describe('sign', () => {
  const audience = 'api'
  const unable: readonly [string, MastraJwtAuthOptions][] = [
    ['a public key', { publicKey: key.pem, audience }],
    ['a key set', { jwks: { keys: [key.jwk] }, issuer: ISSUER, audience }],
    ['the address of a key set', { jwksUri: KEYS, issuer: ISSUER, audience }],
    ['an issuer alone', { issuer: ISSUER, audience }],
    ['issuers without a secret', { issuers: [{ issuer: 'a', audience, publicKey: key.pem }] }],
  ]

  it.each(unable)('is refused where there is only %s', (_case, options) => {
    const provider = new MastraJwtAuth({ ...options, now })
    const sign = () => provider.sign({ sub: 'alice' }, { expiresInSeconds: 60 })
    expect(sign).toThrow(misconfigured('secret_missing'))
  })

  it('signs as the first issuer that has a secret what the provider then takes', async () => {
    const issuers = [
      { issuer: ISSUER, audience, publicKey: key.pem },
      { issuer: ['local', 'home'], audience: ['a', 'b'], secret: SECRET },
    ]
    const provider = new MastraJwtAuth({ issuers, now })
    const token = provider.sign({ sub: 'alice' }, { expiresInSeconds: 60 })
    const expected = { iss: 'local', aud: 'a', sub: 'alice', iat: NOW, exp: NOW + 60 }
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(expected)
    const foreign = provider.sign({ sub: 'alice', iss: ISSUER, aud: audience, exp: NOW + 9 })
    await expect(provider.authenticateToken(foreign)).rejects.toMatchObject(
      refused('token_algorithm'),
    )
  })

  it('is refused without an expiry, where one is required', async () => {
    const provider = new MastraJwtAuth({ secret: SECRET, now })
    expect(() => provider.sign({ sub: 'alice' })).toThrow(misconfigured('option_invalid'))
    const endless = new MastraJwtAuth({ secret: SECRET, requireExpiry: false, now })
    const token = endless.sign({ sub: 'alice' })
    await expect(endless.authenticateToken(token)).resolves.toHaveProperty('sub', 'alice')
    await expect(provider.authenticateToken(token)).rejects.toMatchObject(
      refused('token_claim', { claim: 'exp' }),
    )
  })

  it('is refused without a claim that is required (RFC 9068 section 2.2)', async () => {
    const options = { secret: SECRET, issuer: ISSUER, audience, profile: 'at+jwt', now } as const
    const provider = new MastraJwtAuth(options)
    const claims = { sub: 'alice', client_id: 'studio', jti: 't-1' }
    const token = provider.sign(claims, { expiresInSeconds: 60 })
    await expect(provider.authenticateToken(token)).resolves.toHaveProperty('jti', 't-1')
    for (const claim of ['client_id', 'jti']) {
      const fewer = { ...claims, [claim]: undefined }
      const sign = () => provider.sign(fewer, { expiresInSeconds: 60 })
      expect(sign).toThrow(expect.objectContaining(refused('token_claim', { claim })))
    }
  })
})

describe('profile at+jwt: what it is compared with (RFC 9068 section 4)', () => {
  const whole = { publicKey: key.pem, issuer: ISSUER, audience: 'api', profile: 'at+jwt' } as const

  it.each([
    [{ audience: false }],
    [{ issuer: false }],
    [{ audience: '' }],
    [{ issuer: '' }],
  ] as const)('is refused at construction with %j', (less) => {
    expect(() => new MastraJwtAuth({ ...whole, ...less })).toThrow(misconfigured('option_invalid'))
    expect(() => new MastraJwtAuth(whole)).not.toThrow()
  })

  it('is refused at construction where a secret leaves both out', () => {
    expect(() => new MastraJwtAuth({ secret: SECRET, profile: 'at+jwt' })).toThrow(
      misconfigured('option_invalid'),
    )
  })
})
