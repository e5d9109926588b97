import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIONS, RESOURCES } from '../access/action-set.js'
import { createPermissions, parseGrant, type Permission } from '../access/permission.js'
import { findUncoveredScope } from './scope.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)

const uncovered = (scopes: readonly string[], granted: readonly string[]) =>
  findUncoveredScope(scopes, createPermissions(granted))

describe('what a key may be given', () => {
  it.each([
    [['agents:read'], ['agents:read']],
    [['agents:read:a'], ['agents:read']],
    [['agents:read'], ['agents:*']],
    [['agents:*', 'memory:read'], ['*']],
    [['*'], ['*']],
    [['*:*:*'], ['*']],
    // One wildcard may be covered by several grants together.
    [['*:read'], RESOURCES.map((resource) => `${resource}:read`)],
    [
      ['agents:*:a'],
      ['agents:read', 'agents:execute:a', 'agents:write', 'agents:delete:a', 'agents:approve'],
    ],
    [[], []],
  ])('covers %j by %j', (scopes, granted) => {
    expect(uncovered(scopes, granted)).toBeUndefined()
  })

  it.each([
    [['agents:read'], [], 'agents:read'],
    [['agents:read'], ['agents:read:a'], 'agents:read'],
    [['agents:read:b'], ['agents:read:a'], 'agents:read:b'],
    [['agents:read', 'agents:write', 'tools:read'], ['agents:read'], 'agents:write'],
    [['agents:*'], ['agents:read', 'agents:execute', 'agents:write'], 'agents:*'],
    [['*:read'], RESOURCES.slice(1).map((resource) => `${resource}:read`), '*:read'],
    [['*'], ['*:read', '*:execute', '*:write'], '*'],
    [['*:*:a'], ['agents:*'], '*:*:a'],
    [['nonsense'], ['*'], 'nonsense'],
    [['agents:read', ''], ['*'], ''],
  ])('finds in %j, of %j, what is not covered: %s', (scopes, granted, scope) => {
    expect(uncovered(scopes, granted)).toBe(scope)
  })

  it('covers a scope just where it lets nothing through that the maker may not', () => {
    const part = (names: readonly string[]) => fc.constantFrom(...names, '*', '*')
    const grant = fc
      .tuple(
        part(RESOURCES.slice(0, 3)),
        part(ACTIONS),
        fc.option(fc.constantFrom('a', 'b'), { nil: '*' }),
      )
      .map((parts) => parts.join(':'))
    const asked = RESOURCES.flatMap((resource) =>
      ACTIONS.flatMap((action) =>
        // `c` is in no grant: what covers it covers every id.
        ['', ':a', ':b', ':c'].map((id) => `${resource}:${action}${id}` as Permission),
      ),
    )
    fc.assert(
      fc.property(grant, fc.array(grant, { maxLength: 8 }), (scope, granted) => {
        const key = createPermissions([scope])
        const maker = createPermissions(granted)
        const isWithin = asked.every((each) => !key.allows(each) || maker.allows(each))
        expect(uncovered([scope], granted) === undefined).toBe(isWithin)
        expect(parseGrant(scope)).toBe(scope)
      }),
      { numRuns },
    )
  })
})
