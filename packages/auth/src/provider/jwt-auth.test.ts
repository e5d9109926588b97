import { createHmac } from 'node:crypto'
import { jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { ConfigurationError } from '../error.js'
import type { Claims } from '../jwt/claims.js'
import { authenticate } from './authenticate.js'
import type { AuthRequest } from './auth-provider.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const OTHER_SECRET = 'another horse battery staple, twice: another horse battery staple'
const SAMPLE = 'supersecretdevkeythatishs256safe!'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function craft(
  payload: object,
  secret = SECRET,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${createHmac('sha256', secret).update(signingInput).digest('base64url')}`
}

/** The token that jwt.io shows: of 2018, without `exp`. */
const JWT_IO_CLAIMS = { sub: '1234567890', name: 'John Doe', admin: true, iat: 1_516_239_022 }
const CLAIMS = { sub: 'alice', iat: NOW - 10, exp: NOW + 10 }

const create = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ secret: SECRET, now: () => NOW * 1000, ...options })

const refused = (code: string) => expect.objectContaining({ name: 'ConfigurationError', code })

const requestWith = (authorization?: string) =>
  new Request(
    'http://localhost/',
    authorization === undefined ? {} : { headers: { authorization } },
  )

const authRequest: AuthRequest = {
  raw: requestWith(),
  headers: new Headers(),
  header: () => undefined,
}

/** The subject of a token signed with this secret, as a provider with these options sees it. */
async function subjectOf(
  options: MastraJwtAuthOptions,
  secret: string,
): Promise<string | undefined> {
  const provider = new MastraJwtAuth({ now: () => NOW * 1000, ...options })
  return (await provider.authenticateToken(craft(CLAIMS, secret))).sub
}

/** What making a provider with this secret gives: an error, mostly. */
function madeOf(secret: unknown): unknown {
  try {
    return new MastraJwtAuth(Object({ secret }))
  } catch (error) {
    return error
  }
}

beforeEach(() => {
  vi.stubEnv('MASTRA_JWT_SECRET', undefined)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('MastraJwtAuth: where the secret comes from', () => {
  it('reads MASTRA_JWT_SECRET, then JWT_AUTH_SECRET', async () => {
    vi.stubEnv('JWT_AUTH_SECRET', OTHER_SECRET)
    await expect(subjectOf({}, OTHER_SECRET)).resolves.toBe('alice')
    vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
    await expect(subjectOf({}, SECRET)).resolves.toBe('alice')
    await expect(subjectOf({}, OTHER_SECRET)).rejects.toHaveProperty('code', 'token_signature')
  })

  it('reads the environment only where the option is absent', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', OTHER_SECRET)
    vi.stubEnv('JWT_AUTH_SECRET', OTHER_SECRET)
    await expect(subjectOf({ secret: SECRET }, SECRET)).resolves.toBe('alice')
    await expect(subjectOf({ secret: SECRET }, OTHER_SECRET)).rejects.toHaveProperty(
      'code',
      'token_signature',
    )
    expect(() => new MastraJwtAuth({ secret: '' })).toThrow(refused('secret_missing'))
    expect(() => new MastraJwtAuth({ secret: [] })).toThrow(refused('secret_missing'))
  })

  it('reads the environment once, when it is made', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
    const provider = new MastraJwtAuth({ now: () => NOW * 1000 })
    vi.stubEnv('MASTRA_JWT_SECRET', OTHER_SECRET)
    const forged = provider.authenticateToken(craft(CLAIMS, OTHER_SECRET))
    await expect(forged).rejects.toHaveProperty('code', 'token_signature')
  })

  it('refuses to be made without a secret, and says how to make one', () => {
    expect(() => new MastraJwtAuth()).toThrow(refused('secret_missing'))
    expect(() => new MastraJwtAuth()).toThrow('npx signet secret')
    vi.stubEnv('MASTRA_JWT_SECRET', '')
    vi.stubEnv('JWT_AUTH_SECRET', SECRET)
    expect(() => new MastraJwtAuth()).toThrow(refused('secret_missing'))
  })

  it.each([
    ['too short (RFC 7518 section 3.2)', 'x'.repeat(31), 'secret_too_short'],
    [
      'a public key (RFC 8725 section 2.1)',
      '-----BEGIN PUBLIC KEY-----\nMIIB',
      'secret_is_public_key',
    ],
  ])('refuses a secret that is %s, from the environment too', (_case, secret, code) => {
    expect(() => new MastraJwtAuth({ secret })).toThrow(refused(code))
    expect(() => new MastraJwtAuth({ secret: [SECRET, secret] })).toThrow(refused(code))
    vi.stubEnv('JWT_AUTH_SECRET', secret)
    expect(() => new MastraJwtAuth()).toThrow(refused(code))
  })

  it('takes several secrets: the first signs, all verify', async () => {
    const rotated = create({ secret: [SECRET, OTHER_SECRET] })
    const old = create({ secret: OTHER_SECRET })
    const oldToken = old.sign(CLAIMS)
    await expect(rotated.authenticateToken(oldToken)).resolves.toHaveProperty('sub', 'alice')
    await expect(old.authenticateToken(rotated.sign(CLAIMS))).rejects.toHaveProperty(
      'code',
      'token_signature',
    )
  })
})

describe('MastraJwtAuth: the sample secret of the documentation', () => {
  const spellings = [
    SAMPLE,
    Buffer.from(SAMPLE),
    { kty: 'oct' as const, k: Buffer.from(SAMPLE).toString('base64url') },
    [SECRET, SAMPLE],
    ` ${SAMPLE}\n`,
  ]

  it.each(['production', 'test', '', undefined, 'Development', 'development '])(
    'is refused where NODE_ENV is %j',
    (environment) => {
      vi.stubEnv('NODE_ENV', environment)
      for (const secret of spellings) {
        expect(() => new MastraJwtAuth({ secret })).toThrow(refused('secret_is_sample'))
      }
      vi.stubEnv('MASTRA_JWT_SECRET', SAMPLE)
      expect(() => new MastraJwtAuth()).toThrow(refused('secret_is_sample'))
    },
  )

  it('is taken where NODE_ENV is development', () => {
    vi.stubEnv('NODE_ENV', 'development')
    for (const secret of spellings) expect(() => new MastraJwtAuth({ secret })).not.toThrow()
  })

  it('verifies the token of jwt.io in development, and only there', async () => {
    const token = craft(JWT_IO_CLAIMS, SAMPLE)
    vi.stubEnv('NODE_ENV', 'development')
    const claims = await new MastraJwtAuth({ secret: SAMPLE }).authenticateToken(token)
    expect(claims).toStrictEqual(JWT_IO_CLAIMS)
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => new MastraJwtAuth({ secret: SAMPLE })).toThrow(refused('secret_is_sample'))
    const elsewhere = new MastraJwtAuth({ secret: SECRET }).authenticateToken(craft(JWT_IO_CLAIMS))
    await expect(elsewhere).rejects.toMatchObject({ code: 'token_claim', claim: 'exp' })
  })
})

describe('MastraJwtAuth: expiry (RFC 7519 section 4.1.4)', () => {
  const forever = craft({ sub: 'alice' })
  const missing = { code: 'token_claim', claim: 'exp' }

  it.each(['production', 'test', '', undefined])(
    'is required where NODE_ENV is %j',
    async (environment) => {
      vi.stubEnv('NODE_ENV', environment)
      await expect(create().authenticateToken(forever)).rejects.toMatchObject(missing)
      await expect(create().authenticateToken(craft(CLAIMS))).resolves.toHaveProperty(
        'sub',
        'alice',
      )
    },
  )

  it('is not required in development, but counts where it is there', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    await expect(create().authenticateToken(forever)).resolves.toHaveProperty('sub', 'alice')
    const expired = create().authenticateToken(craft({ sub: 'alice', exp: NOW }))
    await expect(expired).rejects.toHaveProperty('code', 'token_expired')
  })

  it('obeys the option before the environment, and only false waives it', async () => {
    const waived = create({ requireExpiry: false }).authenticateToken(forever)
    await expect(waived).resolves.toHaveProperty('sub', 'alice')
    vi.stubEnv('NODE_ENV', 'development')
    for (const requireExpiry of [true, null, 0, '']) {
      const options: MastraJwtAuthOptions = Object({ requireExpiry })
      await expect(create(options).authenticateToken(forever)).rejects.toMatchObject(missing)
    }
  })

  it('is told of verified claims, with how much later they are still taken', async () => {
    const ends = async (options: MastraJwtAuthOptions, token = craft(CLAIMS)) => {
      const provider = create(options)
      return provider.expiryOf(await provider.authenticateToken(token))
    }
    expect(await ends({})).toBe(NOW + 10)
    expect(await ends({ clockToleranceSeconds: 30 })).toBe(NOW + 40)
    expect(await ends({ requireExpiry: false }, forever)).toBeUndefined()
  })

  it('does not depend on what other claims are required', async () => {
    const provider = create({ requiredClaims: [] })
    await expect(provider.authenticateToken(forever)).rejects.toMatchObject(missing)
  })
})

describe('MastraJwtAuth: subject', () => {
  it('is required whatever other claims are (RFC 7519 section 4.1.2)', async () => {
    for (const requiredClaims of [[], ['tenant']]) {
      const provider = create({ requiredClaims })
      const noSubject = craft({ exp: NOW + 1, id: 'alice', tenant: 'red' })
      const refusal = { code: 'token_claim', claim: 'sub' }
      await expect(provider.authenticateToken(noSubject)).rejects.toMatchObject(refusal)
      const good = craft({ exp: NOW + 1, sub: 'alice', tenant: 'red' })
      await expect(provider.authenticateToken(good)).resolves.toHaveProperty('sub', 'alice')
    }
  })
})

describe('MastraJwtAuth: policy', () => {
  it('does not change when the lists that it was made of do', async () => {
    const audience = ['api']
    const provider = create({ audience })
    audience.push('web')
    const token = craft({ ...CLAIMS, aud: 'web' })
    await expect(provider.authenticateToken(token)).rejects.toMatchObject({
      code: 'token_audience',
    })
  })

  it('takes a good token, and gives its claims frozen', async () => {
    const claims = await create().authenticateToken(craft(CLAIMS))
    expect(claims).toStrictEqual(CLAIMS)
    expect(Object.isFrozen(claims)).toBe(true)
  })

  it.each([
    ['without a subject (RFC 7519 section 4.1.2)', craft({ exp: NOW + 1 }), {}, 'token_claim'],
    ['with an empty subject', craft({ ...CLAIMS, sub: '' }), {}, 'token_claim'],
    [
      'of another issuer (RFC 7519 section 4.1.1)',
      craft({ ...CLAIMS, iss: 'b' }),
      { issuer: 'a' },
      'token_issuer',
    ],
    [
      'for another audience (RFC 7519 section 4.1.3)',
      craft({ ...CLAIMS, aud: 'b' }),
      { audience: ['a'] },
      'token_audience',
    ],
    ['of another type (RFC 8725 section 3.11)', craft(CLAIMS), { typ: 'at+jwt' }, 'token_type'],
    ['that is too old', craft(CLAIMS), { maxTokenAgeSeconds: 9 }, 'token_expired'],
    ['that is too large', craft(CLAIMS), { maxTokenBytes: 20 }, 'token_too_large'],
    ['without a required claim', craft(CLAIMS), { requiredClaims: ['tenant'] }, 'token_claim'],
    [
      'with an algorithm that is not allowed',
      craft(CLAIMS),
      { algorithms: ['HS512' as const] },
      'token_algorithm',
    ],
    ['of another secret', craft(CLAIMS, OTHER_SECRET), {}, 'token_signature'],
    ['that is expired', craft({ ...CLAIMS, exp: NOW }), {}, 'token_expired'],
    [
      'that is expired beyond the tolerance',
      craft({ ...CLAIMS, exp: NOW - 5 }),
      { clockToleranceSeconds: 5 },
      'token_expired',
    ],
    ['that is not active yet', craft({ ...CLAIMS, nbf: NOW + 1 }), {}, 'token_not_active'],
  ])('rejects a token %s', async (_case, token, options, code) => {
    await expect(create(options).authenticateToken(token)).rejects.toMatchObject({ code })
  })

  it('takes tokens that satisfy every option at once', async () => {
    const claims = { ...CLAIMS, iss: 'b', aud: ['x', 'c'], tenant: 't', nbf: NOW + 5, exp: NOW - 4 }
    const provider = create({
      algorithms: ['HS256'],
      issuer: ['a', 'b'],
      audience: 'c',
      typ: 'application/jwt',
      requiredClaims: ['sub', 'tenant'],
      maxTokenAgeSeconds: 5,
      clockToleranceSeconds: 5,
      maxTokenBytes: 1000,
    })
    await expect(provider.authenticateToken(craft(claims))).resolves.toStrictEqual(claims)
  })

  it.each([
    [{ algorithms: ['none'] }, 'algorithm_unknown'],
    [{ algorithms: ['RS256'] }, 'algorithm_unknown'],
    [{ algorithms: [] }, 'algorithm_unknown'],
    [{ algorithms: ['HS256', 'HS257'] }, 'algorithm_unknown'],
    [{ maxTokenBytes: 0 }, 'option_invalid'],
    [{ clockToleranceSeconds: -1 }, 'option_invalid'],
    [{ maxTokenAgeSeconds: '1h' }, 'option_invalid'],
    [{ issuer: null }, 'option_invalid'],
    [{ audience: 7 }, 'option_invalid'],
    [{ requiredClaims: [7] }, 'option_invalid'],
    [{ issuer: undefined }, 'option_invalid'],
    [{ audience: undefined }, 'option_invalid'],
    [{ algorithms: undefined }, 'option_invalid'],
    [{ secret: { kty: 'oct', k: 'a'.repeat(64), use: 'enc' } }, 'option_invalid'],
    [{ secret: { kty: 'oct', k: 'a'.repeat(64), key_ops: ['encrypt'] } }, 'option_invalid'],
    [{ secret: { kty: 'oct', k: 'a'.repeat(64), kid: 7 } }, 'option_invalid'],
    [{ secret: { kty: 'RSA' } }, 'option_invalid'],
    [{ secret: 7 }, 'option_invalid'],
  ])('refuses at construction the options %j', (options, code) => {
    expect(() => create(Object(options))).toThrow(refused(code))
  })

  it('keeps name, default role and the path rules of Mastra', () => {
    const rules = { public: ['/health', /^\/open/], protected: [['/api', 'GET'] as const] }
    expect(create(rules)).toMatchObject({ name: 'jwt', defaultRole: 'member', ...rules })
    const named = create({ name: 'mine', defaultRole: 'viewer' })
    expect(named).toMatchObject({ name: 'mine', defaultRole: 'viewer', public: undefined })
    expect(create({ defaultRole: null }).defaultRole).toBeUndefined()
  })
})

describe('MastraJwtAuth: sign', () => {
  it('signs with the first issuer and audience of the policy what it then verifies', async () => {
    const provider = create({ issuer: ['a', 'b'], audience: ['c', 'd'], typ: 'at+jwt' })
    const token = provider.sign({ sub: 'alice' }, { expiresInSeconds: 60 })
    const expected = { iss: 'a', aud: 'c', sub: 'alice', iat: NOW, exp: NOW + 60 }
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(expected)
    const { payload } = await jwtVerify(token, Buffer.from(SECRET), {
      currentDate: new Date(NOW * 1000),
      issuer: 'a',
      audience: 'c',
      typ: 'at+jwt',
    })
    expect(payload).toStrictEqual(expected)
  })

  it('lets the claims name issuer and audience themselves', async () => {
    const provider = create({ issuer: ['a', 'b'], audience: ['c', 'd'] })
    const token = provider.sign({ ...CLAIMS, iss: 'b', aud: ['d'] })
    await expect(provider.authenticateToken(token)).resolves.toMatchObject({ iss: 'b', aud: ['d'] })
    const foreign = provider.sign({ ...CLAIMS, iss: 'z' })
    await expect(provider.authenticateToken(foreign)).rejects.toHaveProperty('code', 'token_issuer')
  })

  it('names neither where the policy has none', async () => {
    const claims = await create().authenticateToken(create().sign(CLAIMS))
    expect(claims).toStrictEqual(CLAIMS)
  })

  it('refuses an empty subject and claims of a wrong type (RFC 7519 section 4.1)', () => {
    const refusal = expect.objectContaining({ code: 'token_claim', claim: 'sub' })
    expect(() => create().sign({ sub: '' })).toThrow(refusal)
    const numeric: Claims = JSON.parse('{"sub":7}')
    expect(() => create().sign(numeric)).toThrow(refusal)
    const never = { expiresInSeconds: 0 }
    expect(() => create().sign({ sub: 'alice' }, never)).toThrow(refused('option_invalid'))
  })
})

describe('MastraJwtAuth: users', () => {
  it('authorizes every user with a subject, unless the application decides', async () => {
    await expect(create().authorizeUser({ sub: 'alice' }, authRequest)).resolves.toBe(true)
    await expect(create().authorizeUser({}, authRequest)).resolves.toBe(false)
    await expect(create().authorizeUser({ sub: '' }, authRequest)).resolves.toBe(false)
    const strict = create({ authorizeUser: ({ sub }) => sub === 'bob' })
    await expect(strict.authorizeUser({ sub: 'alice' }, authRequest)).resolves.toBe(false)
    await expect(strict.authorizeUser({ sub: 'bob' }, authRequest)).resolves.toBe(true)
  })

  it('becomes a principal whose owner the application maps', async () => {
    const provider = create({ mapUserToResourceId: (claims) => `org:${String(claims['org'])}` })
    const token = craft({ ...CLAIMS, org: 'acme' })
    const principal = await authenticate(provider, token, authRequest, DEFAULT_ROLES)
    expect(principal).toMatchObject({ subject: 'alice', resourceId: 'org:acme', roles: ['member'] })
    const plain = await authenticate(create(), token, authRequest, DEFAULT_ROLES)
    expect(plain.resourceId).toBe('alice')
  })

  it('refuses through authenticate what its authorizeUser refuses', async () => {
    const provider = create({ authorizeUser: () => false })
    const principal = authenticate(provider, craft(CLAIMS), authRequest, DEFAULT_ROLES)
    await expect(principal).rejects.toHaveProperty('code', 'access_denied')
  })

  it('shows a user by sub or id, email, name and picture, and only where they are texts', () => {
    const claims = { sub: 'alice', email: 'a@example', name: 'Alice', picture: 'https://a/p.png' }
    const user = { id: 'alice', email: 'a@example', name: 'Alice', avatarUrl: 'https://a/p.png' }
    expect(create().mapUser(claims)).toStrictEqual(user)
    const nothing = { email: undefined, name: undefined, avatarUrl: undefined }
    expect(create().mapUser({ id: 'bob', email: 7, name: '' })).toStrictEqual({
      id: 'bob',
      ...nothing,
    })
    expect(create().mapUser({ name: 'nobody' })).toBeNull()
    expect(create({ mapUser: () => ({ id: 'x' }) }).mapUser(claims)).toStrictEqual({ id: 'x' })
  })

  it('knows no user by id', async () => {
    await expect(create().getUser('alice')).resolves.toBeNull()
  })
})

describe('MastraJwtAuth: getCurrentUser', () => {
  it('is the user of a good bearer token', async () => {
    const user = await create().getCurrentUser(requestWith(`bearer ${craft(CLAIMS)}`))
    expect(user).toMatchObject({ id: 'alice' })
  })

  it.each([
    ['there is no token', undefined],
    ['it is another scheme', 'Basic YTpi'],
    ['it is a raw token', craft(CLAIMS)],
    ['there are two', `Bearer ${craft(CLAIMS)}, Bearer ${craft(CLAIMS)}`],
    ['it is of another secret', `Bearer ${craft(CLAIMS, OTHER_SECRET)}`],
    ['it is expired', `Bearer ${craft({ ...CLAIMS, exp: NOW })}`],
    ['it is no token', 'Bearer null'],
  ])('is null where %s', async (_case, authorization) => {
    await expect(create().getCurrentUser(requestWith(authorization))).resolves.toBeNull()
  })

  it('is null where the user is not authorized: only true authorizes', async () => {
    const request = requestWith(`Bearer ${craft(CLAIMS)}`)
    for (const answer of [false, undefined, 1, 'yes']) {
      const options: MastraJwtAuthOptions = Object({ authorizeUser: () => answer })
      await expect(create(options).getCurrentUser(request)).resolves.toBeNull()
    }
    const seen = create({
      authorizeUser: (_claims, { header }) => header('authorization') !== undefined,
    })
    await expect(seen.getCurrentUser(request)).resolves.toHaveProperty('id', 'alice')
  })

  it('passes on an error of the application, which is no refusal', async () => {
    const failure = new Error('no database')
    const provider = create({ authorizeUser: () => Promise.reject(failure) })
    const user = provider.getCurrentUser(requestWith(`Bearer ${craft(CLAIMS)}`))
    await expect(user).rejects.toBe(failure)
  })
})

describe('MastraJwtAuth: what its errors tell', () => {
  it.each([
    ['short', 'MARKER'],
    ['sample', SAMPLE],
    ['a public key', '-----BEGIN PUBLIC KEY-----MARKER'],
    ['a JWK text', '{"kty":"oct","k":"MARKER"}'],
    ['a bad JWK', { kty: 'oct', k: 'MARKER=' }],
    ['a JWK of another type', { kty: 'MARKER', k: 'MARKER' }],
    ['a JWK with another algorithm', { kty: 'oct', k: encode(SECRET), alg: 'MARKER' }],
    ['no secret at all', ['MARKER'.repeat(10), null]],
  ])('never contain the secret: %s', (_case, secret) => {
    const error = madeOf(secret)
    expect(error).toBeInstanceOf(ConfigurationError)
    const told = `${String(error)} ${JSON.stringify(error)} ${Object(error).stack}`
    expect(told).not.toMatch(/MARKER|supersecret/)
    expect(error).not.toHaveProperty('cause')
  })

  it('never contain the token, nor any part of it', async () => {
    const good = craft(CLAIMS)
    const tokens = [
      `${good}A`,
      good.slice(0, -1),
      craft(CLAIMS, OTHER_SECRET),
      craft({ ...CLAIMS, exp: NOW }),
      craft({ ...CLAIMS, sub: '' }),
      craft(CLAIMS, SECRET, { alg: 'none' }),
    ]
    for (const token of tokens) {
      const error: unknown = await create()
        .authenticateToken(token)
        .catch((reason: unknown) => reason)
      const told = `${String(error)} ${JSON.stringify(error)} ${Object(error).stack}`
      const parts = token.split('.').filter((part) => told.includes(part))
      expect({ name: Object(error).name, parts }).toStrictEqual({ name: 'TokenError', parts: [] })
    }
  })

  it('are not told by the provider itself when it is printed', () => {
    const printed = `${JSON.stringify(create())} ${Object.keys(create()).join()}`
    expect(printed).not.toContain('horse')
  })
})
