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
const ISSUER = 'https://project.example/auth/v1'
const JWKS_URI = `${ISSUER}/.well-known/jwks.json`
const CLAIMS = { iss: ISSUER, aud: 'api', sub: 'alice', iat: NOW - 10, exp: NOW + 10 }
const [ec, ed, rsa, stranger] = [
  createEcSigner(),
  createEdSigner(),
  createRsaSigner(),
  createEcSigner(),
]
const rules = { issuer: ISSUER, audience: 'api' }

/** Options that no type has checked. */
const untyped = (options: object): MastraJwtAuthOptions => Object(options)
const create = (options: object) =>
  new MastraJwtAuth(untyped({ now: () => NOW * 1000, ...rules, ...options }))
const hmacToken = (secret: string | Buffer, claims: object = CLAIMS, header: object = {}) =>
  craftToken(
    hmacSigner(secret),
    JSON.stringify({ alg: 'HS256', typ: 'JWT', ...header }),
    JSON.stringify(claims),
  )
const refused = (code: string) => ({ name: 'TokenError', code })
const misconfigured = (code: string, message: string | RegExp = '') =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code,
    message:
      typeof message === 'string'
        ? expect.stringContaining(message)
        : expect.stringMatching(message),
  })

beforeEach(() => {
  vi.stubEnv('MASTRA_JWT_SECRET', undefined)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('keys: an issuer that changes its kind of key', () => {
  const { fetch } = createDocumentFetch({ [JWKS_URI]: { keys: [ec.jwk, rsa.jwk] } })
  const migration = {
    keys: [{ secret: SECRET }, { jwksUri: JWKS_URI, algorithms: ['ES256'] }],
    fetch,
  }

  it('accepts what it signed with either, and remembers both', async () => {
    const provider = create(migration)
    for (const token of [hmacToken(SECRET), signAs(ec, CLAIMS)]) {
      for (let count = 0; count < 2; count++) {
        await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
      }
    }
  })

  it.each([
    ['another secret', hmacToken(`${SECRET}!`), 'token_signature'],
    ['another key', signAs(stranger, CLAIMS), 'token_signature'],
    ['a kid that is not in the set', signAs(ec, CLAIMS, { kid: 'new' }), 'token_key_unknown'],
    ['an algorithm that the entry does not name', signAs(rsa, CLAIMS), 'token_algorithm'],
    ['an algorithm of no entry', hmacToken(SECRET, CLAIMS, { alg: 'none' }), 'token_algorithm'],
    ['another issuer', hmacToken(SECRET, { ...CLAIMS, iss: 'other' }), 'token_issuer'],
    ['another audience', signAs(ec, { ...CLAIMS, aud: 'other' }), 'token_audience'],
  ])('refuses %s', async (_case, token, code) => {
    await expect(create(migration).authenticateToken(token)).rejects.toMatchObject(refused(code))
  })

  it('never takes a public key for the secret (RFC 8725 section 2.1)', async () => {
    const spki = ec.publicKey.export({ type: 'spki', format: 'der' })
    for (const second of [
      { publicKey: ec.pem },
      { publicKey: ec.jwk },
      { jwks: { keys: [ec.jwk] } },
      { jwksUri: JWKS_URI, algorithms: ['ES256'] },
    ]) {
      const provider = create({ keys: [{ secret: SECRET }, second], fetch })
      for (const text of [ec.pem, ec.pem.trim(), JSON.stringify(ec.jwk), spki]) {
        for (const kid of [undefined, ec.jwk.kid]) {
          const forged = hmacToken(text, CLAIMS, { kid })
          await expect(provider.authenticateToken(forged)).rejects.toMatchObject(
            refused('token_signature'),
          )
        }
      }
      // Nor a signature of one kind under the name of the other.
      for (const token of [
        signAs(ec, CLAIMS, { alg: 'HS256' }),
        hmacToken(SECRET, CLAIMS, { alg: 'ES256', kid: ec.jwk.kid }),
      ]) {
        await expect(provider.authenticateToken(token)).rejects.toMatchObject(
          refused('token_signature'),
        )
      }
      await expect(provider.authenticateToken(signAs(ec, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    }
    const same = { keys: [{ secret: ec.pem }, { publicKey: ec.pem }] }
    expect(() => create(same)).toThrow(misconfigured('secret_is_public_key'))
  })

  it('serves the secret where the key set cannot be fetched, and fetches nothing for it', async () => {
    const { fetch: failing, asked } = createDocumentFetch({})
    const provider = create({ ...migration, fetch: failing })
    for (let count = 0; count < 2; count++) {
      await expect(provider.authenticateToken(hmacToken(SECRET))).resolves.toStrictEqual(CLAIMS)
    }
    expect(asked).toStrictEqual([])
    await expect(provider.authenticateToken(signAs(ec, CLAIMS))).rejects.toMatchObject({
      code: 'keys_unavailable',
    })
  })

  it('accepts each of an issuer among several by that issuer alone', async () => {
    const other = { issuer: 'other', audience: 'api', publicKey: stranger.pem }
    const provider = new MastraJwtAuth(
      untyped({
        issuers: [{ ...rules, keys: migration.keys }, other],
        fetch,
        now: () => NOW * 1000,
      }),
    )
    await expect(provider.authenticateToken(hmacToken(SECRET))).resolves.toStrictEqual(CLAIMS)
    await expect(provider.authenticateToken(signAs(ec, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    const foreign = { ...CLAIMS, iss: 'other' }
    await expect(provider.authenticateToken(signAs(ec, foreign))).rejects.toMatchObject({
      name: 'TokenError',
    })
    await expect(provider.authenticateToken(hmacToken(SECRET, foreign))).rejects.toMatchObject(
      refused('token_algorithm'),
    )
  })

  it('has the defaults of public keys: the audience is needed, and nobody has a role', () => {
    const claims = { ...CLAIMS, roles: ['admin'] }
    const provider = create(migration)
    expect(provider.defaultRole).toBeUndefined()
    expect(provider.defaultRoleOf(claims)).toBeUndefined()
    expect(provider.accessOf(claims).roles).toStrictEqual({})
    expect(() => new MastraJwtAuth(untyped({ ...migration, issuer: ISSUER }))).toThrow(
      misconfigured('option_invalid', 'audience'),
    )
    expect(() => new MastraJwtAuth(untyped({ ...migration, audience: 'api' }))).toThrow(
      misconfigured('option_invalid', 'issuer'),
    )
    const secrets = create({ keys: [{ secret: [SECRET, `${SECRET}!`] }] })
    expect(secrets.defaultRole).toBe('member')
  })

  it('signs with its secret, and not without one', () => {
    const token = create(migration).sign({ sub: 'alice' }, { expiresInSeconds: 10 })
    expect(
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()),
    ).toMatchObject({ alg: 'HS256' })
    const publicOnly = create({ keys: [{ publicKey: ec.pem }, { publicKey: ed.pem }] })
    expect(() => publicOnly.sign({ sub: 'alice' })).toThrow(misconfigured('secret_missing'))
  })

  it('narrows each source by the option algorithms beside it', async () => {
    const provider = create({
      keys: [{ secret: SECRET }, { jwks: { keys: [ec.jwk, rsa.jwk] } }],
      algorithms: ['HS256', 'ES256'],
    })
    await expect(provider.authenticateToken(signAs(ec, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    await expect(provider.authenticateToken(signAs(rsa, CLAIMS))).rejects.toMatchObject(
      refused('token_algorithm'),
    )
    expect(() => create({ ...migration, algorithms: ['HS256'] })).toThrow(
      misconfigured('algorithm_unknown'),
    )
    expect(() => create({ ...migration, algorithms: ['ES256'] })).toThrow(
      misconfigured('algorithm_unknown'),
    )
  })

  it('says whose a token is, whatever its kind of key', () => {
    const any = create({ ...migration, issuer: false })
    const form = (algorithm: string) => ({
      token: '',
      isJwt: true,
      issuer: ISSUER,
      algorithm,
    })
    expect([any.accepts(form('HS256')), any.accepts(form('ES256'))]).toStrictEqual([true, true])
    expect(any.accepts(form('none'))).toBe(false)
    const secretOnly = create({ issuer: false, secret: SECRET })
    expect(any.voucherOf(CLAIMS)).not.toBe(secretOnly.voucherOf(CLAIMS))
    expect(any.recallUser(CLAIMS, String(any.voucherOf(CLAIMS)))).toBe(CLAIMS)
  })

  it('describes each source, and fetches each that has an address', async () => {
    const provider = create(migration)
    const [issuer] = provider.describe().issuers
    expect(issuer?.keys).toMatchObject({
      kind: 'several sources',
      url: undefined,
      count: undefined,
      secrets: [{ byteLength: 65 }],
      sources: [{ kind: 'secret' }, { kind: 'key set URL', url: JWKS_URI }],
    })
    await expect(provider.probeKeys()).resolves.toMatchObject([{ url: JWKS_URI, usableKeys: 2 }])
  })

  it('explains a token by the source that its algorithm names', async () => {
    const provider = create(migration)
    const ofSecret = await provider.explainToken(hmacToken(`${SECRET}!`))
    expect(ofSecret.reason).toContain('Signed with another secret')
    const ofSet = await provider.explainToken(signAs(stranger, CLAIMS))
    expect(ofSet.reason).toContain(`Signed with another private key than those at ${JWKS_URI}`)
    const ofNone = await provider.explainToken(signAs(rsa, CLAIMS))
    expect(ofNone).toMatchObject({ accepted: false, code: 'token_algorithm' })
    expect(ofNone.reason).toContain('The algorithm RS256 is not accepted here.')
  })
})

describe('keys that are refused at construction', () => {
  const ofSet = { jwksUri: JWKS_URI }

  it.each([
    ['not a list', { secret: SECRET }, 'option_invalid', 'The option keys must be a list'],
    ['a text', SECRET, 'option_invalid', 'The option keys must be a list'],
    ['null', null, 'option_invalid', 'The option keys must be a list'],
    ['undefined', undefined, 'option_invalid', 'The option keys is undefined'],
    ['an empty list', [], 'option_invalid', 'at least one source'],
    ['an entry that is a text', [SECRET], 'option_invalid', 'keys.0 must be an object'],
    ['an entry that is null', [{ secret: SECRET }, null], 'option_invalid', 'keys.1'],
    ['an entry that is a list', [[{ secret: SECRET }]], 'option_invalid', 'keys.0'],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole', [, { secret: SECRET }], 'option_invalid', 'keys.0'],
    ['an empty entry', [{}], 'option_invalid', 'keys.0 must have one of'],
    ['algorithms alone', [{ algorithms: ['HS256'] }], 'option_invalid', 'and has none'],
    ['two in one', [{ secret: SECRET, ...ofSet }], 'option_invalid', 'secret and jwksUri'],
    ['a secret without a value', [{ secret: undefined }], 'option_invalid', 'keys.0.secret'],
    ['an address without a value', [{ jwksUri: undefined }], 'option_invalid', 'keys.0.jwksUri'],
    [
      'algorithms without a value',
      [{ ...ofSet, algorithms: undefined }],
      'option_invalid',
      'keys.0.algorithms is undefined',
    ],
    ['empty algorithms', [{ ...ofSet, algorithms: [] }], 'option_invalid', 'keys.0.algorithms'],
    ['algorithms as text', [{ ...ofSet, algorithms: 'ES256' }], 'option_invalid', 'must be a list'],
    ['none', [{ ...ofSet, algorithms: ['none'] }], 'algorithm_unknown', '"none"'],
    ['undefined in them', [{ ...ofSet, algorithms: [undefined] }], 'algorithm_unknown', 'keys.0'],
    [
      'HMAC of public keys',
      [{ ...ofSet, algorithms: ['ES256', 'HS256'] }],
      'algorithm_unknown',
      'has "HS256", which jwksUri does not serve',
    ],
    [
      'public keys of a secret',
      [{ secret: SECRET, algorithms: ['HS256', 'RS256'] }],
      'algorithm_unknown',
      'has "RS256", which secret does not serve',
    ],
    [
      'what the key does not fit',
      [{ publicKey: ec.pem, algorithms: ['RS256'] }],
      'algorithm_unknown',
      'do not fit',
    ],
    ['a misspelt name', [{ jwksUrl: JWKS_URI }], 'option_unknown', 'keys.0.jwksUrl'],
    ['an audience', [{ ...ofSet, audience: 'api' }], 'option_unknown', 'keys.0.audience'],
    ['a short secret', [{ secret: 'short' }], 'secret_too_short', '5 bytes'],
    ['an http address', [{ jwksUri: 'http://a.example/' }], 'option_invalid', 'https'],
  ])('%s', (_case, keys, code, words) => {
    expect(() => create({ keys })).toThrow(misconfigured(code, words))
  })

  it.each([
    [
      [{ secret: SECRET }, { secret: `${SECRET}!` }],
      'HS256',
      'keys.0 (secret) and keys.1 (secret)',
    ],
    [[ofSet, { publicKey: ec.pem }], 'ES256', 'keys.0 (jwksUri) and keys.1 (publicKey)'],
    [[{ publicKey: ec.pem }, { publicKey: stranger.pem }], 'ES256', 'keys.0 (publicKey)'],
    [[ofSet, { jwksUri: `${JWKS_URI}2` }], 'RS256', 'keys.0 (jwksUri) and keys.1 (jwksUri)'],
    [[{ jwks: { keys: [ec.jwk] } }, { secret: SECRET }, ofSet], 'ES256', 'keys.0 (jwks)'],
  ])('two sources that serve one algorithm: %#', (keys, algorithm, words) => {
    expect(() => create({ keys })).toThrow(
      misconfigured(
        'option_invalid',
        `Two entries of the option keys serve ${algorithm}: ${words}`,
      ),
    )
  })

  it('but not two that algorithms part', async () => {
    const keys = [
      { jwks: { keys: [ec.jwk, rsa.jwk] }, algorithms: ['RS256'] },
      { publicKey: stranger.pem },
    ]
    const provider = create({ keys })
    await expect(provider.authenticateToken(signAs(rsa, CLAIMS))).resolves.toStrictEqual(CLAIMS)
    const other = signAs(stranger, CLAIMS, { kid: undefined })
    await expect(provider.authenticateToken(other)).resolves.toStrictEqual(CLAIMS)
    await expect(provider.authenticateToken(signAs(ec, CLAIMS))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it.each([
    { secret: SECRET },
    { secret: undefined },
    { publicKey: ec.pem },
    { jwks: { keys: [ec.jwk] } },
    ofSet,
  ])('beside a key option: %#', (beside) => {
    expect(() => create({ keys: [{ secret: SECRET }], ...beside })).toThrow(
      misconfigured('option_invalid'),
    )
  })

  it('beside issuers', () => {
    const issuers = [{ issuer: 'a', secret: SECRET }]
    expect(() => new MastraJwtAuth(untyped({ keys: [{ secret: SECRET }], issuers }))).toThrow(
      misconfigured('option_invalid', 'keys cannot stand beside issuers'),
    )
  })
})
