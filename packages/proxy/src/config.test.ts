import { describe, expect, it } from 'vitest'
import { defineProxy, policyOf, serverOptionsOf, type ProxyConfig } from './config.js'
import { MASTRA_TABLE } from './policy/mastra-1.js'
import { createPolicyTable } from './policy/policy-table.js'

describe('the roles of a proxy', () => {
  it('are those of a server, or those of the configuration', () => {
    expect(serverOptionsOf({}).access).toBeUndefined()
    const access = { roles: { member: ['agents:read'], chef: ['tools:read'] } }
    expect(serverOptionsOf({ access }).access).toStrictEqual(access)
  })
})

describe('defineProxy', () => {
  it('returns what it was given, and nobody can change it', () => {
    const config = { upstream: 'http://127.0.0.1:4112', auth: false } as const
    const declared = defineProxy(config)
    expect(declared).toStrictEqual(config)
    expect(Object.isFrozen(declared)).toBe(true)
  })

  it('refuses a name that is not an option, with the nearest one', () => {
    const misspelt: object = { upstrem: 'http://127.0.0.1:4112' }
    const declare = () => defineProxy(misspelt as ProxyConfig)
    expect(declare).toThrow(expect.objectContaining({ code: 'option_unknown' }))
    expect(declare).toThrow('upstream')
  })

  it.each(['auth', 'upstream', 'routes', 'policy'])(
    'refuses %s without a value: left out, it would mean something else',
    (name) => {
      const declare = () => defineProxy({ [name]: undefined })
      expect(declare).toThrow(expect.objectContaining({ code: 'option_invalid' }))
      expect(declare).toThrow(`The option ${name} is undefined.`)
      const unset = Object.create({ [name]: undefined }) as ProxyConfig
      expect(() => defineProxy(unset)).toThrow(name)
    },
  )

  it('takes an option of a server without a value as left out, as a server does', () => {
    expect(defineProxy({ timeout: undefined, limits: undefined })).toBeDefined()
  })
})

describe('a policy of the configuration', () => {
  const policy = createPolicyTable([
    {
      prefix: '/v1',
      lines: [
        { method: 'GET', path: '/notes/:id', access: 'memory:read', owner: 'none' },
        { method: 'POST', path: '/deploy', closed: 'It acts for all.' },
      ],
    },
  ])

  it('takes the place of that of Mastra', () => {
    expect(policyOf({})).toBe(MASTRA_TABLE)
    expect(policyOf(defineProxy({ policy }))).toBe(policy)
  })

  it.each([null, {}, [], 'mastra', { find: () => undefined }, { ...policy, find: undefined }])(
    'is refused where it is not a table: %j',
    (given) => {
      const config: object = { policy: given }
      const declare = () => defineProxy(config)
      expect(declare).toThrow(expect.objectContaining({ code: 'option_invalid' }))
      expect(declare).toThrow('policy of defineProxy')
    },
  )

  it.each(['/v1/notes/:any', '/v1/notes/x', '/v1/deploy', '/V1/deploy'])(
    'has lines whose path no route may have: %s',
    (path) => {
      const declare = () =>
        defineProxy({ policy, routes: [{ method: 'ALL', path, access: 'authenticated' }] })
      expect(declare).toThrow(expect.objectContaining({ code: 'option_invalid' }))
      expect(declare).toThrow('a line of policy')
    },
  )

  it('leaves routes beside it, and those of Mastra, to routes', () => {
    const routes = ['/v1/other', '/api/agents'].map(
      (path) => ({ method: 'GET', path, access: 'authenticated' }) as const,
    )
    expect(defineProxy({ policy, routes }).routes).toStrictEqual(routes)
    const route = { method: 'GET', path: '/api/*', access: 'authenticated' } as const
    expect(() => defineProxy({ policy, routes: [route] })).toThrow('/api/*')
  })
})
