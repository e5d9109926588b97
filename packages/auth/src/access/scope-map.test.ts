import { describe, expect, it } from 'vitest'
import { RESOURCES } from './action-set.js'
import { checkScopeMap, grantsOfWord, isOwnScope } from './scope-map.js'

describe('isOwnScope', () => {
  it.each([
    ...RESOURCES.flatMap((resource) => [resource, `${resource}:`, `${resource}:raed:x`]),
    '*',
    '*:read',
    '*:',
    'openid,agents:read',
    'openid\tagents:read',
    'openid;*',
    'agents:read|tools:read',
    'agent:read',
    'Agents:Read',
    'TOOL:execute:weather',
    'memorys:write',
    'api-key:delete',
  ])('is true of %j, whatever it grants', (scope) => {
    expect(isOwnScope(scope)).toBe(true)
  })

  it.each([
    '',
    'openid',
    'agent',
    'agent:run',
    'Agents',
    'Agents.Run',
    'user:read',
    'agents.read',
    'agents/execute',
    'read:agents',
    ':agents',
    '**',
    'openid,email',
    'constructor',
    '__proto__:read',
  ])('is false of %j', (scope) => {
    expect(isOwnScope(scope)).toBe(false)
  })
})

describe('a scope map', () => {
  const map = { read: ['agents:read'] }

  it('has own words only', () => {
    expect(grantsOfWord(map, 'read')).toStrictEqual(['agents:read'])
    for (const word of ['Read', 'read ', 'constructor', '__proto__', 'toString']) {
      expect(grantsOfWord(map, word)).toBeUndefined()
    }
    expect(grantsOfWord(undefined, 'read')).toBeUndefined()
  })

  it('may have a word of every object, where it is its own', () => {
    const own: unknown = JSON.parse('{"__proto__":["agents:read"]}')
    expect(() => checkScopeMap(own)).not.toThrow()
  })

  it('is refused where an entry grants nothing', () => {
    for (const wrong of [{ read: [] }, { read: ['read'] }, { read: 'agents:read' }, {}, [], null]) {
      expect(() => checkScopeMap(wrong)).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    }
    expect(() => checkScopeMap(map)).not.toThrow()
  })
})
