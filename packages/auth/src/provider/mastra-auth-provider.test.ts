import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { authenticate } from './authenticate.js'
import type { AuthRequest } from './auth-provider.js'
import { MastraAuthProvider, type MastraAuthProviderOptions } from './mastra-auth-provider.js'

interface User {
  readonly id: string
  readonly tenant?: string
}

/** A provider as an application writes it. */
class Badges extends MastraAuthProvider<User> {
  readonly greeting = 'hello'

  override async authenticateToken(token: string): Promise<User | null> {
    return token === 'good' ? { id: 'alice', tenant: 'acme' } : null
  }
}

/** One with methods of its own. */
class StrictBadges extends Badges {
  readonly defaultRole = 'viewer'

  override authorizeUser(user: User): boolean {
    return user.tenant === 'other'
  }

  override mapUserToResourceId(user: User): string {
    return `badge of ${user.id}`
  }
}

/** One that registers its options by itself, as those written for Mastra do. */
class Registering extends Badges {
  constructor(options: MastraAuthProviderOptions<User>) {
    super({ name: 'registering' })
    this.registerOptions(options)
  }
}

const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

const principalOf = (provider: MastraAuthProvider<User>, token = 'good') =>
  authenticate(provider, token, request, DEFAULT_ROLES)

const denied = { name: 'AuthError', code: 'access_denied' }
const misconfigured = expect.objectContaining({
  name: 'ConfigurationError',
  code: 'option_invalid',
})

describe('MastraAuthProvider: a subclass', () => {
  it('needs no more than authenticateToken: the subject owns, and nothing is granted', async () => {
    await expect(principalOf(new Badges())).resolves.toMatchObject({
      subject: 'alice',
      resourceId: 'alice',
      roles: [],
    })
  })

  it('refuses a token for which it returns null', async () => {
    await expect(principalOf(new Badges(), 'bad')).rejects.toMatchObject({
      name: 'TokenError',
      code: 'token_key_unknown',
    })
  })

  it('has methods of its own asked', async () => {
    await expect(principalOf(new StrictBadges())).rejects.toMatchObject(denied)
    const lenient = new StrictBadges({ authorizeUser: () => true })
    await expect(principalOf(lenient)).resolves.toMatchObject({
      resourceId: 'badge of alice',
      roles: ['viewer'],
    })
  })
})

describe('MastraAuthProvider: its options', () => {
  it('are what the provider then has', () => {
    const provider = new Badges({ name: 'badges', public: ['/a'], protected: [/b/] })
    expect(provider).toMatchObject({ name: 'badges', public: ['/a'], protected: [/b/] })
    expect(new Badges()).toMatchObject({ name: undefined, public: undefined })
  })

  it('go before the methods of a subclass', async () => {
    const options: MastraAuthProviderOptions<User> = {
      authorizeUser: ({ tenant }) => tenant === 'acme',
      mapUserToResourceId: ({ tenant }) => tenant,
    }
    for (const provider of [new StrictBadges(options), new Registering(options)]) {
      await expect(principalOf(provider)).resolves.toHaveProperty('resourceId', 'acme')
    }
  })

  it('refuse by authorizeUser: only true is a yes', async () => {
    for (const answer of [false, undefined, 1]) {
      const options = { authorizeUser: Object(() => answer) }
      await expect(principalOf(new Badges(options))).rejects.toMatchObject(denied)
      await expect(principalOf(new Registering(options))).rejects.toMatchObject(denied)
    }
  })

  it('have authorizeUser bound to the provider', async () => {
    const provider = new Badges({
      authorizeUser(this: unknown) {
        return this instanceof Badges && this.greeting === 'hello'
      },
    })
    const { authorizeUser } = provider
    expect(await authorizeUser({ id: 'alice' }, request)).toBe(true)
    await expect(principalOf(provider)).resolves.toHaveProperty('subject', 'alice')
  })

  it.each(['authorizeUser', 'mapUserToResourceId'])(
    'are refused where %s is written out and no function',
    (name) => {
      for (const value of [undefined, null, true, 'alice', {}]) {
        expect(() => new Badges(Object({ [name]: value }))).toThrow(misconfigured)
        expect(() => new Registering(Object({ [name]: value }))).toThrow(misconfigured)
      }
      expect(() => new Badges({})).not.toThrow()
    },
  )

  it('are registered without taking away what is there', () => {
    const provider = new Registering({ public: ['/a'] })
    expect(provider).toMatchObject({ name: 'registering', public: ['/a'] })
  })
})
