import { describe, expect, it, vi } from 'vitest'
import { createClaimMap } from '../claim/claim-map.js'
import { markConstant } from '../lib/constant.js'
import { deepFreeze } from '../lib/freeze.js'
import { createPrincipal, type PrincipalOptions } from './create-principal.js'
import { DEFAULT_ROLES, freezeGrants, freezeRoleTable } from './role.js'

const constant = <User extends object>(user: User): User => markConstant(deepFreeze(user))

const create = (user: object, options: Partial<PrincipalOptions> = {}) =>
  createPrincipal(user, { roles: DEFAULT_ROLES, ...options })

const grantedTo = (user: object, options: Partial<PrincipalOptions> = {}) =>
  create(user, options).permissions.granted

describe('a principal of constants', () => {
  it('is the same object, for as long as nothing differs', () => {
    const user = constant({ sub: 'alice', role: 'member' })
    const grants = freezeGrants(['agents:read'])
    const options = { grants, defaultRole: 'viewer', mapUserToResourceId: () => 'acme' }
    const first = create(user, options)
    expect(create(user, { ...options, mapUserToResourceId: () => 'acme' })).toBe(first)
  })

  it('of two users is two, also where they have the same subject', () => {
    const reader = constant({ sub: 'alice', scope: 'agents:read' })
    const writer = constant({ sub: 'alice', scope: 'agents:write' })
    for (let use = 0; use < 3; use++) {
      expect(grantedTo(reader)).toStrictEqual(['agents:read'])
      expect(grantedTo(writer)).toStrictEqual(['agents:write'])
    }
  })

  it('follows another role table at once, and the first one again', () => {
    const user = constant({ sub: 'alice', role: 'chef' })
    const wide = freezeRoleTable({ chef: ['agents:*'] })
    const narrow = freezeRoleTable({ chef: ['agents:read'] })
    const without = freezeRoleTable({})
    expect(grantedTo(user, { roles: wide })).toStrictEqual(['agents:*'])
    expect(grantedTo(user, { roles: narrow })).toStrictEqual(['agents:read'])
    expect(create(user, { roles: without })).toMatchObject({ roles: [], ignoredGrants: ['chef'] })
    expect(grantedTo(user, { roles: wide })).toStrictEqual(['agents:*'])
  })

  it('follows another default role at once, also none', () => {
    const user = constant({ sub: 'alice' })
    const roles = [undefined, 'viewer', 'owner', undefined, 'viewer'].map(
      (defaultRole) => create(user, { defaultRole }).roles,
    )
    expect(roles).toStrictEqual([[], ['viewer'], ['owner'], [], ['viewer']])
  })

  it('follows another cap at once, also none', () => {
    const user = constant({ sub: 'alice', role: 'owner' })
    const one = freezeGrants(['agents:read'])
    const other = freezeGrants(['tools:read'])
    const granted = [undefined, one, other, undefined, one].map((grants) =>
      grantedTo(user, { grants }),
    )
    const [agents, tools] = ['agents:read:*', 'tools:read:*']
    expect(granted).toStrictEqual([['*'], [agents], [tools], ['*'], [agents]])
  })

  it('follows another map, scope map and rule of unknown roles at once, also none', () => {
    const user = constant({ sub: 'alice', groups: ['viewer'], roles: ['x'], scope: 'read' })
    const claimMap = createClaimMap({ roles: 'groups' })
    const scopeMap = freezeRoleTable({ read: ['audit:read'] })
    const options = [
      {},
      { claimMap },
      { scopeMap },
      { unknownRoles: 'ignore', defaultRole: 'owner' },
      { claimMap },
      {},
    ] as const
    const granted = options.map((each) => grantedTo(user, each))
    const viewer = DEFAULT_ROLES['viewer']
    expect(granted).toStrictEqual([[], viewer, ['audit:read'], ['*'], viewer, []])
    expect(create(user, { claimMap, scopeMap })).toBe(create(user, { claimMap, scopeMap }))
  })

  it('asks the map once', () => {
    const user = constant({ sub: 'alice', groups: ['viewer'] })
    const { placeText, read } = createClaimMap({ roles: 'groups' })
    const counted = vi.fn<typeof read>(read)
    const claimMap = markConstant(Object.freeze({ placeText, read: counted }))
    const first = create(user, { claimMap })
    const asked = counted.mock.calls.length
    for (let again = 0; again < 5; again++) expect(create(user, { claimMap })).toBe(first)
    expect(counted.mock.calls.length).toBe(asked)
  })

  it('follows the owner that the application names, whom it asks each time', () => {
    const user = constant({ sub: 'alice' })
    const owners = ['acme', 'acme', 'other', undefined, 'acme']
    const asked: unknown[] = []
    const mapUserToResourceId = (each: object) => {
      asked.push(each)
      return owners[asked.length - 1]
    }
    const named = owners.map(() => create(user, { mapUserToResourceId }).resourceId)
    expect(named).toStrictEqual(['acme', 'acme', 'other', 'alice', 'acme'])
    expect(asked).toStrictEqual(owners.map(() => user))
  })

  it.each<[string, () => unknown]>([
    ['gives no text', () => 7],
    ['gives a promise', () => Promise.resolve('acme')],
    [
      'fails',
      () => {
        throw new Error('no database')
      },
    ],
  ])('does not outlive an application that %s for the owner', (_case, mapUserToResourceId) => {
    const user = constant({ sub: 'alice' })
    expect(create(user).resourceId).toBe('alice')
    const denied = expect.objectContaining({ code: 'access_denied' })
    expect(() => create(user, { mapUserToResourceId })).toThrow(denied)
  })
})

