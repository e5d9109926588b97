import { describe, expect, it } from 'vitest'
import {
  accessParams,
  checkAccess,
  permissionTemplates,
  requiredPermissions,
  type Access,
} from './access.js'
import { ACTIONS, RESOURCES } from './action-set.js'

/** An access that no type has looked at. */
const loose = (value: unknown) => value as Access

const refused = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })

describe('checkAccess: what it takes', () => {
  it.each<[unknown, path: string]>([
    ['public', '/a'],
    ['authenticated', '/a'],
    ['agents:read', '/a'],
    ['api-keys:delete', '/a'],
    ['agents:execute:{agentId}', '/agents/:agentId'],
    ['agents:execute:{agentId}', '/agents/:agentId/run'],
    ['agents:execute:{agentId}', '/agents/:agentId{[a-z]+}'],
    ['agents:execute:{agentId}', '/agents/:agentId?'],
    ['agents:execute:weather-agent', '/a'],
    [['agents:read'], '/a'],
    [['agents:execute:{agentId}', 'tools:execute:{toolId}'], '/:agentId/:toolId'],
    [['agents:read:{id}', 'tools:read:{id}'], '/:id'],
  ])('is %j at %s', (access, path) => {
    expect(() => checkAccess(loose(access), path)).not.toThrow()
  })

  it('is every resource with every action', () => {
    for (const resource of RESOURCES) {
      for (const action of ACTIONS) {
        expect(() => checkAccess(`${resource}:${action}`, '/a')).not.toThrow()
        expect(() => checkAccess(`${resource}:${action}:{id}`, '/:id')).not.toThrow()
      }
    }
  })
})

describe('checkAccess: what it refuses', () => {
  it.each<[unknown, path: string]>([
    [undefined, '/a'],
    [null, '/a'],
    ['', '/a'],
    [' ', '/a'],
    ['PUBLIC', '/a'],
    ['public ', '/a'],
    ['anyone', '/a'],
    [true, '/a'],
    [false, '/a'],
    [0, '/a'],
    [{}, '/a'],
    [[], '/a'],
    [['public'], '/a'],
    [['authenticated'], '/a'],
    [[['agents:read']], '/a'],
    [['agents:read', undefined], '/a'],
    [['agents:read', ''], '/a'],
    [new String('public'), '/a'],
    [['agents:read', 'agents:fly'], '/a'],
    ['agents', '/a'],
    ['agents:', '/a'],
    [':read', '/a'],
    ['agents:fly', '/a'],
    ['pilots:read', '/a'],
    ['agents:read ', '/a'],
    ['agents:read memory:read', '/a'],
    ['agents:read,memory:read', '/a'],
    ['Agents:read', '/a'],
    ['__proto__:read', '/a'],
    ['agents:constructor', '/a'],
    ['*', '/a'],
    ['*:*', '/a'],
    ['agents:*', '/a'],
    ['*:read', '/a'],
    ['agents:read:*', '/a'],
    ['agents:read:a b', '/a'],
    ['agents:read:', '/a'],
    ['agents:read:a:b', '/a'],
    ['agents:read:{id}', '/a'],
    ['agents:read:{id}', '/:other'],
    ['agents:read:{Id}', '/:id'],
    ['agents:read:{}', '/:id'],
    ['agents:read:{id', '/:id'],
    ['agents:read:id}', '/:id'],
    ['agents:read:{id}:{id}', '/:id'],
    ['agents:read:{id}{id}', '/:id'],
    ['agents:{id}', '/:id'],
    ['{id}:read', '/:id'],
    ['agents:read:{id}*', '/:id'],
    ['agents:read:{__proto__}', '/:id'],
    ['agents:read:{constructor}', '/:id'],
  ])('is %j at %s', (access, path) => {
    expect(() => checkAccess(loose(access), path)).toThrow(refused)
    expect(() => checkAccess(loose(access), path)).toThrow(path)
  })
})

describe('permissionTemplates', () => {
  it.each<[Access, readonly string[]]>([
    ['public', []],
    ['authenticated', []],
    ['agents:read', ['agents:read']],
    [
      ['agents:read:{a}', 'memory:read'],
      ['agents:read:{a}', 'memory:read'],
    ],
  ])('of %j are %j', (access, templates) => {
    expect(permissionTemplates(access)).toStrictEqual(templates)
  })
})

describe('accessParams', () => {
  it.each<[Access, readonly string[]]>([
    ['public', []],
    ['authenticated', []],
    ['agents:read', []],
    ['agents:read:{agentId}', ['agentId']],
    [
      ['agents:execute:{agentId}', 'tools:execute:{toolId}'],
      ['agentId', 'toolId'],
    ],
    [['agents:execute:{agentId}', 'memory:read'], ['agentId']],
  ])('of %j are %j', (access, names) => {
    expect(accessParams(access)).toStrictEqual(names)
  })
})

describe('requiredPermissions', () => {
  it.each<[Access, Readonly<Record<string, string>>, readonly string[]]>([
    ['public', {}, []],
    ['authenticated', { agentId: 'a' }, []],
    ['agents:read', { agentId: 'a' }, ['agents:read']],
    ['agents:read:{agentId}', { agentId: 'weather' }, ['agents:read:weather']],
    [
      ['agents:execute:{agentId}', 'tools:execute:{toolId}'],
      { toolId: 't', agentId: 'a' },
      ['agents:execute:a', 'tools:execute:t'],
    ],
  ])('of %j with %j are %j', (access, params, permissions) => {
    expect(requiredPermissions(access, params)).toStrictEqual(permissions)
  })

  it.each(['$&', '$1', "$'", '$`', '$$', '{agentId}', '{toolId}'])(
    'take the parameter %j as it is',
    (agentId) => {
      const asked = requiredPermissions('agents:read:{agentId}', { agentId, toolId: 'x' })
      expect(asked).toStrictEqual([`agents:read:${agentId}`])
    },
  )

  it('ask for no other thing where a parameter is missing', () => {
    expect(requiredPermissions('agents:read:{agentId}', {})).toStrictEqual(['agents:read:'])
  })
})
