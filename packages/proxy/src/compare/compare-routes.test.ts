import { describe, expect, it } from 'vitest'
import { defineProxy, type ProxyConfig } from '../config.js'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import { createPolicyTable } from '../policy/policy-table.js'
import { compareRoutes } from './compare-routes.js'
import type { DocumentRoute } from './document-routes.js'

const route = (text: string, isPlain = true): DocumentRoute => {
  const [method = '', path = ''] = text.split(' ')
  return { method: method as DocumentRoute['method'], path, isPlain }
}

const foreign = (text: string, config: ProxyConfig = {}) =>
  compareRoutes(config, [route(text)]).foreign

/** One route for each line of the table of Mastra. */
const ALL = MASTRA_TABLE.routes.map(({ path, policy: { method } }) =>
  route(`${method === 'ALL' ? 'POST' : method} ${path}`),
)

describe('the routes of an application, compared with those of its proxy', () => {
  it('are all known where each has a line, whatever its parameters are called', () => {
    const renamed = ALL.map((each) => ({ ...each, path: each.path.replaceAll(/:\w+/g, ':other') }))
    expect(compareRoutes({}, renamed)).toStrictEqual({
      total: ALL.length,
      known: ALL.length,
      foreign: [],
      lines: ALL.length,
      missing: 0,
    })
  })

  it('are counted where the application lacks them', () => {
    const agents = ALL.filter(({ path }) => path.startsWith('/api/agents'))
    expect(compareRoutes({}, agents)).toMatchObject({
      known: agents.length,
      missing: ALL.length - agents.length,
    })
    expect(compareRoutes({}, [])).toMatchObject({ total: 0, known: 0, missing: ALL.length })
  })

  it('are closed where the policy does not know them, and an entry of routes opens them', () => {
    const [found] = foreign('POST /api/new')
    expect(found).toMatchObject({ kind: 'closed', permission: 'routes:execute:/api/new' })
    expect(found?.entry).toBe("{ method: 'POST', path: '/api/new', access: 'routes:execute' }")
    const config = defineProxy({
      routes: [{ method: 'POST', path: '/api/new', access: 'routes:execute' }],
    })
    expect(foreign('POST /api/new', config)).toStrictEqual([])
    expect(foreign('GET /api/new', config)).toMatchObject([{ kind: 'refused' }])
  })

  it('with a parameter need an entry or the permission for all', () => {
    const [found] = foreign('GET /new/:id/things')
    expect(found).toMatchObject({ kind: 'closed', permission: undefined })
    expect(found?.entry).toContain("path: '/new/:id/things'")
  })

  it.each([
    ['GET /api/new/:id', false],
    ["GET /new'+x", true],
    ['GET /api/:id', true],
  ])('have no entry where defineProxy would refuse it: %s', (text, isPlain) => {
    const { foreign: found } = compareRoutes({}, [route(text, isPlain)])
    expect(found).toHaveLength(1)
    expect(found[0]?.entry).toBeUndefined()
  })

  it('are taken for others where a parameter of a line stands at their text', () => {
    expect(foreign('GET /api/agents/statistics')).toStrictEqual([
      {
        kind: 'taken',
        method: 'GET',
        path: '/api/agents/statistics',
        by: '/api/agents/:agentId',
      },
    ])
  })

  it.each(['PATCH /api/agents', 'GET /API/agents', 'GET /api/agents/', 'GET /a%2fb'])(
    'stay closed where a path is known with other methods or in another spelling: %s',
    (text) => {
      expect(foreign(text)).toMatchObject([{ kind: 'refused', reason: expect.any(String) }])
    },
  )

  it.each(['GET /health', 'GET /api/audit', 'DELETE /api/auth/api-keys/:keyId'])(
    'are known where the proxy answers itself: %s',
    (text) => {
      expect(foreign(text)).toStrictEqual([])
    },
  )

  it('are compared with a policy of one’s own where there is one', () => {
    const policy = createPolicyTable([
      {
        prefix: '/v1',
        lines: [{ method: 'ALL', path: '/notes/:id', access: 'memory:read', owner: 'none' }],
      },
    ])
    const routes = ['GET /v1/notes/:id', 'PUT /v1/notes/:id', 'GET /api/agents'].map((text) =>
      route(text),
    )
    expect(compareRoutes({ policy }, routes)).toMatchObject({
      known: 2,
      lines: 1,
      missing: 0,
      foreign: [{ kind: 'closed', path: '/api/agents' }],
    })
  })
})