describe('a principal of what may change', () => {
  it('follows a map and a scope map of the application', () => {
    const user = constant({ sub: 'alice', groups: ['viewer'], scope: 'read' })
    const { placeText, read } = createClaimMap({ roles: 'groups' })
    let map = read
    const claimMap = { placeText, read: (claims: object) => map(claims) }
    expect(grantedTo(user, { claimMap })).toStrictEqual(DEFAULT_ROLES['viewer'])
    map = createClaimMap({ roles: 'other' }).read
    expect(grantedTo(user, { claimMap })).toStrictEqual([])
    const scopeMap = { read: ['audit:read'] }
    expect(grantedTo(user, { scopeMap })).toStrictEqual(['audit:read'])
    scopeMap.read = ['tools:read']
    expect(grantedTo(user, { scopeMap })).toStrictEqual(['tools:read'])
  })

  it('follows a user who is changed', () => {
    const user = { sub: 'alice', role: 'viewer' }
    expect(create(user).roles).toStrictEqual(['viewer'])
    user.role = 'owner'
    expect(create(user)).toMatchObject({ roles: ['owner'], claims: { role: 'owner' } })
  })

  it('follows a user whose members are found when they are asked for, frozen or not', () => {
    const roles = ['viewer', 'owner']
    const user = Object.freeze({
      sub: 'alice',
      get role() {
        return roles.length > 1 ? roles.shift() : roles[0]
      },
    })
    expect(create(user).permissions.granted).toStrictEqual(DEFAULT_ROLES['viewer'])
    expect(create(user).permissions.granted).toStrictEqual(['*'])
  })

  it('follows a role table of the application that is changed, and one that is frozen on the outside', () => {
    const user = constant({ sub: 'alice', role: 'chef' })
    const chef = ['agents:read']
    const open: Record<string, string[]> = { chef }
    for (const roles of [open, Object.freeze({ chef })]) {
      chef.splice(0, chef.length, 'agents:read')
      expect(grantedTo(user, { roles })).toStrictEqual(['agents:read'])
      chef.splice(0, chef.length, 'tools:read')
      expect(grantedTo(user, { roles })).toStrictEqual(['tools:read'])
    }
    open['chef'] = []
    expect(grantedTo(user, { roles: open })).toStrictEqual([])
  })

  it('follows a cap of the application that is changed', () => {
    const user = constant({ sub: 'alice', role: 'owner' })
    const grants = ['agents:read']
    expect(grantedTo(user, { grants })).toStrictEqual(['agents:read:*'])
    grants[0] = 'tools:read'
    expect(grantedTo(user, { grants })).toStrictEqual(['tools:read:*'])
  })
})
