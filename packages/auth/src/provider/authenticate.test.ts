import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { TokenError } from '../error.js'
import { anonymousPrincipal, authenticate } from './authenticate.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'

const raw = new Request('http://localhost/api/agents', { headers: { 'x-tenant': 'acme' } })
const request: AuthRequest = {
  raw,
  headers: raw.headers,
  header: (name) => raw.headers.get(name) ?? undefined,
}

interface User {
  readonly sub: string
  readonly role?: string
}

const provider = (members: object = {}): AuthProvider<User> => ({
  authenticateToken: (token) => ({ sub: token }),
  ...members,
})

const run = (members?: object) => authenticate(provider(members), 'alice', request, DEFAULT_ROLES)

describe('authenticate: who calls', () => {
  it('makes the principal of the user that the provider names', async () => {
    await expect(run()).resolves.toMatchObject({ subject: 'alice', resourceId: 'alice', roles: [] })
    const later = { authenticateToken: async (token: string) => ({ id: token, role: 'viewer' }) }
    await expect(run(later)).resolves.toMatchObject({ subject: 'alice', roles: ['viewer'] })
  })

  it('gives the provider token and request', async () => {
    const seen: unknown[] = []
    const authenticateToken = (...parameters: unknown[]) => {
      seen.push(...parameters)
      return { sub: 'alice' }
    }
    await run({ authenticateToken })
    expect(seen).toStrictEqual(['alice', request])
  })

  it.each([null, undefined, false, 0, '', 'alice', true, 7])(
    'refuses the user %j: the provider knows nobody',
    async (user) => {
      const refusal = { name: 'TokenError', code: 'token_key_unknown' }
      await expect(run({ authenticateToken: () => user })).rejects.toMatchObject(refusal)
      await expect(run({ authenticateToken: async () => user })).rejects.toMatchObject(refusal)
    },
  )

  it.each([[{}], [{ sub: '' }], [{ sub: 7 }], [[]], [new Date(0)]])(
    'refuses a user without a subject: %o',
    async (user) => {
      const refusal = { code: 'token_claim', claim: 'sub' }
      await expect(run({ authenticateToken: () => user })).rejects.toMatchObject(refusal)
    },
  )

  it("passes on the provider's own refusal, and asks nothing more", async () => {
    const refusal = new TokenError('token_expired', 'late')
    const authenticateToken = () => {
      throw refusal
    }
    let isAsked = false
    const authorizeUser = () => {
      isAsked = true
      return true
    }
    await expect(run({ authenticateToken, authorizeUser })).rejects.toBe(refusal)
    expect(isAsked).toBe(false)
  })
})

