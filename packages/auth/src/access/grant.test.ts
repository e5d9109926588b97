import { describe, expect, it } from 'vitest'
import { readGrants } from './grant.js'
import { DEFAULT_ROLES, type RoleTable } from './role.js'

const ROLES: RoleTable = { ...DEFAULT_ROLES, 'night watch': ['audit:read'], nobody: [] }

/** Claims as they come out of a parser, so that they may have any type. */
function read(text: string, defaultRole?: string) {
  const { permissions, ...rest } = readGrants(JSON.parse(text), { roles: ROLES, defaultRole })
  return { granted: permissions.granted, ...rest }
}

const MEMBER = DEFAULT_ROLES['member']

describe('readGrants: scope, scp and permissions (RFC 6749 section 3.3, RFC 8693 section 4.2)', () => {
  it.each(['scope', 'scp', 'permissions'])('reads %s as words of a text or as a list', (claim) => {
    const granted = ['agents:read', 'tools:execute:t']
    for (const value of [
      'agents:read tools:execute:t',
      '  agents:read   tools:execute:t ',
      granted,
    ]) {
      const text = JSON.stringify({ [claim]: value })
      expect(read(text)).toStrictEqual({ granted, roles: [], ignored: [] })
    }
    expect(
      read(JSON.stringify({ [claim]: ['agents:read tools:execute:t'] })).granted,
    ).toStrictEqual(granted)
  })

  it('adds up all claims that are present', () => {
    const text =
      '{"scope":"agents:read","scp":["tools:read"],"permissions":["audit:read"],"role":"nobody"}'
    const granted = ['agents:read', 'tools:read', 'audit:read']
    expect(read(text)).toStrictEqual({ granted, roles: ['nobody'], ignored: [] })
  })

  it('separates words by spaces only: a word with any other white space is no grant', () => {
    for (const scope of ['agents:read\ttools:read', 'agents:read\n', 'agents:read,tools:read']) {
      expect(read(JSON.stringify({ scope }))).toMatchObject({ granted: [], ignored: [scope] })
    }
  })

  it('names scopes that it does not know, and grants nothing for them', () => {
    const outcome = { granted: ['agents:read'], ignored: ['openid', 'email'] }
    expect(read('{"scope":"openid agents:read email"}', 'member')).toMatchObject(outcome)
  })

  it('does not take the name of a role for a scope', () => {
    expect(read('{"scope":"owner"}')).toMatchObject({ granted: [], ignored: ['owner'] })
  })
})

describe('readGrants: role and roles', () => {
  it.each(['role', 'roles'])('reads %s as one name or as a list of names', (claim) => {
    expect(read(`{"${claim}":"member"}`)).toStrictEqual({
      granted: MEMBER,
      roles: ['member'],
      ignored: [],
    })
    expect(read(`{"${claim}":["nobody","member"]}`)).toStrictEqual({
      granted: MEMBER,
      roles: ['nobody', 'member'],
      ignored: [],
    })
  })

  it('takes one text for one name, also with spaces in it', () => {
    expect(read('{"role":"night watch"}')).toMatchObject({ granted: ['audit:read'], ignored: [] })
    expect(read('{"role":"member owner"}')).toMatchObject({
      granted: [],
      ignored: ['member owner'],
    })
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'Owner', 'owner ', ''])(
    'grants nothing for the role %j, which the table does not have, and names it',
    (role) => {
      const outcome = { granted: [], roles: [], ignored: [role] }
      expect(read(JSON.stringify({ role }), 'member')).toStrictEqual(outcome)
      expect(read(JSON.stringify({ roles: [role] }), 'member')).toStrictEqual(outcome)
    },
  )

  it('does not take a permission for a role', () => {
    expect(read('{"role":"*"}')).toMatchObject({ granted: [], ignored: ['*'] })
  })
})

describe('readGrants: claims that are no text', () => {
  it.each([
    ['null', ['(null)']],
    ['true', ['(boolean)']],
    ['1', ['(number)']],
    ['{}', ['(object)']],
    ['{"owner":true}', ['(object)']],
    ['{"toString":"owner","valueOf":1}', ['(object)']],
    ['[null]', ['(null)']],
    ['[["owner"],["*"]]', ['(object)', '(object)']],
    ['[]', []],
  ])('grant nothing, name their type, and never throw: %s', (value, ignored) => {
    for (const claim of ['scope', 'scp', 'permissions', 'role', 'roles']) {
      const outcome = { granted: [], roles: [], ignored }
      expect(read(`{"${claim}":${value}}`, 'member')).toStrictEqual(outcome)
    }
  })
})

describe('readGrants: the default role', () => {
  it('counts where none of the five claims is present, and only where there is one', () => {
    const outcome = { granted: MEMBER, roles: ['member'], ignored: [] }
    expect(read('{"sub":"alice","groups":["x"]}', 'member')).toStrictEqual(outcome)
    expect(read('{"sub":"alice"}')).toStrictEqual({ granted: [], roles: [], ignored: [] })
  })

  it.each(['scope', 'scp', 'permissions', 'role', 'roles'])(
    'does not count where %s is present, even if it is empty or unknown',
    (claim) => {
      for (const value of ['""', '[]', 'null', '"unknown"', '["unknown"]', '{}']) {
        const { granted } = read(`{"${claim}":${value}}`, 'owner')
        expect(granted).toStrictEqual([])
      }
    },
  )

  it('counts where a claim is only inherited: that is not present', () => {
    expect(read('{"__proto__":{"role":"owner"}}', 'nobody')).toMatchObject({ roles: ['nobody'] })
    const inherited = readGrants(Object.create({ role: 'owner' }), {
      roles: ROLES,
      defaultRole: 'nobody',
    })
    expect(inherited.roles).toStrictEqual(['nobody'])
  })

  it('that the table does not have grants nothing, and is named', () => {
    const outcome = { granted: [], roles: [], ignored: ['chef'] }
    expect(read('{}', 'chef')).toStrictEqual(outcome)
  })
})
