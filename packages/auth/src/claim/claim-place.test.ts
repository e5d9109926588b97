import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_PLACES,
  MAX_SEGMENTS,
  MAX_VISITS,
  readPlaces,
  visitPlace,
  Visits,
  type ReadPlace,
} from './claim-place.js'

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(message) })

/** The values at a place, with the names of their members. */
function valuesAt(given: unknown, claims: object): (readonly [unknown, string | undefined])[] {
  const values: (readonly [unknown, string | undefined])[] = []
  for (const place of readPlaces('claims.roles', given, false)) {
    visitPlace(place, claims, new Visits(), (value, name) => values.push([value, name]))
  }
  return values
}

const TOKEN = {
  groups: ['a'],
  'https://acme.example/roles': ['operator'],
  realm_access: { roles: ['engineer'] },
  org_id: 'acme',
  tenants: { acme: { roles: ['x'] }, other: { roles: ['y'] }, plain: 'text' },
  memberships: [{ role: 'one' }, { role: 'two' }, 'text'],
}

describe('a place', () => {
  it.each<[unknown, readonly unknown[]]>([
    ['groups', [[['a'], 'groups']]],
    ['https://acme.example/roles', [[['operator'], 'https://acme.example/roles']]],
    [['groups'], [[['a'], 'groups']]],
    [['realm_access', 'roles'], [[['engineer'], 'roles']]],
    [
      ['tenants', '*', 'roles'],
      [
        [['x'], 'roles'],
        [['y'], 'roles'],
      ],
    ],
    [['tenants', { claim: 'org_id' }, 'roles'], [[['x'], 'roles']]],
    [
      ['memberships', '*', 'role'],
      [
        ['one', 'role'],
        ['two', 'role'],
      ],
    ],
    [
      [['realm_access', 'roles'], 'groups'],
      [
        [['engineer'], 'roles'],
        [['a'], 'groups'],
      ],
    ],
    [
      [['groups'], ['org_id']],
      [
        [['a'], 'groups'],
        ['acme', 'org_id'],
      ],
    ],
  ])('%j has the values that stand there', (place, values) => {
    expect(valuesAt(place, TOKEN)).toStrictEqual(values)
  })

  it.each<[string, unknown]>([
    ['that is not there', 'roles'],
    ['whose name differs in case', 'Groups'],
    ['with a dot, which is part of a name', 'realm_access.roles'],
    ['below a text', ['org_id', 'length']],
    ['that is the length of a list', ['groups', 'length']],
    ['that is an element of a list by its number', ['groups', '0']],
    ['below a member that is not there', ['resource_access', 'roles']],
    ['named by a claim that is not there', ['tenants', { claim: 'tid' }, 'roles']],
    ['named by a claim that is not a text', ['tenants', { claim: 'groups' }, 'roles']],
    ['that every object inherits', 'toString'],
    ['that every object inherits, in a path', ['realm_access', 'constructor', 'name']],
    ['that is the prototype', ['realm_access', '__proto__', 'toString']],
  ])('has no value %s', (_case, place) => {
    expect(valuesAt(place, TOKEN)).toStrictEqual([])
  })

  it('has own members only, whatever their name', () => {
    const claims: object = JSON.parse('{"__proto__":{"constructor":"own"},"toString":"own"}')
    expect(valuesAt(['__proto__', 'constructor'], claims)).toStrictEqual([['own', 'constructor']])
    expect(valuesAt('toString', claims)).toStrictEqual([['own', 'toString']])
    const inherited: object = Object.create({ groups: ['owner'] })
    expect(valuesAt('groups', inherited)).toStrictEqual([])
  })

  it('whose member another claim names follows no prototype', () => {
    const place = ['tenants', { claim: 'tid' }]
    for (const tid of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(valuesAt(place, { tid, tenants: { acme: ['owner'] } })).toStrictEqual([])
    }
  })
})

