import { afterEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
  type TestApplicationOptions,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'

const PATH = '/api/system/access'

/** A good token with these grants, some of which are no permissions that could be asked for. */
function tokenOfGrants(...permissions: string[]): string {
  return createTestAuth().sign({ sub: 'alice', permissions }, { expiresInSeconds: 600 })
}

const apps: App[] = []

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

function serve(server: TestApplicationOptions['server'] = {}): App {
  const app = createApp(createTestApplication({ server }).mastra)
  apps.push(app)
  return app
}

/** A matrix, which has the shape that the OpenAPI document says. */
async function ask(query = '', { token = tokenOf('owner'), app = serve() } = {}) {
  const response = await app.fetch(makeRequest(PATH + query, { token }))
  expect(response.status).toBe(200)
  const matrix = await response.json()
  const shape = app.table.find('GET', PATH)?.route.response
  expect(shape?.safeParse(matrix).error).toBeUndefined()
  return matrix
}

type Named = { readonly method?: string; readonly path?: string; readonly id?: string }

function routeOf(matrix: { readonly routes: readonly Named[] }, method: string, path: string) {
  return matrix.routes.find((route) => route.method === method && route.path === path)
}

describe('GET /system/access: whose', () => {
  it('is that of the caller, by default', async () => {
    const matrix = await ask('', { token: tokenWith('system:read', 'agents:read') })
    expect(matrix.subject).toStrictEqual({ caller: 'alice' })
    expect(matrix.agents[0].actions).toMatchObject({
      read: { allowed: true },
      execute: { allowed: false },
    })
  })

  it('is that of a role, of the table in force, which it tells', async () => {
    const app = serve({ access: { roles: { support: ['agents:execute:other-agent'] } } })
    const matrix = await ask('?role=support', { app })
    expect(matrix.subject).toStrictEqual({ role: 'support' })
    expect(matrix.unknown).toStrictEqual([])
    expect(matrix.roles.support).toStrictEqual(['agents:execute:other-agent'])
    expect(matrix.roles.owner).toStrictEqual(['*'])
    expect(matrix.agents.map(({ actions }: { actions: object }) => actions)).toMatchObject([
      { execute: { allowed: false } },
      { execute: { allowed: true, reason: 'Granted by agents:execute:other-agent.' } },
    ])
  })

  it('is that of permissions, and names what of them grants nothing', async () => {
    const matrix = await ask('?permissions=agents:read+agents:run%20%20owner')
    expect(matrix.subject).toStrictEqual({ permissions: 'agents:read agents:run  owner' })
    expect(matrix.unknown).toStrictEqual(['agents:run', 'owner'])
  })

  it('is that of nobody for permissions that are empty', async () => {
    const matrix = await ask('?permissions=')
    const open = matrix.routes.filter(({ allowed }: { allowed: string }) => allowed !== 'no')
    for (const { access } of open) expect(access).not.toBe('permission')
    expect(open.length).toBeGreaterThan(0)
  })

  it('names what of the caller’s own token grants nothing', async () => {
    const { auth } = createTestApplication()
    const claims = { sub: 'a', role: ['owner', 'emperor'] }
    const token = auth.sign(claims, { expiresInSeconds: 60 })
    expect((await ask('', { token })).unknown).toStrictEqual(['emperor'])
  })
})

describe('GET /system/access: what', () => {
  it('tells every route with what it asks for, whether that is granted, and why', async () => {
    const matrix = await ask('?permissions=agents:read:weather-agent+agents:execute+tokens:*')
    expect(routeOf(matrix, 'GET', '/health')).toStrictEqual({
      method: 'GET',
      path: '/health',
      summary: 'Whether the process answers',
      access: 'public',
      permissions: [],
      allowed: 'yes',
      missing: [],
      reason: 'Open to everyone, with or without a token.',
    })
    expect(routeOf(matrix, 'GET', '/api/agents')).toMatchObject({
      access: 'authenticated',
      allowed: 'yes',
      reason: 'Open to everyone with a good token.',
    })
    expect(routeOf(matrix, 'GET', '/api/agents/:agentId')).toMatchObject({
      access: 'permission',
      permissions: ['agents:read:{agentId}'],
      allowed: 'some',
      missing: [],
      reason: 'Granted only where agentId is weather-agent.',
    })
    expect(routeOf(matrix, 'POST', '/api/agents/:agentId/generate')).toMatchObject({
      allowed: 'yes',
      reason: 'Granted by agents:execute.',
    })
    expect(routeOf(matrix, 'POST', '/api/agents/:agentId/tools/:toolId/execute')).toMatchObject({
      permissions: ['agents:execute:{agentId}', 'tools:execute:{toolId}'],
      allowed: 'no',
      missing: ['tools:execute:{toolId}'],
      reason: 'Nothing grants tools:execute:{toolId}.',
    })
    expect(routeOf(matrix, 'POST', '/api/auth/revocations')).toMatchObject({
      allowed: 'yes',
      reason: 'Granted by tokens:*.',
    })
  })

  it('tells every agent and every tool once, also those that the caller may not read', async () => {
    const matrix = await ask('', { token: tokenOfGrants('system:read', 'tools:*:lonely-tool') })
    expect(matrix.agents).toMatchObject([
      { id: 'weather-agent', name: 'Weather Agent', tools: ['get-weather', 'open-vault'] },
      { id: 'other-agent', name: 'Other Agent', tools: [] },
    ])
    expect(matrix.agents[0].actions.write).toStrictEqual({
      allowed: false,
      missing: 'agents:write:weather-agent',
      reason: 'Nothing grants agents:write:weather-agent.',
    })
    expect(matrix.tools.map(({ id }: Named) => id)).toStrictEqual([
      'lonely-tool',
      'get-weather',
      'open-vault',
    ])
    expect(matrix.tools[0].actions).toStrictEqual({
      read: { allowed: true, missing: null, reason: 'Granted by tools:*:lonely-tool.' },
      execute: { allowed: true, missing: null, reason: 'Granted by tools:*:lonely-tool.' },
      approve: { allowed: true, missing: null, reason: 'Granted by tools:*:lonely-tool.' },
    })
  })

  it('shows no instructions of an agent, whoever asks', async () => {
    expect(JSON.stringify(await ask())).not.toContain('heliotrope')
  })
})

describe('GET /system/access: refusals', () => {
  it.each([
    ['a role that the table does not have', '?role=emperor', 'role'],
    ['what is no role of the table, but of every object', '?role=constructor', 'role'],
    ['an empty role', '?role=', 'role'],
    ['a role twice', '?role=owner&role=member', 'role'],
    ['permissions twice', '?permissions=a&permissions=b', 'permissions'],
    ['a role and permissions', '?role=owner&permissions=agents:read', 'permissions'],
  ])('answers 400 to %s, naming the field', async (_case, query, field) => {
    const response = await serve().fetch(makeRequest(PATH + query, { token: tokenOf('owner') }))
    const refusal = await readRefusal(response)
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(refusal.issues).toMatchObject([{ field }])
  })

  it('answers 403 without system:read, and 401 to a stranger', async () => {
    const app = serve()
    const nearly = tokenWith('agents:read', 'audit:read', 'system:write')
    expect(await readRefusal(await app.fetch(makeRequest(PATH, { token: nearly })))).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
    expect((await app.fetch(makeRequest(PATH))).status).toBe(401)
  })
})
