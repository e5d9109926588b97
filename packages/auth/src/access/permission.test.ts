import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { ACTIONS, RESOURCES } from './action-set.js'
import { createPermissions, isLegalId, parseGrant, type Permission } from './permission.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)

/** What a route would never ask, but a test must. */
const asked = (text: string): Permission => text as Permission

const part = (names: readonly string[]) => fc.constantFrom(...names, '*', '', 'constructor')

/** The naive model: a grant is split, and each part must equal what is asked, or be `*` or missing. */
function modelAllows(grants: readonly string[], permission: string): boolean {
  const [resource = '', action = '', id, ...rest] = permission.split(':')
  const isResource = RESOURCES.some((name) => name === resource)
  const isAction = ACTIONS.some((name) => name === action)
  const isId = id === undefined || /^[\w.-]{1,128}$/.test(id)
  if (!isResource || !isAction || !isId || rest.length > 0) return false
  return grants.some((grant) => {
    if (grant === '*') return true
    const parts = grant.split(':')
    if (parts.length < 2 || parts.length > 3) return false
    const [grantedResource, grantedAction, grantedId = '*'] = parts
    const isOneId = grantedId === id
    return (
      (grantedResource === '*' || grantedResource === resource) &&
      (grantedAction === '*' || grantedAction === action) &&
      (grantedId === '*' || isOneId)
    )
  })
}

describe('parseGrant', () => {
  it.each([
    ['*', '*:*:*'],
    ['*:*', '*:*:*'],
    ['*:*:*', '*:*:*'],
    ['agents:read', 'agents:read:*'],
    ['agents:*', 'agents:*:*'],
    ['*:read', '*:read:*'],
    ['tools:execute:get-weather', 'tools:execute:get-weather'],
    ['*:*:weather.agent_1', '*:*:weather.agent_1'],
    ['api-keys:delete', 'api-keys:delete:*'],
    ['agents:read:__proto__', 'agents:read:__proto__'],
    ['workflows:execute:orders', 'workflows:execute:orders'],
    ['routes:execute', 'routes:execute:*'],
    ['routes:execute:/reports/daily', 'routes:execute:/reports/daily'],
    ['routes:*:/chat/a.b~c_1-2', 'routes:*:/chat/a.b~c_1-2'],
    [`agents:read:${'a'.repeat(128)}`, `agents:read:${'a'.repeat(128)}`],
  ])('reads %j as %j', (text, grant) => {
    expect(parseGrant(text)).toBe(grant)
  })

  it.each([
    '',
    ':',
    '::',
    '**',
    'agents',
    'agents:',
    ':read',
    'agents:read:',
    'agents:read:a:b',
    'agents:read:*:',
    '*:*:*:*',
    'Agents:read',
    'agents:READ',
    'agent:read',
    'agents:run',
    'agents:re*',
    'agents:read:a*',
    'agents:read:a/b',
    'agents:read:/a',
    '*:execute:/a',
    'routes:execute:/',
    'routes:execute:/a/',
    'routes:execute://a',
    'routes:execute:/a/../b',
    'routes:execute:/a/.',
    'routes:execute:/a%2fb',
    'routes:execute:/:a',
    'routes:execute:a/b',
    'routes:execute:/a*',
    `routes:execute:/${'a'.repeat(512)}`,
    'agents:read:a b',
    'agents:read:\u00e4',
    'agents:read:a\n',
    ' agents:read',
    'agents:read ',
    'agents.read',
    'constructor:read',
    'agents:toString',
    'openid',
    `agents:read:${'a'.repeat(129)}`,
  ])('does not take %j for a grant', (text) => {
    expect(parseGrant(text)).toBeUndefined()
  })
})

describe('isLegalId', () => {
  it('takes 1 to 128 of the letters, digits and _ . -', () => {
    const legal = ['a', 'weather-agent', 'A.b_c-9', '..', 'a'.repeat(128)]
    expect(legal.every(isLegalId)).toBe(true)
    const illegal = [
      '',
      'a'.repeat(129),
      'a b',
      'a:b',
      'a/b',
      '*',
      'a\n',
      '\na',
      '\u00e4',
      'a%2f',
      '\0',
    ]
    expect(illegal.some(isLegalId)).toBe(false)
  })
})

