import { describe, expect, it } from 'vitest'
import { readStandardClaims } from '../claim/claim-map.js'
import { readGrants, type GrantOptions } from './grant.js'
import { DEFAULT_ROLES, type RoleTable } from './role.js'

const ROLES: RoleTable = { ...DEFAULT_ROLES, 'night watch': ['audit:read'], nobody: [] }

/** Claims as they come out of a parser, so that they may have any type. */
function readAll(text: string, options: Partial<GrantOptions> = {}) {
  const named = readStandardClaims(JSON.parse(text))
  const { permissions, ...rest } = readGrants(named, { roles: ROLES, ...options })
  return { granted: permissions.granted, ...rest }
}

/** The same, without the words that are foreign. */
function read(text: string, defaultRole?: string) {
  const { granted, roles, ignored } = readAll(text, { defaultRole })
  return { granted, roles, ignored }
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
      for (const value of ['""', '[]', 'null', '"agents:exceute"', '["*:raed"]', '{}']) {
        const { granted } = read(`{"${claim}":${value}}`, 'owner')
        expect(granted).toStrictEqual([])
      }
    },
  )

  it('counts where a claim is only inherited: that is not present', () => {
    expect(read('{"__proto__":{"role":"owner"}}', 'nobody')).toMatchObject({ roles: ['nobody'] })
    const inherited = readGrants(readStandardClaims(Object.create({ role: 'owner' })), {
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

describe('readGrants: words that are not meant for this server', () => {
  it.each([
    '{"scope":"openid profile email"}',
    '{"scp":["openid","agents.run"]}',
    '{"permissions":["read:weather","agents/execute","Agents.Run","agent:run"]}',
  ])('do not cancel the default role, and are told apart: %s', (text) => {
    const { granted, roles, ignored, foreign } = readAll(text, { defaultRole: 'member' })
    expect({ granted, roles }).toStrictEqual({ granted: MEMBER, roles: ['member'] })
    expect(foreign).toStrictEqual(ignored)
    expect(foreign.length).toBeGreaterThan(1)
    expect(read(text).granted).toStrictEqual([])
  })

  it.each(['agents:exceute', 'agents', 'agents:', 'agent:read', '*:raed', '*:', 'system:read:a:b'])(
    'are not those that begin with a resource: %j cancels it',
    (scope) => {
      const text = JSON.stringify({ scope: ['openid', scope] })
      const { granted, roles } = readAll(text, { defaultRole: 'member' })
      expect({ granted, roles }).toStrictEqual({ granted: [], roles: [] })
    },
  )

  it('cancel it beside a scope of ours, and beside a claim that names nothing', () => {
    for (const text of ['{"scope":"openid agents:read"}', '{"scope":"openid","permissions":[]}']) {
      expect(readAll(text, { defaultRole: 'owner' }).roles).toStrictEqual([])
    }
  })
})

describe('readGrants: the scopeMap', () => {
  const scopeMap = {
    'weather.read': ['agents:read', 'agents:execute:weather'],
    'agents:run': ['agents:execute'],
    'agents:write': ['agents:read'],
  }

  it('says what words of the issuer grant, also words that would be ours', () => {
    const { granted, ignored, foreign } = readAll(
      '{"scope":"weather.read openid","permissions":["agents:run","agents:write","tools:read"]}',
      { scopeMap },
    )
    expect(granted).toStrictEqual([
      'agents:read',
      'agents:execute:weather',
      'agents:execute',
      'tools:read',
    ])
    expect([ignored, foreign]).toStrictEqual([['openid'], ['openid']])
  })

  it('makes its words cancel the default role', () => {
    const outcome = readAll('{"scope":"weather.read"}', { scopeMap, defaultRole: 'owner' })
    expect(outcome.granted).toStrictEqual(['agents:read', 'agents:execute:weather'])
    expect(
      readAll('{"scope":"weather.write"}', { scopeMap, defaultRole: 'owner' }).roles,
    ).toStrictEqual(['owner'])
  })

  it('is capped as everything else is', () => {
    const capped = readAll('{"scope":"weather.read"}', { scopeMap, grants: ['agents:read'] })
    expect(capped.granted).toStrictEqual(['agents:read:*'])
  })

  it.each(['constructor', '__proto__', 'toString'])('does not have the word %s', (scope) => {
    expect(readAll(JSON.stringify({ scope }), { scopeMap })).toMatchObject({
      granted: [],
      foreign: [scope],
    })
  })
})

describe("readGrants: unknownRoles: 'ignore'", () => {
  const ignoring = (text: string) =>
    readAll(text, { defaultRole: 'member', unknownRoles: 'ignore' })

  it('lets the default role count beside names that the table lacks, which stay visible', () => {
    const text = '{"roles":["offline_access","default-roles-acme"]}'
    const ignored = ['offline_access', 'default-roles-acme']
    expect(ignoring(text)).toMatchObject({ granted: MEMBER, roles: ['member'], ignored })
    expect(ignoring('{"roles":[]}')).toMatchObject({ roles: ['member'] })
  })

  it('does not beside a role of the table, a scope of ours, or what is not a name', () => {
    expect(ignoring('{"roles":["offline_access","nobody"]}').roles).toStrictEqual(['nobody'])
    expect(ignoring('{"roles":["x"],"scope":"agents:read"}').roles).toStrictEqual([])
    expect(ignoring('{"roles":["x"],"scope":""}').roles).toStrictEqual([])
    expect(ignoring('{"roles":[null]}').roles).toStrictEqual([])
  })

  it('is not the default: a typo cancels the default role', () => {
    expect(readAll('{"role":"mebmer"}', { defaultRole: 'member' }).granted).toStrictEqual([])
  })
})
