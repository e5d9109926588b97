import { ConfigurationError, type Access } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { registerApiRoute, type ApiRouteHandler, type ApiRouteOptions } from './api-route.js'

const handler: ApiRouteHandler = (c) => c.json({})

/** Options as JavaScript may write them, which no compiler has looked at. */
function loose(options: object): ApiRouteOptions<string> {
  return { method: 'GET', handler, ...options }
}

const refused = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })

describe('registerApiRoute: what it declares', () => {
  it('is plain data that nobody can change', () => {
    const openapi = { tags: ['mine'] }
    const route = registerApiRoute('/items/:id', { method: 'GET', handler, openapi })
    const { refusals, ...data } = route
    expect(refusals.options).toEqual([])
    expect(data).toStrictEqual({
      path: '/items/:id',
      method: 'GET',
      access: undefined,
      handler,
      middleware: [],
      openapi,
    })
    expect(Object.isFrozen(route)).toBe(true)
  })

  it('has middleware as a list, whether one or several are given', () => {
    const one = async () => {}
    const other = async () => {}
    const given = [one, other]
    const single = registerApiRoute('/a', { method: 'GET', handler, middleware: one })
    expect(single.middleware).toStrictEqual([one])
    const several = registerApiRoute('/a', { method: 'GET', handler, middleware: given })
    given.pop()
    expect(several.middleware).toStrictEqual([one, other])
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'ALL'] as const)(
    'has the method %s',
    (method) => {
      expect(registerApiRoute('/a', { method, handler }).method).toBe(method)
    },
  )

  it.each<[object, Access | undefined]>([
    [{}, undefined],
    [{ requiresAuth: true }, 'authenticated'],
    [{ requiresAuth: false }, 'public'],
    [{ access: 'public' }, 'public'],
    [{ access: 'authenticated' }, 'authenticated'],
    [{ access: 'agents:read' }, 'agents:read'],
    [{ access: 'agents:execute:{id}' }, 'agents:execute:{id}'],
    [{ access: ['agents:read:{id}', 'memory:read'] }, ['agents:read:{id}', 'memory:read']],
    [{ access: 'public', requiresAuth: false }, 'public'],
    [{ access: 'authenticated', requiresAuth: true }, 'authenticated'],
    [{ access: 'agents:read', requiresAuth: true }, 'agents:read'],
  ])('says for %j that access is %j', (options, access) => {
    expect(registerApiRoute('/items/:id', loose(options)).access).toStrictEqual(access)
  })
})

describe('registerApiRoute: what it refuses', () => {
  it.each([
    ['access', { access: undefined }],
    ['requiresAuth', { requiresAuth: undefined }],
    ['requiresAuth', { access: 'public', requiresAuth: undefined }],
    ['access', { access: undefined, requiresAuth: true }],
    ['access', { access: undefined, requiresAuth: false }],
  ])('is an undefined %s that is written out: %o', (name, options) => {
    const declare = () => registerApiRoute('/open', loose(options))
    expect(declare).toThrow(refused)
    expect(declare).toThrow(`/open has the option ${name}, which is undefined`)
  })

  it('is an option that is undefined in a prototype', () => {
    const options: ApiRouteOptions<string> = Object.create(loose({ requiresAuth: undefined }))
    expect(() => registerApiRoute('/open', options)).toThrow(refused)
  })

  it.each([null, 0, 1, '', 'false', 'true', [], {}])('is requiresAuth of %j', (requiresAuth) => {
    expect(() => registerApiRoute('/a', loose({ requiresAuth }))).toThrow(refused)
  })

  it.each([
    { access: 'public', requiresAuth: true },
    { access: 'authenticated', requiresAuth: false },
    { access: 'agents:read', requiresAuth: false },
    { access: ['agents:read'], requiresAuth: false },
  ])('is what contradicts itself: %j', (options) => {
    expect(() => registerApiRoute('/a', loose(options))).toThrow(refused)
    expect(() => registerApiRoute('/a', loose(options))).toThrow(/contradict/)
  })

  it.each([
    null,
    '',
    'Public',
    'none',
    'open',
    '*',
    'agents',
    'agents:*',
    'agents:fly',
    'agents:read:{other}',
    'agents:read:{id',
    [],
    ['public'],
    ['agents:read', 'fly'],
    {},
    0,
    false,
  ])('is access of %j', (access) => {
    expect(() => registerApiRoute('/items/:id', loose({ access }))).toThrow(refused)
  })

  it.each(['get', 'HEAD', 'OPTIONS', 'TRACE', '', '__proto__', undefined, null, ['GET']])(
    'is the method %j',
    (method) => {
      const declare = () => registerApiRoute('/a', loose({ method }))
      expect(declare).toThrow(refused)
      expect(declare).toThrow(/GET, POST, PUT, PATCH, DELETE, ALL/)
    },
  )

  it.each([undefined, null, 'handler', {}])('is the handler %j', (notOne) => {
    expect(() => registerApiRoute('/a', loose({ handler: notOne }))).toThrow(refused)
  })

  it.each(['', 'items', '*', ' /items', 'https://example.org/items', './items'])(
    'is the path %j',
    (path) => {
      expect(() => registerApiRoute(path, loose({}))).toThrow(refused)
    },
  )

  it('is told by an error that other copies of this package know', () => {
    let error: unknown
    try {
      registerApiRoute('/a', loose({ method: 'FLY' }))
    } catch (thrown) {
      error = thrown
    }
    expect(ConfigurationError.isInstance(error)).toBe(true)
  })
})
