import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { authenticate } from './authenticate.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { defineAuth } from './define-auth.js'
import { MastraAuthProvider } from './mastra-auth-provider.js'

const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

const authenticateToken = () => ({ sub: 'alice', tenant: 'acme' })

const misconfigured = expect.objectContaining({
  name: 'ConfigurationError',
  code: 'option_invalid',
})

/** Members as JavaScript may write them, which no compiler has looked at. */
const define = (members: object) => defineAuth(Object({ authenticateToken, ...members }))

describe('defineAuth', () => {
  it('types a provider by the user that it returns', async () => {
    const provider = defineAuth({
      name: 'tenants',
      defaultRole: 'viewer',
      authenticateToken: async (token) => (token === 'good' ? authenticateToken() : null),
      authorizeUser: (user) => user.tenant === 'acme',
      mapUserToResourceId: (user) => user.tenant,
    })
    const principal = authenticate(provider, 'good', request, DEFAULT_ROLES)
    await expect(principal).resolves.toMatchObject({ resourceId: 'acme', roles: ['viewer'] })
    const refusal = authenticate(provider, 'bad', request, DEFAULT_ROLES)
    await expect(refusal).rejects.toHaveProperty('code', 'token_key_unknown')
  })

  it('returns the object itself, frozen with its lists', () => {
    const provider: AuthProvider = {
      authenticateToken,
      public: ['/a'],
      protected: [['/b', ['GET']]],
    }
    expect(defineAuth(provider)).toBe(provider)
    expect(Object.isFrozen(provider) && Object.isFrozen(provider.public)).toBe(true)
    expect(() => Reflect.set(provider, 'authorizeUser', () => true)).not.toThrow()
    expect(provider.authorizeUser).toBeUndefined()
  })

  it('takes every member of the contract', () => {
    const accepts = () => true
    const methods = { accepts, defaultRoleOf: () => 'viewer', expiryOf: () => undefined }
    expect(() => define({ ...methods, name: 'a', protected: [] })).not.toThrow()
    expect(() =>
      defineAuth(Object.assign(Object.create(null), { authenticateToken })),
    ).not.toThrow()
  })

  it.each([{ authorize: () => true }, { rules: [{ allow: true }] }, { rules: [] }])(
    'refuses what would not be asked, and says what to do instead: %o',
    (members) => {
      expect(() => define(members)).toThrow(misconfigured)
      expect(() => define(members)).toThrow(/Write authorizeUser/)
    },
  )

  it.each([{ authorizeUsers: () => true }, { tenant: 'acme' }, { [Symbol('state')]: 1 }])(
    'refuses a member that nobody asks: %o',
    (members) => {
      expect(() => define(members)).toThrow(misconfigured)
      expect(() => define(members)).toThrow(/which Signet does not read/)
    },
  )

  it.each([
    'authenticateToken',
    'authorizeUser',
    'mapUserToResourceId',
    'defaultRoleOf',
    'expiryOf',
    'voucherOf',
    'recallUser',
    'accepts',
    'name',
    'defaultRole',
    'public',
    'protected',
  ])('refuses %s of a wrong type, or written out but undefined', (name) => {
    for (const value of [undefined, null, 7, {}]) {
      expect(() => define({ [name]: value })).toThrow(misconfigured)
    }
  })

  it('refuses what has no authenticateToken', () => {
    expect(() => defineAuth(Object({ public: ['/a'] }))).toThrow(misconfigured)
    expect(() => defineAuth(Object({}))).toThrow(/authenticateToken/)
  })

  it('refuses what is no plain object, and leaves it as it is', () => {
    class Badges extends MastraAuthProvider {
      override async authenticateToken(): Promise<object> {
        return authenticateToken()
      }
    }
    const badges = new Badges()
    expect(() => defineAuth(badges)).toThrow(misconfigured)
    expect(() => defineAuth(badges)).toThrow(/extend MastraAuthProvider/)
    expect(Object.isFrozen(badges)).toBe(false)
    for (const value of [null, undefined, 'jwt', [], () => null]) {
      const none: AuthProvider[] = [Object.assign([value])[0]]
      for (const provider of none) expect(() => defineAuth(provider)).toThrow(misconfigured)
    }
  })
})
