import { createPrincipal, DEFAULT_ROLES, type Principal } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { RequestContext } from './request-context.js'

function principalOf(claims: object): Principal {
  return createPrincipal(claims, { roles: DEFAULT_ROLES })
}

const ada = principalOf({ sub: 'ada', name: 'Ada', roles: ['member'] })

describe('the values of a request', () => {
  it('are what the application gives and sets', () => {
    const context = new RequestContext([['plan', 'free']])
    context.set('region', 'eu')

    expect(context.get('plan')).toBe('free')
    expect([...context.keys()]).toEqual(['plan', 'region'])
    expect([...context.values()]).toEqual(['free', 'eu'])
    expect([...context.entries()]).toEqual([
      ['plan', 'free'],
      ['region', 'eu'],
    ])
    expect(context.size()).toBe(2)

    expect(context.delete('plan')).toBe(true)
    expect(context.delete('plan')).toBe(false)
    expect(context.has('plan')).toBe(false)
    expect(context.get('plan')).toBeUndefined()
  })

  it('are visited one by one with their keys', () => {
    const visited: unknown[] = []
    const context = new RequestContext([
      ['a', 1],
      ['b', 2],
    ])

    context.forEach((value, key) => visited.push([key, value]))

    expect(visited).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it.each(['__proto__', 'constructor', 'toString'])('know no %s that nobody set', (key) => {
    const context = new RequestContext()

    expect(context.has(key)).toBe(false)
    expect(context.get(key)).toBeUndefined()
  })

  it('are not shared with the list that they came from', () => {
    const entries = new Map<string, unknown>([['plan', 'free']])
    const context = new RequestContext(entries)

    entries.set('plan', 'paid')

    expect(context.get('plan')).toBe('free')
  })
})

describe('the user of a request', () => {
  it('is the verified claims of the principal', () => {
    const context = new RequestContext([], { principal: ada })

    expect(context.principal).toBe(ada)
    expect(context.get('user')).toBe(ada.claims)
    expect(context.get('user')).toEqual({ sub: 'ada', name: 'Ada', roles: ['member'] })
    expect(Object.isFrozen(context.get('user'))).toBe(true)
  })

  it('is not what the application gave under that name', () => {
    const context = new RequestContext([['user', { sub: 'eve' }]], { principal: ada })

    expect(context.get('user')).toBe(ada.claims)
    expect(context.size()).toBe(1)
  })

  it('cannot be set or deleted', () => {
    const context = new RequestContext([], { principal: ada })

    expect(() => context.set('user', { sub: 'eve' })).toThrow(TypeError)
    expect(() => context.delete('user')).toThrow(TypeError)
    expect(context.get('user')).toBe(ada.claims)
  })

  it('cannot be reached through the methods of a map', () => {
    const context = new RequestContext([], { principal: ada })

    expect(() => Map.prototype.set.call(context, 'user', { sub: 'eve' })).toThrow(TypeError)
    expect(() => Map.prototype.clear.call(context)).toThrow(TypeError)
    expect(context.get('user')).toBe(ada.claims)
  })

  it('is an ordinary value where there is no principal', () => {
    const context = new RequestContext([['user', 'first']])

    context.set('user', 'second')

    expect(context.principal).toBeUndefined()
    expect(context.get('user')).toBe('second')
    expect(context.delete('user')).toBe(true)
    expect(context.get('user')).toBeUndefined()
  })
})

describe('what a client sent', () => {
  it('is in client and nowhere else', () => {
    const client = { user: { sub: 'eve' }, plan: 'paid', principal: 'eve', userPermissions: ['*'] }
    const context = new RequestContext([], { principal: ada, client })

    expect(context.client).toEqual(client)
    expect([...context.keys()]).toEqual(['user'])
    expect(context.get('user')).toBe(ada.claims)
    expect(context.get('plan')).toBeUndefined()
    expect(context.get('userPermissions')).toBeUndefined()
    expect(context.principal).toBe(ada)
  })

  it('does not become the user where there is no principal', () => {
    const context = new RequestContext([], { client: { user: { sub: 'eve' } } })

    expect(context.has('user')).toBe(false)
  })

  it('does not reach the prototype', () => {
    const client: unknown = JSON.parse('{"__proto__":{"isAdmin":true}}')
    const context = new RequestContext([], { client: client as Record<string, unknown> })

    expect(Reflect.get(context.client, 'isAdmin')).toBeUndefined()
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
  })

  it('is empty where it sent nothing', () => {
    expect(new RequestContext().client).toEqual({})
  })

  it('is a copy, and frozen', () => {
    const client: Record<string, unknown> = { plan: 'free' }
    const context = new RequestContext([], { client })

    client['plan'] = 'paid'

    expect(context.client['plan']).toBe('free')
    expect(Object.isFrozen(context.client)).toBe(true)
  })
})

describe('the context itself', () => {
  it('is frozen: principal, client and methods cannot be replaced', () => {
    const context = new RequestContext([], { principal: ada })

    expect(Object.isFrozen(context)).toBe(true)
    expect(Reflect.set(context, 'principal', principalOf({ sub: 'eve' }))).toBe(false)
    expect(Reflect.set(context, 'client', { plan: 'paid' })).toBe(false)
    expect(Reflect.defineProperty(context, 'get', { value: () => 'eve' })).toBe(false)
    expect(context.principal).toBe(ada)
  })

  it('shows no values when it is serialised', () => {
    const context = new RequestContext([['secret', 's3cr3t']])

    expect(JSON.stringify(context)).not.toContain('s3cr3t')
  })
})

describe('a name that only the client has sent', () => {
  function watch(client: Record<string, unknown>) {
    const told: string[] = []
    const onClientName = (name: string) => void told.push(name)
    return { told, context: new RequestContext([], { client, onClientName }) }
  }

  it('is told where somebody looks it up, and is still not there', () => {
    const { context, told } = watch({ tier: 'gold', plan: 'a' })
    expect(context.get('tier')).toBeUndefined()
    expect(context.has('plan')).toBe(false)
    expect(told).toStrictEqual(['tier', 'plan'])
  })

  it('is not told where the application has set it, or nobody has sent it', () => {
    const { context, told } = watch({ tier: 'gold' })
    context.set('tier', undefined)
    expect(context.has('tier')).toBe(true)
    expect(context.get('tier')).toBeUndefined()
    for (const name of ['color', 'toString', '__proto__', 'constructor']) {
      expect(context.get(name)).toBeUndefined()
    }
    expect([...context.keys()]).toStrictEqual(['tier'])
    expect(told).toStrictEqual([])
  })

  it('is not told of the user, which no client can say', () => {
    const { context, told } = watch({ user: 'root' })
    expect(context.get('user')).toBeUndefined()
    expect(told).toStrictEqual([])
  })
})