describe('createPermissions', () => {
  it('keeps each grant once, as it was written, and leaves out what is none', () => {
    const texts = ['agents:read', 'nonsense', 'agents:read:*', 'tools:*', 'agents:read']
    expect(createPermissions(texts).granted).toStrictEqual(['agents:read', 'tools:*'])
  })

  it('is frozen, and does not notice when its list is changed afterwards', () => {
    const texts = ['agents:read']
    const permissions = createPermissions(texts)
    texts.push('*')
    expect(permissions.allows('system:write')).toBe(false)
    expect([permissions, permissions.granted].every((part) => Object.isFrozen(part))).toBe(true)
  })

  it.each(['agents:*', '*', new Set(['*']), undefined, null, { 0: '*', length: 1 }])(
    'refuses %o in place of a list: read by characters, agents:* would grant everything',
    (texts: unknown) => {
      const refusal = { name: 'ConfigurationError', code: 'option_invalid' }
      expect(() => createPermissions(texts as string[])).toThrow(expect.objectContaining(refusal))
    },
  )

  it('allows with a grant for all what is asked for one, and for all', () => {
    const { allows } = createPermissions(['agents:execute'])
    expect(allows('agents:execute:weather')).toBe(true)
    expect(allows('agents:execute')).toBe(true)
    expect(allows('agents:read:weather')).toBe(false)
    expect(allows('tools:execute:weather')).toBe(false)
  })

  it('allows with a grant for one neither another nor all', () => {
    const { allows } = createPermissions(['agents:execute:weather'])
    expect(allows('agents:execute:weather')).toBe(true)
    expect(allows('agents:execute:Weather')).toBe(false)
    expect(allows('agents:execute:weather2')).toBe(false)
    expect(allows('agents:execute:weathe')).toBe(false)
    expect(allows('agents:execute')).toBe(false)
  })

  it.each([
    'agents:read:*',
    'agents:*',
    '*',
    '*:read',
    '*:*:*',
    'agents:*:a',
    '',
    'agents',
    'agents:read:',
    'agents:read:a:b',
    'other:read',
    'agents:other',
    'agents:read:a b',
  ])('takes what is asked literally: even the owner is refused %j', (text) => {
    expect(createPermissions(['*']).allows(asked(text))).toBe(false)
  })

  it('allows one route by its path, and every route without a path', () => {
    const one = createPermissions(['routes:execute:/reports/daily'])
    expect(one.allows('routes:execute:/reports/daily')).toBe(true)
    expect(one.allows('routes:execute:/reports')).toBe(false)
    expect(one.allows('routes:execute:/reports/daily/x')).toBe(false)
    expect(one.allows('routes:execute')).toBe(false)
    const every = createPermissions(['routes:execute'])
    expect(every.allows('routes:execute:/reports/daily')).toBe(true)
    expect(every.allows('routes:execute:/reports/../daily')).toBe(false)
    expect(every.allows('routes:execute://reports')).toBe(false)
    expect(createPermissions(['*']).allows(asked('agents:read:/reports'))).toBe(false)
  })

  it('allows nothing without grants', () => {
    expect(createPermissions([]).allows('agents:read')).toBe(false)
  })

  it('looks a fixed number of times, however many grants there are', () => {
    const grants = Array.from({ length: 20_000 }, (_, index) => `agents:read:a${index}`)
    const { allows } = createPermissions(grants)
    const lookUps = vi.spyOn(Map.prototype, 'get')
    const isAllowed = allows('agents:read:a20000')
    const count = lookUps.mock.calls.length
    lookUps.mockRestore()
    expect([isAllowed, allows('agents:read:a19999')]).toStrictEqual([false, true])
    expect(count).toBe(2)
  })
})

describe('createPermissions: agrees with a naive model', () => {
  const id = fc.constantFrom('a', 'b', 'a.b', '*', '', 'a b', '__proto__')
  const permission = fc
    .tuple(part(RESOURCES), part(ACTIONS), fc.option(id), fc.option(id, { freq: 9 }))
    .map((parts) => parts.filter((text) => text !== null).join(':'))
  const grant = fc.oneof(permission, fc.constant('*'), fc.string({ maxLength: 8 }))
  const few = fc.constantFrom('agents:read:a', 'agents:read', 'agents:execute:b', 'tools:read:a')

  it('for any grants and anything that is asked', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), fc.oneof(permission, few), (grants, text) => {
        const model = modelAllows(
          grants.filter((each) => parseGrant(each) !== undefined),
          text,
        )
        expect(createPermissions(grants).allows(asked(text))).toBe(model)
      }),
      { numRuns: numRuns * 3 },
    )
  })

  it('for grants that differ from what is asked in a part or two', () => {
    const near = fc
      .tuple(fc.constantFrom('agents', 'tools', '*'), fc.constantFrom('read', 'execute', '*'))
      .chain(([resource, action]) =>
        fc.constantFrom('', ':a', ':b', ':*').map((end) => `${resource}:${action}${end}`),
      )
    fc.assert(
      fc.property(fc.array(near, { maxLength: 3 }), few, (grants, text) => {
        expect(createPermissions(grants).allows(asked(text))).toBe(modelAllows(grants, text))
      }),
      { numRuns: numRuns * 3 },
    )
  })

  it('and one grant more never takes a permission away', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 5 }), grant, permission, (grants, more, text) => {
        const before = createPermissions(grants).allows(asked(text))
        const after = createPermissions([...grants, more]).allows(asked(text))
        expect(after || !before).toBe(true)
      }),
      { numRuns },
    )
  })
})
