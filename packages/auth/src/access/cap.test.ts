import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capGrants } from './cap.js'
import { createPermissions, parseGrant, type Permission } from './permission.js'

describe('capGrants', () => {
  it.each([
    [['*'], ['agents:read'], ['agents:read:*']],
    [['agents:*'], ['*:read'], ['agents:read:*']],
    [
      ['agents:execute'],
      ['agents:execute:a', 'agents:execute:b'],
      ['agents:execute:a', 'agents:execute:b'],
    ],
    [['agents:execute:a'], ['agents:execute:b'], []],
    [['memory:read'], ['agents:*'], []],
    [['agents:read'], [], []],
    [['nonsense'], ['*'], []],
  ])('makes of %j within %j: %j', (grants, cap, capped) => {
    expect(capGrants(grants, cap)).toStrictEqual(capped)
  })

  it('allows what both allow, and nothing else', () => {
    const part = (...names: string[]) => fc.constantFrom('*', ...names)
    const grant = fc.oneof(
      fc.constant('*'),
      fc
        .tuple(part('agents', 'tools'), part('read', 'execute'), part('a', 'b'))
        .map((parts) => parts.join(':')),
      fc.tuple(part('agents', 'tools'), part('read', 'execute')).map((parts) => parts.join(':')),
    )
    const grants = fc.array(grant, { maxLength: 4 })
    const asked = ['agents', 'tools'].flatMap((resource) =>
      ['read', 'execute'].flatMap((action) =>
        ['', ':a', ':b', ':c'].map((id) => `${resource}:${action}${id}` as Permission),
      ),
    )
    fc.assert(
      fc.property(grants, grants, (own, cap) => {
        const capped = createPermissions(capGrants(own, cap))
        expect(capped.granted.every((each) => parseGrant(each) === each)).toBe(true)
        for (const each of asked.filter((permission) => permission.split(':').length === 3)) {
          const both = createPermissions(own).allows(each) && createPermissions(cap).allows(each)
          expect(capped.allows(each)).toBe(both)
        }
      }),
      { numRuns: 500 },
    )
  })
})
