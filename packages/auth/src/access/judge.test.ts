import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requiredPermissions, type Access } from './access.js'
import { judgeAccess, rolesForAccess } from './judge.js'
import { ACTIONS, RESOURCES } from './action-set.js'
import { createPermissions } from './permission.js'
import { DEFAULT_ROLES } from './role.js'

const judge = (access: Access, ...grants: string[]) =>
  judgeAccess(access, createPermissions(grants))

const YES = { allowed: 'yes', missing: [], ids: {} }

describe('judgeAccess', () => {
  it.each(['public', 'authenticated'] as const)(
    'asks nothing of who calls what is %s',
    (access) => {
      expect(judge(access)).toStrictEqual(YES)
    },
  )

  it.each<[Access, string[]]>([
    ['agents:execute:{agentId}', ['agents:execute']],
    ['agents:execute:{agentId}', ['agents:*:*']],
    ['agents:execute:{agentId}', ['*']],
    ['system:read', ['*:read']],
    [
      ['agents:read:{agentId}', 'tools:read:{toolId}'],
      ['agents:read', 'tools:read'],
    ],
  ])('lets in whoever holds all of %j: %j', (access, grants) => {
    expect(judge(access, ...grants)).toStrictEqual(YES)
  })

  it.each<[Access, string[], string[]]>([
    ['agents:execute:{agentId}', [], ['agents:execute:{agentId}']],
    ['agents:execute:{agentId}', ['agents:read:weather'], ['agents:execute:{agentId}']],
    ['agents:execute', ['agents:execute:weather'], ['agents:execute']],
    [['system:read', 'audit:read'], ['system:read'], ['audit:read']],
    [
      ['agents:read:{agentId}', 'tools:read:{toolId}'],
      ['agents:read:weather'],
      ['tools:read:{toolId}'],
    ],
  ])('names what is missing of %j: %j', (access, grants, missing) => {
    expect(judge(access, ...grants)).toStrictEqual({ allowed: 'no', missing, ids: {} })
  })

  it('names the ids that are granted, where only certain ones are', () => {
    const access = ['agents:read:{agentId}', 'tools:read:{toolId}'] as const
    expect(judge(access, 'agents:read:a', '*:read:b', 'agents:*:c', 'tools:read')).toStrictEqual({
      allowed: 'some',
      missing: [],
      ids: { agentId: ['a', 'b', 'c'] },
    })
    expect(judge(access, '*:*:x')).toStrictEqual({
      allowed: 'some',
      missing: [],
      ids: { agentId: ['x'], toolId: ['x'] },
    })
  })

  it('asks one id for all that one parameter stands for', () => {
    const access = ['agents:read:{agentId}', 'agents:write:{agentId}'] as const
    expect(judge(access, 'agents:read', 'agents:write:b').ids).toStrictEqual({ agentId: ['b'] })
    expect(judge(access, 'agents:read:a', 'agents:write:b')).toStrictEqual({
      allowed: 'no',
      missing: access,
      ids: {},
    })
  })

  it('says the same as each request is told', () => {
    const id = fc.constantFrom('a', 'b', 'c')
    const part = (names: readonly string[]) => fc.constantFrom(...names, '*')
    const grant = fc
      .tuple(part(RESOURCES.slice(0, 3)), part(ACTIONS), fc.option(fc.oneof(id, fc.constant('*'))))
      .map(([resource, action, id]) => [resource, action, id].filter((each) => each).join(':'))
    const template = fc
      .tuple(
        fc.constantFrom(...RESOURCES.slice(0, 3)),
        fc.constantFrom(...ACTIONS),
        fc.constantFrom('', ':{x}' as const, ':{y}' as const),
      )
      .map(([resource, action, param]) => `${resource}:${action}${param}` as const)
    const lists = fc.tuple(fc.array(template, { minLength: 1, maxLength: 3 }), fc.array(grant))
    fc.assert(
      fc.property(lists, ([access, grants]) => {
        const permissions = createPermissions(grants)
        const { allowed, ids } = judgeAccess(access, permissions)
        const every = ['a', 'b', 'c', 'never-granted']
        for (const x of every) {
          for (const y of every) {
            const isLetIn = requiredPermissions(access, { x, y }).every(permissions.allows)
            const isAmong = (name: string, id: string) => ids[name]?.includes(id) ?? true
            const isSaid = allowed !== 'no' && isAmong('x', x) && isAmong('y', y)
            expect(isLetIn).toBe(isSaid)
          }
        }
        if (allowed === 'some') expect(Object.values(ids).flat().length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('rolesForAccess', () => {
  it('tells roles that are let in for every id from those for some, and names no other', () => {
    const roles = { ...DEFAULT_ROLES, clerk: ['agents:execute:clerk'], nobody: [] }
    expect(rolesForAccess('agents:execute:{agentId}', roles)).toStrictEqual({
      roles: ['owner', 'admin', 'member'],
      rolesForSomeIds: ['clerk'],
    })
    expect(rolesForAccess('agents:execute', roles).rolesForSomeIds).toStrictEqual([])
    expect(rolesForAccess('public', roles).roles).toStrictEqual(Object.keys(roles))
  })
})
