import { beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_ROLES, freezeRoleTable } from '../access/role.js'
import type { Claims } from '../jwt/claims.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { authenticate } from './authenticate.js'
import { CompositeAuth } from './composite-auth.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const SECRET = 'a secret of these tests, longer than thirty-two bytes'

let seconds = NOW
const now = () => seconds * 1000

beforeEach(() => {
  seconds = NOW
})

const raw = new Request('http://localhost/api/agents')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

const create = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ secret: SECRET, now, ...options })

const sign = (claims: Claims = {}) =>
  create().sign({ sub: 'alice', ...claims }, { expiresInSeconds: 60 })

const ask = (provider: AuthProvider, token: string, roles = DEFAULT_ROLES) =>
  authenticate(provider, token, request, roles)

/** Uses a token until all is remembered of it that ever is, and shows that it is. */
async function useOften(provider: AuthProvider, token: string): Promise<void> {
  await ask(provider, token)
  const second = await ask(provider, token)
  expect(await ask(provider, token)).toBe(second)
}

describe('a token that was used before', () => {
  it('makes no new principal from its third use on, and with its text copied neither', async () => {
    const provider = create()
    const token = sign({ role: 'viewer' })
    await ask(provider, token)
    const second = await ask(provider, token)
    expect(await ask(provider, Buffer.from(token).toString())).toBe(second)
  })

  it('shares nothing with another token of its subject', async () => {
    const provider = create()
    const tokens = ['agents:read', 'agents:write', ''].map((scope) => sign({ scope }))
    for (let use = 0; use < 3; use++) {
      const principals = await Promise.all(tokens.map((token) => ask(provider, token)))
      const granted = principals.map(({ permissions }) => permissions.granted)
      expect(granted).toStrictEqual([['agents:read'], ['agents:write'], []])
    }
  })

  it('is judged by the role table of this request', async () => {
    const provider = create()
    const token = sign({ role: 'viewer' })
    await useOften(provider, token)
    const narrow = freezeRoleTable({ viewer: ['tools:read'] })
    await expect(ask(provider, token, narrow)).resolves.toMatchObject({
      permissions: { granted: ['tools:read'] },
    })
    await expect(ask(provider, token, {})).resolves.toMatchObject({ ignoredGrants: ['viewer'] })
  })

  it('is refused once it has expired, and before its nbf where the clock was set back', async () => {
    const provider = create()
    const token = sign({ nbf: NOW - 10 })
    await useOften(provider, token)
    seconds = NOW - 11
    await expect(ask(provider, token)).rejects.toMatchObject({ code: 'token_not_active' })
    seconds = NOW + 60
    await expect(ask(provider, token)).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('is refused once it is revoked', async () => {
    const revocation = new MemoryRevocationList(now)
    const provider = create({ revocation })
    const token = sign({ jti: 'token-1' })
    await useOften(provider, token)
    revocation.revokeTokenId('local', 'token-1')
    await expect(ask(provider, token)).rejects.toMatchObject({ code: 'token_revoked' })
  })

  it('has the application asked each time: may they call, who owns', async () => {
    let isAllowed = true
    let owner = 'acme'
    const provider = create({
      authorizeUser: () => isAllowed,
      mapUserToResourceId: () => owner,
    })
    const token = sign()
    await useOften(provider, token)
    owner = 'other'
    await expect(ask(provider, token)).resolves.toHaveProperty('resourceId', 'other')
    isAllowed = false
    await expect(ask(provider, token)).rejects.toMatchObject({ code: 'access_denied' })
    isAllowed = true
    owner = ''
    await expect(ask(provider, token)).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('has a subclass asked each time for default role, roles and cap', async () => {
    let defaultRole = 'viewer'
    let grants: readonly string[] | undefined
    class Own extends MastraJwtAuth {
      override defaultRoleOf() {
        return defaultRole
      }
      override accessOf() {
        return { grants }
      }
    }
    const provider = new Own({ secret: SECRET, now })
    const token = sign()
    await useOften(provider, token)
    defaultRole = 'owner'
    await expect(ask(provider, token)).resolves.toHaveProperty('roles', ['owner'])
    grants = ['agents:read']
    const capped = await ask(provider, token)
    expect(capped.permissions.granted).toStrictEqual(['agents:read:*'])
  })

  it('is judged likewise where the provider is one of several', async () => {
    let owner = 'acme'
    const provider = new CompositeAuth([create({ mapUserToResourceId: () => owner })])
    const token = sign({ role: 'viewer' })
    await useOften(provider, token)
    owner = 'other'
    await expect(ask(provider, token)).resolves.toMatchObject({
      resourceId: 'other',
      roles: ['viewer'],
    })
  })
})

describe('roles and cap of an issuer', () => {
  it('are those that were given, whatever becomes of the lists', async () => {
    const chef = ['agents:read', 'tools:read']
    const roles: Record<string, string[]> = { chef }
    const grants = ['agents:read']
    const provider = create({ roles, grants })
    const token = sign({ role: 'chef' })
    await useOften(provider, token)
    chef.push('*')
    roles['chef'] = ['*']
    grants.push('*')
    for (const each of [token, sign({ role: 'chef', fresh: true })]) {
      const { permissions } = await ask(provider, each)
      expect(permissions.granted).toStrictEqual(['agents:read:*'])
    }
  })
})