describe('a place that is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /must be the name of a claim/],
    ['null', null, /must be the name/],
    ['an object', { claim: 'groups' }, /must be the name/],
    ['a number', 7, /must be the name/],
    ['an empty text', '', /segment of another kind/],
    ['a blank text', ' ', /segment of another kind/],
    ['an empty list', [], /path of 0 segments/],
    ['an empty path in a list', [[]], /path of 0 segments/],
    ['a path with a number', ['groups', 0], /segment of another kind/],
    ['a path with an empty segment', ['groups', ''], /segment of another kind/],
    ['a segment with two members', ['tenants', { claim: 'a', or: 'b' }], /segment of another kind/],
    ['a segment of an empty claim', ['tenants', { claim: '' }], /segment of another kind/],
    ['a segment of another member', ['tenants', { clam: 'a' }], /segment of another kind/],
    ['an object among places', [['a'], { claim: 'b' }], /begins with no name/],
    ["the name '*'", '*', /begins with no name/],
    ["a path that begins with '*'", ['*', 'roles'], /begins with no name/],
    ['a path that begins with a claim', [{ claim: 'org' }, 'roles'], /begins with no name/],
    ['two names as a path', ['azp', 'client_id'], /list of lists: \[\["azp"\], \["client_id"\]\]/],
    ['a long path', Array.from({ length: MAX_SEGMENTS + 1 }, () => 'a'), /path of 9 segments/],
    ['many places', Array.from({ length: MAX_PLACES + 1 }, () => ['a']), /has 17 places/],
  ])('%s', (_case, given, message) => {
    expect(() => readPlaces('claims.roles', given, false)).toThrow(invalid(message))
    expect(() => readPlaces('claims.roles', given, false)).toThrow(/^The option claims\.roles /)
  })

  it('is not one at its bounds', () => {
    const path = Array.from({ length: MAX_SEGMENTS }, () => 'a')
    expect(
      readPlaces(
        'p',
        Array.from({ length: MAX_PLACES }, () => path),
        false,
      ),
    ).toHaveLength(16)
  })

  it('has several values, where one is wanted', () => {
    expect(() => readPlaces('claims.subject', ['a', '*'], true)).toThrow(invalid(/wants one value/))
    expect(readPlaces('claims.subject', ['a', 'b'], true)).toHaveLength(1)
  })
})

describe('what is kept of a place', () => {
  it('does not follow what the application does to its lists later', () => {
    const path = ['realm_access', 'roles']
    const [place] = readPlaces('claims.roles', path, false)
    path[1] = 'other'
    expect(place).toStrictEqual({ text: 'realm_access.roles', segments: ['realm_access', 'roles'] })
    expect(Object.isFrozen(place) && Object.isFrozen(place?.segments)).toBe(true)
  })
})

describe('the bound of visits', () => {
  const visit = (place: ReadPlace | undefined, claims: object) => {
    const visits = new Visits()
    if (place !== undefined) visitPlace(place, claims, visits, () => {})
  }

  it(`lets a token of ${MAX_VISITS - 2} members pass, and refuses one with more`, () => {
    const [place] = readPlaces('claims.roles', ['all', '*'], false)
    const all = (length: number) => ({ all: Array.from({ length }, () => 1) })
    expect(() => visit(place, all(MAX_VISITS - 2))).not.toThrow()
    const refused = expect.objectContaining({ name: 'TokenError', code: 'token_claim' })
    expect(() => visit(place, all(MAX_VISITS - 1))).toThrow(refused)
  })

  it('is beyond what any token of 8 KiB holds', () => {
    const largest = JSON.stringify({ a: Array.from({ length: 4090 }, () => 1) })
    expect(largest.length).toBeGreaterThan(8000)
    const [place] = readPlaces('claims.roles', ['a', '*'], false)
    expect(() => visit(place, JSON.parse(largest))).not.toThrow()
  })
})

describe('a place of any token', () => {
  const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'length', '0')
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, 0, 'a', '__proto__', ''),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(name, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  }))
  const segment = fc.oneof(
    { weight: 4, arbitrary: name },
    { weight: 1, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: name.map((claim) => ({ claim })) },
  )
  const path = fc
    .tuple(name, fc.array(segment, { maxLength: 4 }))
    .map(([first, rest]) => [first, ...rest])

  /** The same by lists of values, without a bound. */
  function naive(
    claims: object,
    segments: readonly (string | { readonly claim: string })[],
  ): unknown[] {
    let nodes: unknown[] = [claims]
    const own = (node: unknown, key: string): unknown[] => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return []
      return Object.entries(node).flatMap(([each, value]) => (each === key ? [value] : []))
    }
    for (const each of segments) {
      const [named] = typeof each === 'string' ? [each] : own(claims, each.claim)
      nodes = nodes.flatMap((node) => {
        if (each === '*')
          return typeof node === 'object' && node !== null ? Object.values(node) : []
        return typeof named === 'string' ? own(node, named) : []
      })
    }
    return nodes
  }

  it('has the values that a naive reading finds, and never one of a prototype', () => {
    fc.assert(
      fc.property(json.object, path, (claims, segments) => {
        const text = JSON.stringify(claims)
        const token: object = JSON.parse(text)
        const values = valuesAt(segments, token).map(([value]) => value)
        expect(values).toStrictEqual(naive(token, segments))
        expect(values.every((value) => typeof value !== 'function')).toBe(true)
        expect(JSON.stringify(token)).toBe(text)
      }),
    )
  })
})
