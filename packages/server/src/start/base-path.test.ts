import type { ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../app.js'

const BASE = '/tools/agent'

function serve(server: ServerConfig = {}): App {
  const own = registerApiRoute('/own/:name', {
    method: 'ALL',
    requiresAuth: false,
    handler: async (c) => c.text(`${c.req.path} ${c.req.param('name')} ${await c.req.text()}`),
  })
  const closed = registerApiRoute('/own/closed', { method: 'GET', handler: (c) => c.text('in') })
  const options = { auth: createTestAuth(), apiRoutes: [closed, own], basePath: BASE, ...server }
  return createApp(createTestApplication({ server: options }).mastra)
}

const app = serve()
const get = (path: string, token?: string) => app.fetch(makeRequest(path, { token }))

describe('server.basePath', () => {
  it('answers below it as without it', async () => {
    for (const base of ['', BASE]) {
      expect((await get(`${base}/health`)).status).toBe(200)
      expect((await get(`${base}/api/agents`)).status).toBe(401)
      expect((await get(`${base}/api/agents`, tokenWith())).status).toBe(200)
      expect((await get(`${base}/api/agents?partial=true`, tokenWith())).status).toBe(200)
    }
  })

  it('gives routes of the application the path that they declare, with query and body', async () => {
    const request = makeRequest(`${BASE}/own/some%20name?x=1`, { method: 'POST', body: 'text' })
    expect(await (await app.fetch(request)).text()).toBe('/own/some name some name text')
  })

  it.each([
    `${BASE}/api`,
    `${BASE}/api/nothing`,
    `${BASE}/own/closed`,
    '/tools/%61gent/api/agents',
    `${BASE}/x/../api/agents`,
    `${BASE}/%61pi/agents`,
    `/tools/x/../agent/own/%63losed`,
  ])('opens nothing that is closed: %s', async (path) => {
    expect((await get(path)).status).toBe(401)
  })

  it.each([
    '/tools/agents/health',
    '/tools/agen/health',
    '/tools/agenthealth',
    '/TOOLS/AGENT/health',
    '/tools%2Fagent/health',
    `${BASE}${BASE}/health`,
    `${BASE}//health`,
  ])('is taken off exactly, and once: %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  it.each(['tools', '/tools/', '//tools', '/to ols', '/', '/a?b', '/a/:b', '/%61'])(
    'is refused where it is no path: %j',
    (basePath) => {
      const refused = expect.objectContaining({ code: 'prefix_invalid' })
      expect(() => serve({ basePath })).toThrow(refused)
    },
  )

  it.each(['/api', '/own', '/own/closed', '/api/agents', '/health'])(
    'is refused where the server has routes of its own: %j',
    (basePath) => {
      const refused = expect.objectContaining({ code: 'prefix_invalid' })
      expect(() => serve({ basePath })).toThrow(refused)
    },
  )

  it('may be left empty', async () => {
    const own = serve({ basePath: '' })
    expect((await own.fetch(makeRequest('/health'))).status).toBe(200)
    expect((await own.fetch(makeRequest(`${BASE}/health`))).status).toBe(404)
  })
})
