import { describe, expect, it } from 'vitest'
import { createClaimMap, type ClaimPlaces } from '../claim/claim-map.js'
import { unreadRoles } from './unread-roles.js'

const NAMES = ['operator', 'admin']

function tell(claims: object, places?: ClaimPlaces, roles: readonly string[] | undefined = NAMES) {
  // As a token has it: own members only, whatever their names.
  const parsed: Record<string, unknown> = JSON.parse(JSON.stringify(claims))
  return unreadRoles(parsed, {
    claimMap: places === undefined ? undefined : createClaimMap(places),
    roles,
  })
}

const linesOf = (advice: ReturnType<typeof tell>) =>
  advice.map(({ remedy }) => /claims: (\{ roles: .+? \}) to the options/.exec(remedy)?.[1])

describe('unreadRoles', () => {
  it.each<[object, string, string]>([
    [
      { realm_access: { roles: ['operator'] } },
      'realm_access.roles',
      "{ roles: ['realm_access', 'roles'] }",
    ],
    [
      { resource_access: { 'my-agents': { roles: ['operator'] } } },
      'resource_access.my-agents.roles',
      "{ roles: ['resource_access', 'my-agents', 'roles'] }",
    ],
    [{ 'cognito:groups': ['operator'] }, 'cognito:groups', "{ roles: 'cognito:groups' }"],
    [{ groups: ['Everyone', 'operator'] }, 'groups', "{ roles: 'groups' }"],
    [
      { 'https://acme.example/roles': ['operator'] },
      'https://acme.example/roles',
      "{ roles: 'https://acme.example/roles' }",
    ],
    [
      { 'https://acme.example/groups': 'operator' },
      'https://acme.example/groups',
      "{ roles: 'https://acme.example/groups' }",
    ],
    [{ o: { id: 'org_1', rol: 'admin' } }, 'o.rol', "{ roles: ['o', 'rol'] }"],
    [
      { role: 'authenticated', app_metadata: { agent_role: 'operator' } },
      'app_metadata.agent_role',
      "{ roles: ['app_metadata', 'agent_role'] }",
    ],
    [{ "it's/roles": ['operator'] }, "it's/roles", "{ roles: 'it\\'s/roles' }"],
  ])('names where roles stand, and the line that reads them: %j', (claims, at, line) => {
    const advice = tell(claims)
    expect(advice.map(({ cause }) => cause)).toStrictEqual([
      `The token has roles at ${at}, which the configuration does not read.`,
    ])
    expect(linesOf(advice)).toStrictEqual([line])
    expect(advice[0]?.remedy).toContain(`Add claims: ${line} to the options of its issuer`)
  })

  it.each<[string, object, ClaimPlaces | undefined]>([
    [
      'are those of a database, which every user has',
      { role: 'authenticated', app_metadata: { provider: 'email' } },
      { roles: ['app_metadata', 'agent_role'] },
    ],
    ['are read at a standard name', { role: 'admin', groups: ['operator'] }, undefined],
    ['are read where the option says', { groups: ['x'], o: { rol: 'y' } }, { roles: 'groups' }],
    ['are the same elsewhere', { role: 'x', groups: ['x'] }, undefined],
    ['are none', { groups: [], roles: [], realm_access: { roles: {} } }, undefined],
    ['are not texts', { groups: [1, null, ''], realm_access: { roles: 5 } }, undefined],
    ['are what users write', { user_metadata: { roles: ['admin'] } }, undefined],
    ['are what users write', { 'https://a.example/user_metadata': { roles: ['x'] } }, undefined],
    ['are what users write', { unsafe_metadata: { role: 'admin' } }, undefined],
    ['are of who acts', { act: { sub: 'b', roles: ['admin'] } }, undefined],
    ['stand too deep', { a: { b: { c: { d: { roles: ['admin'] } } } } }, undefined],
    ['have a star in their place', { tenants: { '*': { roles: ['admin'] } } }, undefined],
    ['have a name that nobody sees', { 'a\u200b': { roles: ['admin'] } }, undefined],
    ['have a long name', { ['a'.repeat(101)]: { roles: ['admin'] } }, undefined],
    ['stand in a list', { memberships: [{ roles: ['admin'] }] }, undefined],
  ])('tells nothing of roles that %s', (_, claims, places) => {
    expect(tell(claims, places)).toStrictEqual([])
  })

  it('names first, and alone, the places with a role that is known here', () => {
    const claims = {
      realm_access: { roles: ['offline_access'] },
      resource_access: { account: { roles: ['view'] }, web: { roles: ['operator'] } },
    }
    expect(linesOf(tell(claims))).toStrictEqual(["{ roles: ['resource_access', 'web', 'roles'] }"])
    expect(tell(claims, undefined, ['nobody'])).toHaveLength(3)
  })

  it('says that a role must be granted something, where none of the names is known', () => {
    const claims = { groups: ['engineer'] }
    expect(tell(claims)[0]?.remedy).toContain(
      'Then say in the option roles what "engineer" grants.',
    )
    const unknown = unreadRoles(claims, { claimMap: undefined, roles: undefined })
    expect(unknown[0]?.remedy).not.toContain('Then say')
  })

  it('changes the option claims that is there, and proposes no second one', () => {
    const claims = { oid: 'a', groups: ['operator'] }
    expect(tell(claims, { subject: 'oid' })[0]?.remedy).toContain(
      "Add roles: 'groups' to the option claims",
    )
    expect(tell(claims, { roles: 'other' })[0]?.remedy).toContain("Name 'groups' in claims.roles")
  })

  it('looks at 200 members, and names four places, at most', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`m${index}`, 1]))
    expect(tell({ ...many, groups: ['operator'] })).toStrictEqual([])
    expect(tell({ groups: ['operator'], ...many })).toHaveLength(1)
    const clients = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`c${index}`, { roles: ['operator'] }]),
    )
    expect(tell({ resource_access: clients })).toHaveLength(4)
  })

  it('takes names of a prototype as any other', () => {
    const claims = JSON.parse('{"__proto__":{"roles":["operator"]},"constructor":{"roles":["x"]}}')
    const advice = unreadRoles(claims, { claimMap: undefined, roles: NAMES })
    expect(advice[0]?.cause).toContain('__proto__.roles')
    expect(unreadRoles({}, { claimMap: undefined, roles: NAMES })).toStrictEqual([])
  })
})
