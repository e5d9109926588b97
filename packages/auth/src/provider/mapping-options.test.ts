import { describe, expect, it } from 'vitest'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { readMapping, type MappingOptions } from './mapping-options.js'

const SECRET = 'correct horse battery staple, twice: correct horse battery staple'

/** Options that no type has checked. */
const untyped = (options: object): MappingOptions => Object(options)

const invalid = (message: string) =>
  expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(message) })

describe('the options of a mapping', () => {
  it('ask nothing where they are left out', () => {
    expect(readMapping({})).toStrictEqual({
      scopeMap: undefined,
      unknownRoles: undefined,
      rules: {
        claimMap: undefined,
        clients: undefined,
        requiredValues: undefined,
        actors: undefined,
      },
    })
  })

  it('are copied and frozen', () => {
    const grants = ['agents:read']
    const clients = ['web']
    const values = ['access']
    const actors = ['helper']
    const { scopeMap, rules } = readMapping({
      scopeMap: { read: grants },
      clients,
      requiredValues: { token_use: values, email_verified: true, level: 2 },
      actors,
    })
    for (const list of [grants, clients, values, actors]) list.push('*')
    expect(scopeMap).toStrictEqual({ read: ['agents:read'] })
    expect(rules).toStrictEqual({
      claimMap: undefined,
      clients: ['web'],
      requiredValues: { token_use: ['access'], email_verified: [true], level: [2] },
      actors: ['helper'],
    })
    const parts = [scopeMap, scopeMap?.['read'], rules.clients, rules.requiredValues, rules.actors]
    expect(parts.every(Object.isFrozen)).toBe(true)
  })

  it('take one client, and each policy of actors', () => {
    expect(readMapping({ clients: 'web' }).rules.clients).toStrictEqual(['web'])
    expect(readMapping({ actors: 'any' }).rules.actors).toBe('any')
    expect(readMapping({ actors: false }).rules.actors).toBe(false)
    expect(readMapping({ unknownRoles: 'ignore' }).unknownRoles).toBe('ignore')
  })

  it.each(['claims', 'scopeMap', 'unknownRoles', 'clients', 'requiredValues', 'actors'])(
    'are refused where %s is undefined: what it closes would stand open',
    (name) => {
      const message = `The option ${name} is undefined.`
      expect(() => readMapping(untyped({ [name]: undefined }))).toThrow(invalid(message))
      const options: MastraJwtAuthOptions = Object({ secret: SECRET, [name]: undefined })
      expect(() => new MastraJwtAuth(options)).toThrow(invalid(message))
      const several: MastraJwtAuthOptions = Object({ issuers: [{ ...options, issuer: 'a' }] })
      expect(() => new MastraJwtAuth(several)).toThrow(invalid(message))
    },
  )

  it.each<[string, object, string]>([
    ['claims of a wrong type', { claims: 'groups' }, 'The option claims must be an object'],
    ['claims that are empty', { claims: {} }, 'The option claims is empty'],
    ['a scopeMap of a wrong type', { scopeMap: ['agents:read'] }, 'scopeMap must be an object'],
    ['a scopeMap that is null', { scopeMap: null }, 'scopeMap must be an object'],
    ['a scopeMap that is empty', { scopeMap: {} }, 'scopeMap is empty'],
    ['a word without permissions', { scopeMap: { a: [] } }, 'no list of permissions for "a"'],
    ['a word with a text', { scopeMap: { a: 'agents:read' } }, 'no list of permissions for "a"'],
    ['a word with a role', { scopeMap: { a: ['member'] } }, '"member" for "a", which is not a'],
    ['a word with a typo', { scopeMap: { a: ['agents:raed'] } }, '"agents:raed" for "a"'],
    ['a word with a number', { scopeMap: { a: [7] } }, '7 for "a"'],
    ['an empty word', { scopeMap: { '': ['agents:read'] } }, '"", which is not one word'],
    ['two words', { scopeMap: { 'a b': ['agents:read'] } }, '"a b", which is not one word'],
    ['two words with a comma', { scopeMap: { 'a,b': ['agents:read'] } }, '"a,b", which is not'],
    ['another rule of roles', { unknownRoles: 'refuse' }, "unknownRoles must be 'ignore'"],
    ['a rule of roles that is false', { unknownRoles: false }, "unknownRoles must be 'ignore'"],
    ['no client', { clients: [] }, 'clients must be a list of names with at least one'],
    ['an empty client', { clients: '' }, 'clients must be a list'],
    ['a blank client', { clients: ['web', ' '] }, 'clients must be a list'],
    ['clients that are false', { clients: false }, 'clients must be a list'],
    ['a client that is a number', { clients: [7] }, 'clients must be a list'],
    ['no values', { requiredValues: {} }, 'requiredValues must be an object with at least one'],
    ['values in a list', { requiredValues: ['access'] }, 'requiredValues.0 must be an object'],
    ['an empty list of values', { requiredValues: [] }, 'requiredValues is an empty list'],
    ['values that are null', { requiredValues: null }, 'requiredValues must be an object'],
    ['an undefined value', { requiredValues: { a: undefined } }, 'boolean for "a"'],
    ['a value that is null', { requiredValues: { a: null } }, 'boolean for "a"'],
    ['a value that is empty', { requiredValues: { a: '' } }, 'boolean for "a"'],
    ['a list with a hole', { requiredValues: { a: Array(1) } }, 'boolean for "a"'],
    ['a claim of no values', { requiredValues: { a: [] } }, 'boolean for "a"'],
    ['a value that is an object', { requiredValues: { a: { b: 1 } } }, 'boolean for "a"'],
    ['a value that no JSON has', { requiredValues: { a: NaN } }, 'boolean for "a"'],
    ['no actor', { actors: [] }, 'actors must be a list of names with at least one'],
    ['an empty actor', { actors: [''] }, 'actors must be a list of names'],
    ['actors that are true', { actors: true }, "must be a list of names, 'any' or false"],
    ['actors that are one text', { actors: 'helper' }, "must be a list of names, 'any' or false"],
    ['actors that are null', { actors: null }, "must be a list of names, 'any' or false"],
  ])('are refused for %s', (_case, options, message) => {
    expect(() => readMapping(untyped(options))).toThrow(invalid(message))
  })
})
