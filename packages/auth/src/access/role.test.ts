import { describe, expect, it } from 'vitest'
import { createPermissions } from './permission.js'
import { checkRoleTable, DEFAULT_ROLES, freezeRoleTable, grantsOfRole } from './role.js'

const allows = (role: string) => createPermissions(DEFAULT_ROLES[role] ?? []).allows

describe('DEFAULT_ROLES', () => {
  it('are legal, and cannot be changed', () => {
    expect(() => checkRoleTable(DEFAULT_ROLES)).not.toThrow()
    const parts = [DEFAULT_ROLES, ...Object.values(DEFAULT_ROLES)]
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('let a member use agents and tools and its own memory, but change none of them', () => {
    const member = allows('member')
    const granted = ['agents:read', 'agents:execute:a', 'tools:read', 'tools:execute:t'] as const
    expect(granted.every(member)).toBe(true)
    expect((['workflows:read', 'workflows:execute:w'] as const).every(member)).toBe(true)
    expect((['memory:read', 'memory:write:m', 'memory:delete'] as const).every(member)).toBe(true)
    const refused = ['agents:write:a', 'tools:delete', 'tokens:write', 'api-keys:read'] as const
    expect(member('workflows:write')).toBe(false)
    expect([...refused, 'audit:read' as const, 'system:read' as const].some(member)).toBe(false)
  })

  it('let a viewer only read', () => {
    const viewer = allows('viewer')
    expect((['agents:read', 'tools:read:t', 'memory:read'] as const).every(viewer)).toBe(true)
    expect(viewer('workflows:read:w')).toBe(true)
    expect(
      (['agents:execute', 'workflows:execute', 'memory:write', 'audit:read'] as const).some(viewer),
    ).toBe(false)
  })

  it('let an admin do all but change the system and the audit, which the owner may', () => {
    const admin = allows('admin')
    expect(
      (['agents:write:a', 'tokens:delete', 'audit:read', 'system:read'] as const).every(admin),
    ).toBe(true)
    const refused = ['audit:delete', 'audit:write', 'system:write', 'system:execute'] as const
    expect(refused.some(admin)).toBe(false)
    expect(refused.every(allows('owner'))).toBe(true)
  })
})

describe('checkRoleTable', () => {
  it('takes roles of any name, also without grants', () => {
    expect(() => checkRoleTable({ 'night watch': ['*'], nobody: [] })).not.toThrow()
  })

  it.each([
    ['an entry that is no grant', { cook: ['agents:read', 'agents:cook'] }],
    ['the name of another role', { cook: ['member'] }],
    ['a text in place of a list', { cook: 'agents:*' }],
    ['nothing', { cook: undefined }],
    ['an entry that is no text', { cook: ['agents:read', 7] }],
    ['an entry that is not there', { cook: [undefined] }],
  ])('refuses %s, and names the role', (_case, roles) => {
    const refusal = { code: 'option_invalid', message: expect.stringContaining('"cook"') }
    expect(() => checkRoleTable(Object(roles))).toThrow(expect.objectContaining(refusal))
  })
})

describe('checkRoleTable, of what is no table', () => {
  it.each([null, undefined, 'owner', ['owner']])('refuses %j', (roles) => {
    const refusal = expect.objectContaining({ code: 'option_invalid' })
    expect(() => checkRoleTable(Object({ roles }).roles)).toThrow(refusal)
  })
})

describe('grantsOfRole', () => {
  it('finds the roles of the table and no others, in their exact spelling', () => {
    expect(grantsOfRole(DEFAULT_ROLES, 'owner')).toStrictEqual(['*'])
    const others = ['Owner', 'owner ', '', 'constructor', 'toString', '__proto__', 'hasOwnProperty']
    expect(others.map((role) => grantsOfRole(DEFAULT_ROLES, role))).toStrictEqual(
      others.map(() => undefined),
    )
  })
})

describe('freezeRoleTable', () => {
  it('gives the table as it is now, and nobody can change it', () => {
    const chef = ['agents:read']
    const roles: Record<string, string[]> = { chef }
    const frozen = freezeRoleTable(roles)
    chef.push('*')
    roles['owner'] = ['*']
    expect(frozen).toStrictEqual({ chef: ['agents:read'] })
    expect([frozen, frozen['chef']].every((part) => Object.isFrozen(part))).toBe(true)
    expect(chef).toStrictEqual(['agents:read', '*'])
  })

  it('keeps a role of whatever name', () => {
    const roles = JSON.parse('{"__proto__":["agents:read"],"constructor":[]}')
    const frozen = freezeRoleTable(roles)
    expect(Object.keys(frozen)).toStrictEqual(['__proto__', 'constructor'])
    expect(grantsOfRole(frozen, '__proto__')).toStrictEqual(['agents:read'])
    expect(grantsOfRole(frozen, 'toString')).toBeUndefined()
  })
})
