import { describe, expect, it } from 'vitest'
import { hasRequired, readRequiredList } from './required-value.js'

const invalid = (message: string) =>
  expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(message) })

/** One required value at a place that claims name themselves. */
const [ofTenant] = readRequiredList([
  { claim: ['tenants', { claim: 'org' }, 'state'], values: 'active', optional: true },
])

describe('a list of required values', () => {
  it('is copied and frozen', () => {
    const claim = ['firebase', 'tenant']
    const values = ['t1']
    const list = [{ claim, values }]
    const read = readRequiredList(list)
    claim.push('x')
    values.push('x')
    list.length = 0
    expect(read).toStrictEqual([{ claim: ['firebase', 'tenant'], values: ['t1'] }])
    const [first] = read
    expect([read, first, first?.claim, first?.values].every(Object.isFrozen)).toBe(true)
  })

  const entry = { claim: 'a', values: 'x' }

  it.each<[string, unknown[], string]>([
    ['an empty list', [], 'requiredValues is an empty list'],
    ['an entry that is a text', ['a'], 'requiredValues.0 must be an object'],
    ['an entry that is null', [entry, null], 'requiredValues.1 must be an object'],
    ['a hole', Array(1), 'requiredValues.0 must be an object'],
    ['a value that is blank', [{ ...entry, values: ' ' }], 'requiredValues.0.values must have'],
    ['an entry that is undefined', [undefined], 'requiredValues.0 must be an object'],
    ['a list as entry', [['a', 'x']], 'requiredValues.0 must be an object'],
    ['an entry of the other form', [{ a: 'x' }], 'requiredValues.0.a'],
    ['an entry without a claim', [{ values: 'x' }], 'requiredValues.0.claim must be'],
    ['an undefined claim', [{ ...entry, claim: undefined }], 'requiredValues.0.claim must be'],
    ['an empty claim', [{ ...entry, claim: '' }], 'requiredValues.0.claim has'],
    ['an empty path', [{ ...entry, claim: [] }], 'path of 0 segments'],
    ['every member', [{ ...entry, claim: ['a', '*'] }], "has the segment '*'"],
    ['every claim', [{ ...entry, claim: '*' }], 'begins with no name'],
    ['a path below a text', [{ ...entry, claim: ['sub', 'x'] }], 'path below sub'],
    ['several places', [{ ...entry, claim: [['a'], ['b']] }], 'has several places'],
    ['an entry without values', [{ claim: 'a' }], 'requiredValues.0.values must have'],
    ['an empty list of values', [{ ...entry, values: [] }], 'requiredValues.0.values must have'],
    ['a list with a hole', [{ ...entry, values: Array(1) }], 'requiredValues.0.values must have'],
    ['a value that is null', [{ ...entry, values: [null] }], 'requiredValues.0.values must have'],
    ['a value that no JSON has', [{ ...entry, values: NaN }], 'requiredValues.0.values must have'],
    ['an undefined optional', [{ ...entry, optional: undefined }], 'optional must be true or'],
    ['a text as optional', [{ ...entry, optional: 'false' }], 'optional must be true or false'],
    ['a place twice', [entry, { ...entry, values: 'y' }], 'requiredValues has a twice'],
    ['a path twice', [{ ...entry, claim: ['a'] }, entry], 'requiredValues has a twice'],
  ])('is refused for %s', (_case, list, message) => {
    const read = () => readRequiredList(list)
    if (message === 'requiredValues.0.a') expect(read).toThrow(/requiredValues\.0\.a\. /)
    else expect(read).toThrow(invalid(message))
  })
})

describe('a required value', () => {
  it.each([
    ['is there', { org: 'acme', tenants: { acme: { state: 'active' } } }, true],
    ['has another value', { org: 'acme', tenants: { acme: { state: 'closed' } } }, false],
    ['is missing', { org: 'acme', tenants: { acme: {} } }, true],
    ['is missing with all on the way', { org: 'acme' }, true],
    ['is that of another', { org: 'acme', tenants: { other: { state: 'closed' } } }, true],
    ['stands below a text', { org: 'acme', tenants: 'active' }, false],
    ['stands below a list', { org: 'acme', tenants: ['active'] }, false],
    ['is named by nothing', { tenants: { acme: { state: 'active' } } }, false],
    ['is named by a list', { org: ['acme'], tenants: { acme: { state: 'active' } } }, false],
    ['is that of every object', { org: 'constructor', tenants: {} }, true],
  ])('that may be missing and %s', (_case, claims, isMet) => {
    expect(ofTenant !== undefined && hasRequired(ofTenant, claims)).toBe(isMet)
  })
})
