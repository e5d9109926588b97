import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { AuthError, TokenError } from '../error.js'
import type { Claims } from '../jwt/claims.js'
import { authenticate } from './authenticate.js'
import { CompositeAuth } from './composite-auth.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import type { TokenForm } from './token-form.js'

const NOW = 1_700_000_000
const A = 'https://a.example'
const B = 'https://b.example'
const SECRET_A = 'the secret of issuer a, longer than thirty-two bytes'
const SECRET_B = 'the secret of issuer b, longer than thirty-two bytes'
const OPAQUE = 'an-opaque-token'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function craft(payload: object, secret: string, header: object = { alg: 'HS256' }): string {
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${createHmac('sha256', secret).update(signingInput).digest('base64url')}`
}

const tokenOf = (iss: string | undefined, secret: string, claims: object = {}) =>
  craft({ iss, sub: 'alice', exp: NOW + 60, ...claims }, secret)

const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

/** A provider of JSON Web Tokens of one issuer, which accepts by that issuer. */
function issuerAuth(
  issuer: string,
  secret: string,
  options: MastraJwtAuthOptions = {},
): AuthProvider<Claims> {
  const auth = new MastraJwtAuth({
    secret,
    issuer,
    name: issuer,
    now: () => NOW * 1000,
    ...options,
  })
  return {
    name: auth.name,
    defaultRole: auth.defaultRole,
    accepts: (form) => form.issuer === issuer,
    authenticateToken: (token) => auth.authenticateToken(token),
    authorizeUser: (claims, asked) => auth.authorizeUser(claims, asked),
    mapUserToResourceId: (claims) => auth.mapUserToResourceId(claims),
  }
}

/** A provider that takes every token that it is given. */
const literal = (members: Partial<AuthProvider> = {}): AuthProvider => ({
  authenticateToken: (token) => ({ sub: token }),
  ...members,
})

const accepting = (members: Partial<AuthProvider> = {}) =>
  literal({ accepts: () => true, ...members })
const declining = (members: Partial<AuthProvider> = {}) =>
  literal({ accepts: () => false, ...members })

/** A provider that must not be asked. */
const untouchable = (members: Partial<AuthProvider> = {}) => {
  const fail = () => {
    throw new Error('The wrong provider was asked.')
  }
  return declining({
    authenticateToken: fail,
    authorizeUser: fail,
    mapUserToResourceId: fail,
    defaultRoleOf: fail,
    expiryOf: fail,
    voucherOf: fail,
    recallUser: fail,
    ...members,
  })
}

const ask = (providers: readonly AuthProvider[], token = OPAQUE) =>
  new CompositeAuth(providers).authenticateToken(token, request)

const principalOf = (providers: readonly AuthProvider[], token = OPAQUE) =>
  authenticate(new CompositeAuth(providers), token, request, DEFAULT_ROLES)

const misconfigured = expect.objectContaining({
  name: 'ConfigurationError',
  code: 'option_invalid',
})
const nobody = { name: 'TokenError', code: 'token_issuer' }

describe('CompositeAuth: what it is made of', () => {
  it('has the names and the lists of its providers, in their order', () => {
    const composite = new CompositeAuth([
      accepting({ name: 'one', public: ['/a', /b/], protected: ['/c'] }),
      accepting({ public: [['/d', 'GET']] }),
      accepting({ name: 'three', protected: ['/e'] }),
    ])
    expect(composite.name).toBe('composite (one, provider 2, three)')
    expect(composite.public).toStrictEqual(['/a', /b/, ['/d', 'GET']])
    expect(composite.protected).toStrictEqual(['/c', '/e'])
  })

  it('refuses two providers without accepts, and names them', () => {
    const one = literal({ name: 'first' })
    expect(() => new CompositeAuth([one])).not.toThrow()
    expect(() => new CompositeAuth([one, accepting()])).not.toThrow()
    const twice = () => new CompositeAuth([one, accepting(), literal({ name: 'second' })])
    expect(twice).toThrow(misconfigured)
    expect(twice).toThrow('first, second')
  })

  it('refuses a provider that is there twice, and an empty list', () => {
    const one = accepting()
    expect(() => new CompositeAuth([one, accepting()])).not.toThrow()
    expect(() => new CompositeAuth([one, one])).toThrow(misconfigured)
    expect(() => new CompositeAuth([])).toThrow(misconfigured)
    expect(() => new CompositeAuth(Object({ length: 1 }))).toThrow(misconfigured)
  })

  it.each([
    [null],
    ['provider'],
    [{}],
    [{ authenticateToken: 'yes' }],
    [{ authorizeUser: null }],
    [{ authorizeUser: true }],
    [{ accepts: true }],
    [{ mapUserToResourceId: 'sub' }],
    [{ defaultRole: 7 }],
    [{ defaultRoleOf: 'member' }],
    [{ expiryOf: 7 }],
    [{ explainToken: 'x' }],
    [{ voucherOf: 'x' }],
    [{ recallUser: 'x' }],
    [{ name: 7 }],
    [{ public: '/a' }],
    [{ authorize: () => false }],
    [{ rules: [] }],
  ])('refuses what is no provider, or has rules that are not asked: %o', (provider: unknown) => {
    const isMembers = typeof provider === 'object' && provider !== null
    const whole: AuthProvider[] = [
      isMembers && Object.keys(provider).length > 0
        ? Object({ authenticateToken: () => null, ...provider })
        : provider,
    ]
    expect(() => new CompositeAuth(whole)).toThrow(misconfigured)
  })

  it('is not changed by what is done to the list later', async () => {
    const providers = [declining()]
    const composite = new CompositeAuth(providers)
    providers.push(literal())
    await expect(composite.authenticateToken(OPAQUE, request)).rejects.toMatchObject(nobody)
  })
})

describe('CompositeAuth: the provider of a token is chosen', () => {
  it('is the one that accepts it, wherever it stands, and no other is asked', async () => {
    const providers = [untouchable(), accepting(), untouchable()]
    await expect(ask(providers)).resolves.toStrictEqual({ sub: OPAQUE })
    await expect(ask([...providers, untouchable({ accepts: undefined })])).resolves.toBeDefined()
  })

  it('is the one without accepts where no other accepts it, and only then', async () => {
    await expect(ask([literal(), untouchable()])).resolves.toStrictEqual({ sub: OPAQUE })
    const fallback = literal({ authenticateToken: () => ({ sub: 'fallback' }) })
    await expect(ask([fallback, accepting()])).resolves.toStrictEqual({ sub: OPAQUE })
  })

  it.each([
    ['misspelt', `${tokenOf(A, SECRET_A).slice(0, -1)}=`],
    ['encrypted', `${encode({ alg: 'dir', enc: 'A256GCM' })}..AA.AA.AA`],
    ['cut off', tokenOf(A, SECRET_A).split('.').slice(0, 2).join('.')],
  ])('is never the issuer’s for a token that cannot be read: %s', async (_case, token) => {
    const readers = [issuerAuth(A, SECRET_A), issuerAuth(B, SECRET_B)]
    const fallback = literal({ authenticateToken: () => null })
    await expect(ask(readers, token)).rejects.toMatchObject({ code: 'token_issuer' })
    await expect(ask([...readers, fallback], token)).rejects.toMatchObject({
      code: 'token_key_unknown',
    })
  })

  it('gets the token and the request as they are', async () => {
    const seen: unknown[] = []
    const authenticateToken = (...parameters: readonly unknown[]) => {
      seen.push(...parameters)
      return { sub: 'alice' }
    }
    await ask([accepting({ authenticateToken })])
    expect(seen).toStrictEqual([OPAQUE, request])
  })

  it('learns the form of the token, and no provider can change it for the next', async () => {
    const seen: TokenForm[] = []
    const accepts = (form: TokenForm) => seen.push(form) === 2
    const token = craft({ iss: A, sub: 'alice' }, SECRET_A, { alg: 'HS256', kid: 'k1' })
    await ask([literal({ accepts }), literal({ accepts })], token)
    const form = { isJwt: true, issuer: A, algorithm: 'HS256', keyId: 'k1', token }
    expect(seen).toStrictEqual([form, form])
    expect(seen.every(Object.isFrozen)).toBe(true)
  })

  it('is nobody where two accept it: it is ambiguous, and neither is asked', async () => {
    const one = untouchable({ name: 'one', accepts: () => true })
    const two = untouchable({ name: 'two', accepts: () => true })
    await expect(ask([one, declining(), two])).rejects.toMatchObject({
      ...nobody,
      message: expect.stringMatching(/ambiguous: one, two accept/),
    })
    await expect(ask([one, two, literal()])).rejects.toMatchObject(nobody)
  })

  it('is nobody where none accepts it, and the log learns each name and why', async () => {
    const refusal = ask([declining({ name: 'one' }), declining()], tokenOf(B, SECRET_B))
    await expect(refusal).rejects.toBeInstanceOf(TokenError)
    await expect(refusal).rejects.toMatchObject({
      ...nobody,
      message: `No provider accepts a JWT (issuer: "${B}", algorithm: "HS256"). one: its accepts returned false; provider 2: its accepts returned false.`,
    })
  })

  it('says nothing of an opaque token, and cuts and quotes what a JWT names', async () => {
    const opaque = await ask([declining()]).catch((error: unknown) => error)
    expect(opaque).toMatchObject({ message: expect.stringContaining('an opaque token') })
    expect(String(opaque)).not.toContain(OPAQUE)
    const long = `\n${'x'.repeat(1000)}`
    const named = await ask([declining()], craft({ iss: long }, SECRET_A)).catch(String)
    expect(named).toContain(`issuer: "\\n${'x'.repeat(99)}"`)
    expect(named).not.toContain('\n')
  })

  it.each([[undefined], [null], [1], ['true'], [Object(true)], [Promise.resolve(true)]])(
    'is not one whose accepts says %o: only true is a yes',
    async (answer: unknown) => {
      const unclear = untouchable({ name: 'unclear', accepts: Object(() => answer) })
      await expect(ask([unclear, accepting()])).resolves.toStrictEqual({ sub: OPAQUE })
      await expect(ask([unclear])).rejects.toMatchObject({
        ...nobody,
        message: expect.stringContaining('unclear: its accepts returned neither true nor false'),
      })
    },
  )

  it('is not found past an accepts that rejects later', async () => {
    const accepts = Object(() => Promise.reject(new Error('late')))
    await expect(ask([untouchable({ accepts })])).rejects.toMatchObject(nobody)
  })

  it('is nobody where an accepts fails, and the log learns why', async () => {
    const cause = new Error('no issuer')
    const accepts = () => {
      throw cause
    }
    for (const others of [[], [accepting()], [literal()]]) {
      const refusal = ask([literal({ name: 'broken', accepts }), ...others])
      await expect(refusal).rejects.toMatchObject({
        ...nobody,
        cause,
        message: expect.stringContaining('broken'),
      })
    }
  })

  it('is not looked for where the token is no text, or larger than any request', async () => {
    const all = [untouchable({ accepts: () => true })]
    await expect(ask(all, Object(1))).rejects.toHaveProperty('code', 'token_malformed')
    await expect(ask(all, 'x'.repeat(65_537))).rejects.toHaveProperty('code', 'token_too_large')
    await expect(ask([accepting()], 'x'.repeat(65_536))).resolves.toBeDefined()
  })

  it('is the one without accepts also for a CompositeAuth within another', async () => {
    const inner = new CompositeAuth([accepting({ defaultRole: 'viewer' }), declining()])
    await expect(principalOf([inner, untouchable()])).resolves.toHaveProperty('roles', ['viewer'])
    await expect(ask([new CompositeAuth([declining()]), declining()])).rejects.toMatchObject(nobody)
    expect(() => new CompositeAuth([inner, new CompositeAuth([accepting()])])).toThrow(
      misconfigured,
    )
  })
})

describe('CompositeAuth: a refusal keeps its reason', () => {
  it.each([
    [new TokenError('token_expired', 'late', { claim: 'exp' })],
    [new AuthError('keys_unavailable', 'no network')],
    [new Error('a fault')],
  ])('is the error of the chosen provider, unchanged: %o', async (error) => {
    const fail = () => {
      throw error
    }
    const authenticateToken = async () => fail()
    await expect(ask([accepting({ authenticateToken: fail }), literal()])).rejects.toBe(error)
    await expect(ask([accepting({ authenticateToken }), literal()])).rejects.toBe(error)
    await expect(ask([declining(), literal({ authenticateToken })])).rejects.toBe(error)
  })

  it.each([null, undefined, false, '', 'alice', 7].map((user) => [user]))(
    'names the provider that knows no user: %j',
    async (user: unknown) => {
      const knowsNobody = accepting({ name: 'one', authenticateToken: Object(() => user) })
      await expect(ask([knowsNobody, literal()])).rejects.toMatchObject({
        name: 'TokenError',
        code: 'token_key_unknown',
        message: 'one did not return a user for this token.',
      })
    },
  )
})

describe('CompositeAuth: who authenticated is who authorizes', () => {
  it.each([[false], [undefined], [1], ['true'], [null]])(
    'takes the answer of that provider alone: %o is a no',
    async (answer: unknown) => {
      const strict = accepting({ authorizeUser: Object(async () => answer) })
      await expect(
        principalOf([literal({ authorizeUser: () => true }), strict]),
      ).rejects.toMatchObject({ name: 'AuthError', code: 'access_denied' })
      const composite = new CompositeAuth([strict])
      const user = await composite.authenticateToken(OPAQUE, request)
      await expect(composite.authorizeUser(user, request)).resolves.toBe(false)
    },
  )

  it('takes a yes of that provider, or that it has nothing to say', async () => {
    const others = [untouchable(), untouchable({ accepts: undefined })]
    const yes = accepting({ authorizeUser: async () => true })
    await expect(principalOf([...others, yes])).resolves.toHaveProperty('subject', OPAQUE)
    await expect(principalOf([...others, accepting()])).resolves.toHaveProperty('subject', OPAQUE)
  })

  it('passes on an error in it', async () => {
    const cause = new Error('no database')
    const authorizeUser = () => Promise.reject(cause)
    const refusal = principalOf([accepting({ authorizeUser }), literal()])
    await expect(refusal).rejects.toMatchObject({ code: 'access_denied', cause })
  })

  it('takes owner and default role of that provider alone', async () => {
    const one = accepting({
      accepts: ({ token }) => token === OPAQUE,
      defaultRole: 'viewer',
      mapUserToResourceId: () => 'acme',
    })
    const two = literal({ defaultRole: 'owner' })
    await expect(principalOf([one, two])).resolves.toMatchObject({
      resourceId: 'acme',
      roles: ['viewer'],
    })
    await expect(principalOf([one, two], 'bob')).resolves.toMatchObject({
      resourceId: 'bob',
      roles: ['owner'],
    })
  })

  it('gives no default role where that provider gives none, whatever the others give', async () => {
    const generous = untouchable({ defaultRole: 'owner' })
    await expect(principalOf([accepting(), generous])).resolves.toHaveProperty('roles', [])
    const none = accepting({ defaultRole: 'owner', defaultRoleOf: () => null })
    await expect(principalOf([none, generous])).resolves.toHaveProperty('roles', [])
  })

  it('refuses an owner of that provider that is no text', async () => {
    const refusal = { code: 'access_denied' }
    const blank = accepting({ mapUserToResourceId: () => ' ' })
    await expect(principalOf([blank])).rejects.toMatchObject(refusal)
    const late = accepting({ mapUserToResourceId: Object(async () => 'acme') })
    await expect(principalOf([late])).rejects.toMatchObject(refusal)
    const silent = accepting({ mapUserToResourceId: () => null })
    await expect(principalOf([silent])).resolves.toHaveProperty('resourceId', OPAQUE)
  })

  it('asks the methods of that provider as its methods', async () => {
    const tenant = {
      tenant: 'acme',
      role: 'viewer',
      accepts: () => true,
      authenticateToken: () => ({ sub: 'alice' }),
      authorizeUser() {
        return this.tenant === 'acme'
      },
      mapUserToResourceId() {
        return this.tenant
      },
      defaultRoleOf() {
        return this.role
      },
    }
    await expect(principalOf([tenant])).resolves.toMatchObject({
      resourceId: 'acme',
      roles: ['viewer'],
    })
  })

  it('refuses a user that was not authenticated here', async () => {
    const composite = new CompositeAuth([accepting({ defaultRole: 'owner', expiryOf: () => 7 })])
    const user = await composite.authenticateToken(OPAQUE, request)
    await expect(composite.authorizeUser(user, request)).resolves.toBe(true)
    expect(composite.mapUserToResourceId(user)).toBe(OPAQUE)
    expect(composite.defaultRoleOf(user)).toBe('owner')
    expect(composite.expiryOf(user)).toBe(7)
    const refused = expect.objectContaining({ name: 'AuthError', code: 'access_denied' })
    const elsewhere = await new CompositeAuth([accepting()]).authenticateToken(OPAQUE, request)
    for (const stranger of [{ ...user }, elsewhere]) {
      await expect(composite.authorizeUser(stranger, request)).rejects.toThrow(refused)
      expect(() => composite.mapUserToResourceId(stranger)).toThrow(refused)
      expect(() => composite.defaultRoleOf(stranger)).toThrow(refused)
      expect(() => composite.expiryOf(stranger)).toThrow(refused)
      expect(() => composite.voucherOf(stranger)).toThrow(refused)
    }
  })

  it('refuses one object as the user of two providers: nobody could say who authorizes it', async () => {
    const shared = { sub: 'alice' }
    const first = literal({ authenticateToken: () => shared, authorizeUser: () => false })
    const second = literal({
      accepts: ({ token }) => token === OPAQUE,
      authenticateToken: () => shared,
    })
    const composite = new CompositeAuth([first, second])
    const user = await composite.authenticateToken('other', request)
    await expect(composite.authenticateToken('other', request)).resolves.toBe(user)
    await expect(composite.authenticateToken(OPAQUE, request)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'access_denied',
    })
    await expect(composite.authorizeUser(user, request)).resolves.toBe(false)
  })
})

describe('CompositeAuth: several issuers', () => {
  const providers = [
    issuerAuth(A, SECRET_A, { defaultRole: 'viewer' }),
    issuerAuth(B, SECRET_B, { defaultRole: 'member' }),
  ]

  it('binds each issuer to its own keys (RFC 8725 section 3.8)', async () => {
    await expect(principalOf(providers, tokenOf(A, SECRET_A))).resolves.toMatchObject({
      issuer: A,
      roles: ['viewer'],
    })
    await expect(principalOf(providers, tokenOf(B, SECRET_B))).resolves.toMatchObject({
      issuer: B,
      roles: ['member'],
    })
    const signature = { name: 'TokenError', code: 'token_signature' }
    await expect(principalOf(providers, tokenOf(A, SECRET_B))).rejects.toMatchObject(signature)
    await expect(principalOf(providers, tokenOf(B, SECRET_A))).rejects.toMatchObject(signature)
  })

  it('refuses another issuer, and none, whoever signed', async () => {
    for (const secret of [SECRET_A, SECRET_B]) {
      for (const issuer of [undefined, '', `${A}/`, 'https://c.example']) {
        const refusal = principalOf(providers, tokenOf(issuer, secret))
        await expect(refusal).rejects.toMatchObject(nobody)
      }
    }
  })

  it('refuses for the reason of the chosen one', async () => {
    const expired = principalOf(providers, tokenOf(A, SECRET_A, { exp: NOW }))
    await expect(expired).rejects.toMatchObject({ code: 'token_expired', expiredAt: NOW })
    const early = principalOf(providers, tokenOf(B, SECRET_B, { nbf: NOW + 60 }))
    await expect(early).rejects.toHaveProperty('code', 'token_not_active')
  })

  it('reads an issuer only where verification would: a name twice chooses nobody', async () => {
    const payload = Buffer.from(`{"iss":"${A}","iss":"${B}"}`).toString('base64url')
    const twice = `${encode({ alg: 'HS256' })}.${payload}.AAAA`
    await expect(ask(providers, twice)).rejects.toMatchObject(nobody)
    await expect(ask([...providers, literal()], twice)).resolves.toStrictEqual({ sub: twice })
  })
})

describe('what CompositeAuth says that it accepts', () => {
  const auth = (issuer: string, secret: string) =>
    new MastraJwtAuth({ issuer, secret, audience: 'my-api' })

  it('is what its providers say, of those that say it', () => {
    const silent: AuthProvider = { authenticateToken: () => null }
    const [a, b] = [auth(A, SECRET_A), auth(B, SECRET_B)]
    const { issuers } = new CompositeAuth([silent, a, b]).describe()
    expect(issuers).toStrictEqual([...a.describe().issuers, ...b.describe().issuers])
    expect(JSON.stringify(issuers)).not.toContain('longer than')
  })

  it.each<[string, () => unknown]>([
    ['a text', () => A],
    ['a list', () => [{ issuer: [A] }]],
    ['issuers that are not objects', () => ({ issuers: [A] })],
    ['an issuer that is not a list', () => ({ issuers: [{ issuer: A }] })],
    ['an error', () => JSON.parse('{')],
  ])('is nothing of a provider whose describe gives %s', (_, describeOther) => {
    const other = { authenticateToken: () => null, describe: describeOther }
    const { issuers } = new CompositeAuth([other, auth(B, SECRET_B)]).describe()
    expect(issuers.flatMap(({ issuer }) => issuer)).toStrictEqual([B])
  })
})