describe('authenticate: whether they may call', () => {
  it('takes true for a yes, at once or later', async () => {
    await expect(run({ authorizeUser: () => true })).resolves.toHaveProperty('subject', 'alice')
    await expect(run({ authorizeUser: async () => true })).resolves.toHaveProperty(
      'subject',
      'alice',
    )
  })

  it.each([false, undefined, null, 0, 1, 'true', 'yes', Object(true)].map((answer) => [answer]))(
    'takes nothing else for a yes: %o',
    async (answer: unknown) => {
      const refusal = { name: 'AuthError', code: 'access_denied' }
      await expect(run({ authorizeUser: () => answer })).rejects.toMatchObject(refusal)
      await expect(run({ authorizeUser: async () => answer })).rejects.toMatchObject(refusal)
    },
  )

  it('takes an error for a no, and the log learns why', async () => {
    const cause = new Error('no database')
    const authorizeUser = () => {
      throw cause
    }
    const refusal = { code: 'access_denied', cause }
    await expect(run({ authorizeUser })).rejects.toMatchObject(refusal)
    await expect(run({ authorizeUser: () => Promise.reject(cause) })).rejects.toMatchObject(refusal)
    await expect(run({ authorizeUser: 'yes' })).rejects.toMatchObject({ code: 'access_denied' })
    await expect(run({ authorizeUser: null })).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('asks about this user and this request, as a method of the provider', async () => {
    const limited = {
      tenant: 'acme',
      authenticateToken: () => ({ sub: 'alice' }),
      authorizeUser(user: User, { header }: AuthRequest) {
        return user.sub === 'alice' && header('x-tenant') === this.tenant
      },
      mapUserToResourceId() {
        return this.tenant
      },
    }
    const principal = await authenticate(limited, 'token', request, DEFAULT_ROLES)
    expect(principal).toMatchObject({ subject: 'alice', resourceId: 'acme' })
  })
})

describe('authenticate: what they own and may do', () => {
  it('refuses where mapUserToResourceId gives no text at once', async () => {
    const refusal = { code: 'access_denied' }
    await expect(run({ mapUserToResourceId: async () => 'acme' })).rejects.toMatchObject(refusal)
    await expect(run({ mapUserToResourceId: () => '' })).rejects.toMatchObject(refusal)
    await expect(run({ mapUserToResourceId: () => null })).resolves.toHaveProperty(
      'resourceId',
      'alice',
    )
  })

  it('gives the default role of the provider only to users without role and scope', async () => {
    await expect(run({ defaultRole: 'member' })).resolves.toHaveProperty('roles', ['member'])
    const unknown = { defaultRole: 'member', authenticateToken: () => ({ sub: 'a', role: 'chef' }) }
    await expect(run(unknown)).resolves.toMatchObject({ roles: [], ignoredGrants: ['chef'] })
  })

  it('asks defaultRoleOf in place of defaultRole, about this user', async () => {
    const members = {
      defaultRole: 'owner',
      viewers: ['alice'],
      defaultRoleOf({ sub }: User) {
        return this.viewers.includes(sub) ? 'viewer' : undefined
      },
    }
    await expect(run(members)).resolves.toHaveProperty('roles', ['viewer'])
    await expect(run({ ...members, viewers: [] })).resolves.toHaveProperty('roles', [])
    await expect(run({ ...members, defaultRoleOf: () => null })).resolves.toHaveProperty(
      'roles',
      [],
    )
    const named = { ...members, authenticateToken: () => ({ sub: 'alice', role: 'chef' }) }
    await expect(run(named)).resolves.toMatchObject({ roles: [], ignoredGrants: ['chef'] })
  })

  it('refuses where defaultRoleOf gives no text at once, and the log learns why', async () => {
    const refusal = { name: 'AuthError', code: 'access_denied' }
    const cause = new Error('no table')
    const fail = () => {
      throw cause
    }
    await expect(run({ defaultRoleOf: fail })).rejects.toMatchObject({ ...refusal, cause })
    const late = () => Promise.reject(cause)
    for (const defaultRoleOf of [late, async () => 'viewer', () => 7, () => ['viewer'], null]) {
      await expect(run({ defaultRoleOf })).rejects.toMatchObject(refusal)
    }
  })

  it('reads roles anew for each request', async () => {
    const members = { authenticateToken: () => ({ sub: 'alice', role: 'chef' }) }
    const before = await authenticate(provider(members), 't', request, { chef: ['agents:read'] })
    const after = await authenticate(provider(members), 't', request, { chef: [] })
    expect([before.permissions.granted, after.permissions.granted]).toStrictEqual([
      ['agents:read'],
      [],
    ])
  })
})

describe('anonymousPrincipal', () => {
  it('is a member, and nobody where the table has no such role', () => {
    const anonymous = anonymousPrincipal(DEFAULT_ROLES)
    expect(anonymous).toMatchObject({ subject: 'anonymous', issuer: 'local', roles: ['member'] })
    expect(anonymous.permissions.allows('agents:write:a')).toBe(false)
    expect(anonymousPrincipal({}).permissions.granted).toStrictEqual([])
  })
})
