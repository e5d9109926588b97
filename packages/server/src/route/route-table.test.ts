import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  invalidToken,
  makeRequest,
  readRefusal,
  SECRET,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'
import { createRouteTable } from './route-table.js'
import { defineRoute, type Route } from './route.js'

const app = createApp(createTestApplication().mastra)
const { routes, pathOf } = app.table

/** A path that the route answers, with ids of agents and tools that are there. */
function examplePath(route: Route): string {
  return pathOf(route)
    .replace(':agentId', 'weather-agent')
    .replace(':toolId', 'get-weather')
    .replace(':workflowId', 'a-workflow')
}

const named = (list: readonly Route[]): [string, Route][] =>
  list.map((route) => [`${route.method} ${pathOf(route)}`, route])

const isPublic = ({ access }: Route) => access === 'public'
const CLOSED = named(routes.filter((route) => !isPublic(route)))
const GUARDED = named(
  routes.filter(({ access }) => access !== 'public' && access !== 'authenticated'),
)

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const CLAIMS = encode({ sub: 'mallory', role: 'owner', exp: 4_000_000_000 })

/** Tokens without a good signature that say they need none. */
const UNSIGNED = ['none', 'None', 'NONE', ''].flatMap((alg) => {
  const input = `${encode({ alg, typ: 'JWT' })}.${CLAIMS}`
  return [`${input}.`, `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`]
})

describe('the live table of routes', () => {
  it('has exactly these public routes', () => {
    expect(named(routes.filter(isPublic)).map(([name]) => name)).toStrictEqual([
      'GET /health',
      'GET /ready',
      'GET /api/auth/capabilities',
      'GET /api/auth/me',
      'GET /.well-known/oauth-protected-resource',
    ])
  })

  it('has exactly these routes for every caller with a good token', () => {
    const open = routes.filter(({ access }) => access === 'authenticated')
    expect(named(open).map(([name]) => name)).toStrictEqual([
      'GET /api/system/packages',
      'POST /api/auth/logout',
      'GET /api/agents',
      'GET /api/approvals',
      'GET /api/tools',
      'GET /api/workflows',
      'GET /api/workflows/run-counts',
      'GET /api/openapi.json',
      'GET /api/processors',
      'GET /api/scores/scorers',
      'GET /api/mcp/v0/servers',
      'GET /api/logs/transports',
      'GET /api/workspaces',
      'GET /api/channels/platforms',
      'GET /api/experiments/review-summary',
      'GET /api/observability/feedback',
      'GET /api/editor/builder/settings',
      'GET /api/editor/builder/models/available',
    ])
  })

  it('has no route twice', () => {
    const names = named(routes).map(([name]) => name)
    expect(names).toStrictEqual([...new Set(names)])
  })

  it.each(named(routes))('finds %s by its own path', (_, route) => {
    expect(app.table.find(route.method, examplePath(route))?.route).toBe(route)
  })

  it.each(CLOSED)('answers 401 to a stranger: %s', async (_, route) => {
    const response = await app.fetch(makeRequest(examplePath(route), { method: route.method }))
    expect(await readRefusal(response)).toStrictEqual({
      status: 401,
      code: 'token_missing',
      challenge: 'Bearer',
      issues: undefined,
      text: 'A bearer token is required.',
    })
  })

  it.each(CLOSED)('answers 401 to a token with alg none: %s', async (_, route) => {
    for (const token of UNSIGNED) {
      const request = makeRequest(examplePath(route), { method: route.method, token })
      expect(await readRefusal(await app.fetch(request))).toMatchObject({
        status: 401,
        code: 'token_algorithm',
        challenge: invalidToken('The algorithm of the token is not allowed.'),
      })
    }
  })

  it.each(GUARDED)('answers 403 to a good token that grants nothing: %s', async (_, route) => {
    const request = makeRequest(examplePath(route), { method: route.method, token: tokenWith() })
    const refusal = await readRefusal(await app.fetch(request))
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(refusal.challenge).toMatch(/^Bearer error="insufficient_scope", .*, scope="[a-z: -]+"$/)
  })

  it.each(named(routes.filter(isPublic)))('answers a stranger: %s', async (name, route) => {
    const response = await app.fetch(makeRequest(examplePath(route), { method: route.method }))
    // The server of this test does not have the option server.publicUrl.
    expect(response.status).toBe(name.endsWith('/oauth-protected-resource') ? 404 : 200)
  })

  it.each(named(routes))('cannot be changed while it serves: %s', (_, route) => {
    expect(Object.isFrozen(route)).toBe(true)
  })
})

describe('createRouteTable', () => {
  const route = (path: string, isPrefixed = true) =>
    defineRoute({
      method: 'GET',
      path,
      isPrefixed,
      access: 'authenticated',
      summary: 'x',
      handler: () => null,
    })
  const [list, item, fixed, outside] = [
    route('/things'),
    route('/things/:thingId'),
    route('/things/newest'),
    route('/health', false),
  ]
  const table = createRouteTable([fixed, list, item, outside], '/v1')

  it('finds a route under its prefix, with its parameters as they stand in the path', () => {
    expect(table.find('GET', '/v1/things')).toStrictEqual({ route: list, params: {} })
    expect(table.find('GET', '/v1/things/a%2Fb')).toStrictEqual({
      route: item,
      params: { thingId: 'a%2Fb' },
    })
    expect(table.find('GET', '/v1/things/__proto__')?.params).toStrictEqual({
      thingId: '__proto__',
    })
  })

  it('finds the route that comes first', () => {
    expect(table.find('GET', '/v1/things/newest')?.route).toBe(fixed)
  })

  it('finds a route outside the prefix', () => {
    expect(table.find('GET', '/health')?.route).toBe(outside)
    expect(table.find('GET', '/v1/health')).toBeUndefined()
    expect(table.pathOf(outside)).toBe('/health')
    expect(table.pathOf(item)).toBe('/v1/things/:thingId')
  })

  it('answers HEAD like GET, and no other method', () => {
    expect(table.find('HEAD', '/v1/things')?.route).toBe(list)
    for (const method of ['POST', 'OPTIONS', 'get', 'TRACE', '', '__proto__']) {
      expect(table.find(method, '/v1/things')).toBeUndefined()
    }
  })

  it.each(['/things', '/v1/things/', '/v1/things/a/b', '/V1/things', '/v1', '/__proto__', ''])(
    'finds nothing at %j',
    (path) => {
      expect(table.find('GET', path)).toBeUndefined()
    },
  )

  it('knows what lies under the prefix', () => {
    expect(['/v1', '/v1/', '/v1/x', '/v1//'].every(table.isPrefixed)).toBe(true)
    expect(['/', '/v', '/v11', '/V1/x', '/x/v1', '/v1.5'].some(table.isPrefixed)).toBe(false)
  })
})
