import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth, type AuthProvider, type MastraJwtAuthOptions } from '@signet/auth'
import { Agent, createTool } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTestAuth, SECRET } from '@signet/test-support/application/application'
import { textModel } from '@signet/test-support/application/model'
import {
  forge,
  GENERATE,
  tokenFor,
  useApplications,
  type Answer,
} from '@signet/test-support/application/remembering-application'
import { ROOT } from '@signet/test-support/process/root'
import { startDev } from '@signet/test-support/process/signet-process'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()
const AGENTS = '/api/agents'
const MEMBER = tokenFor('alice')
const OWNER = tokenFor('root', { role: 'owner' })

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('8: no page of another origin reads answers unless it is listed', () => {
  const APP = 'https://app.example'
  const preflight = { method: 'OPTIONS', 'access-control-request-method': 'GET' }

  function crossOrigin({ headers }: Answer): unknown {
    return [...headers.keys()].filter((name) => name.startsWith('access-control-allow'))
  }

  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:444',
    'https://APP.example',
    'null',
  ])('%s is not reflected, whether origins are listed or not', async (origin) => {
    for (const cors of [undefined, { origin: APP, credentials: true }]) {
      const { ask } = await create({ server: { cors } })
      const read = await ask(AGENTS, { token: MEMBER, headers: { origin } })
      expect(read.status).toBe(200)
      expect(crossOrigin(read)).toStrictEqual([])
      const { method, ...asked } = preflight
      const before = await ask(AGENTS, { method, headers: { origin, ...asked } })
      expect(before).toMatchObject({ status: 401, code: 'token_missing' })
      expect(crossOrigin(before)).toStrictEqual([])
    }
  })

  it('a listed one is named exactly', async () => {
    const { ask } = await create({ server: { cors: { origin: APP, credentials: true } } })
    const { headers } = await ask(AGENTS, { token: MEMBER, headers: { origin: APP } })
    expect(headers.get('access-control-allow-origin')).toBe(APP)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
  })

  it('every one together with credentials is refused at start', async () => {
    const cors = { origin: '*', credentials: true }
    await expect(create({ server: { cors } })).rejects.toMatchObject({ code: 'cors_wildcard' })
    const { ask } = await create({ server: { cors: { origin: '*' } } })
    const { headers } = await ask(AGENTS, { token: MEMBER, headers: { origin: APP } })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.has('access-control-allow-credentials')).toBe(false)
  })
})

// Agents have no browser here, so there is nothing to open.
describe('11: there are no browser endpoints, and nobody opens a socket to one', () => {
  it.each([
    ['GET', '/api/agents/weather-agent/browser/session', 'not_supported'],
    ['POST', '/api/agents/weather-agent/browser/close', 'not_supported'],
    ['GET', '/api/browser/weather-agent/stream', 'not_found'],
  ])('%s %s is 401 to a stranger and 404 %s to a good token', async (method, path, code) => {
    const { ask } = await create()
    expect(await ask(path, { method })).toMatchObject({ status: 401, code: 'token_missing' })
    const known = await ask(path, { method, token: OWNER })
    expect(known).toMatchObject({ status: 404, code })
  })

  it.each([
    ['/browser/weather-agent/stream', undefined, 404],
    ['/browser/weather-agent/stream', OWNER, 404],
    ['/api/browser/weather-agent/stream', undefined, 401],
    ['/api/agents', undefined, 401],
    ['/api/agents', OWNER, 200],
  ])('an upgrade of %s is never made', async (path, token, status) => {
    const { serve } = await create()
    const client = (await serve()).connect()
    client.sendHead(`GET ${path} HTTP/1.1`, [
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ])
    expect(await client.status()).toBe(status)
    if (status === 404) await client.waitFor(/"code":"not_found"/)
    if (status === 401) await client.waitFor(/"code":"token_missing"/)
    expect(client.received).not.toMatch(/upgrade|sec-websocket/i)
  })
})

describe('13: what a provider says of paths and users holds, or fails the start', () => {
  const provider = (options: MastraJwtAuthOptions) =>
    new MastraJwtAuth({ secret: SECRET, ...options })
  const apiRoutes = [
    registerApiRoute('/own', { method: 'GET', handler: (c) => c.json({ own: true }) }),
    registerApiRoute('/own', { method: 'POST', handler: (c) => c.json({ own: true }) }),
  ]

  it.each<MastraJwtAuthOptions>([
    { public: ['/api/agents'] },
    { public: ['/api/*'] },
    { public: ['/*'] },
    { public: [/own/] },
    { public: [['/own', 'PATCH']] },
    { protected: ['/health'] },
    { protected: ['/nowhere'] },
  ])('%j has no effect in silence: the start fails', async (options) => {
    const auth = provider(options)
    await expect(create({ server: { auth, apiRoutes } })).rejects.toMatchObject({
      code: 'path_rule_unknown',
    })
  })

  it('a public path of the application is open, with the methods that are named alone', async () => {
    const auth = provider({ public: [['/own', 'GET']] })
    const { ask } = await create({ server: { auth, apiRoutes } })
    expect(await ask('/own')).toMatchObject({ status: 200 })
    const posted = await ask('/own', { method: 'POST' })
    expect(posted).toMatchObject({ status: 401, code: 'token_missing' })
    expect(await ask('/OWN')).toMatchObject({ status: 404, code: 'not_found' })
    expect(await ask(AGENTS)).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it('a protected path stays closed, also where it is named as public', async () => {
    const auth = provider({ public: ['/own'], protected: ['/own'] })
    const { ask } = await create({ server: { auth, apiRoutes } })
    expect(await ask('/own')).toMatchObject({ status: 401, code: 'token_missing' })
    expect(await ask('/own', { token: MEMBER })).toMatchObject({ status: 200 })
  })

  it.each<[what: string, authorizeUser: () => unknown]>([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['nothing', () => undefined],
    ['a text', () => 'yes'],
    [
      'an error',
      () => {
        throw new Error('down')
      },
    ],
  ])('authorizeUser denies by %s', async (_, authorizeUser) => {
    const auth: AuthProvider = Object.assign(createTestAuth(), { authorizeUser })
    const { ask } = await create({ server: { auth, apiRoutes } })
    for (const path of [AGENTS, '/own', '/api/memory/threads']) {
      const answer = await ask(path, { token: OWNER })
      expect(answer).toMatchObject({ status: 403, code: 'access_denied' })
    }
  })

  it('authorizeUser opens nothing that the token does not grant', async () => {
    const { ask } = await create({ server: { auth: provider({ authorizeUser: () => true }) } })
    const json = { messages: 'Hello' }
    const viewer = await ask(GENERATE, { token: tokenFor('alice', { role: 'viewer' }), json })
    expect(viewer).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(await ask(GENERATE, { token: MEMBER, json })).toMatchObject({ status: 200 })
  })
})

describe('14: in production the user of a good token is named, and nobody is told of it', () => {
  it.each(['production', 'development', 'test'])('with NODE_ENV=%s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode)
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
    const { ask } = await create()
    const headers = { 'x-mastra-client-type': 'studio', 'x-forwarded-for': '203.0.113.9' }
    const token = tokenFor('alice', { role: 'member', name: 'Alice' })
    for (const path of ['/api/auth/capabilities', '/api/auth/me']) {
      const known = await ask(path, { token, headers })
      const user = { id: 'alice', name: 'Alice' }
      expect(known.status).toBe(200)
      expect(known.body).toMatchObject(path.endsWith('me') ? user : { enabled: true, user })
      for (const bad of [undefined, forge(token)]) {
        const unknown = await ask(path, { token: bad, headers })
        expect(unknown.status).toBe(200)
        expect(unknown.text).not.toContain('alice')
      }
    }
    const stranger = await ask('/api/auth/capabilities', { headers })
    expect(stranger.body).toStrictEqual({ enabled: true, login: null })
    expect(fetching).not.toHaveBeenCalled()
  })
})

describe('16: a name of every object is the name of nothing', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']

  it.each(NAMES)('%s is no agent, tool or thread', async (name) => {
    const { ask } = await create()
    const paths = [
      `/api/agents/${name}`,
      `/api/agents/weather-agent/tools/${name}`,
      `/api/tools/${name}`,
      `/api/memory/threads/${name}`,
      `/api/memory/status?agentId=${name}`,
    ]
    for (const token of [MEMBER, OWNER]) {
      for (const path of paths) {
        expect(await ask(path, { token })).toMatchObject({ status: 404, code: 'not_found' })
      }
      for (const [path, json] of [
        [`/api/agents/${name}/generate`, { messages: 'Hello' }],
        [`/api/tools/${name}/execute`, { data: {} }],
      ] as const) {
        expect(await ask(path, { token, json })).toMatchObject({ status: 404, code: 'not_found' })
      }
    }
    const [first = ''] = paths
    expect(await ask(first)).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it.each(NAMES)('%s names an agent and a tool where there are such', async (name) => {
    const model = textModel()
    const tool = createTool({ id: name, description: 'Adds', execute: async () => ({ sum: 4 }) })
    const agent = new Agent({ id: name, name: 'Odd', instructions: 'Be odd.', model })
    const { ask } = await create({ agent: { id: name, name: agent.name }, tools: { own: tool } })
    const read = await ask(`/api/agents/${name}`, { token: MEMBER })
    expect(read).toMatchObject({ status: 200, body: { name: 'Odd' } })
    const executed = await ask(`/api/tools/${name}/execute`, { token: MEMBER, json: { data: {} } })
    expect(executed).toMatchObject({ status: 200, body: { sum: 4 } })
  })
})

describe('17: a stranger is challenged, and learns nothing of what exists', () => {
  const PATHS = [
    '/api/agents',
    '/api/agents/weather-agent',
    '/api/agents/nobody',
    '/api/memory/threads',
    '/api/nowhere',
    '/api/nowhere/at/all',
    '/api/',
    '/api',
    '/api//agents',
    '/api/agents/',
    '/api/%61gents',
  ]

  it.each(PATHS)('%s is 401 like every path of the API', async (path) => {
    const { ask } = await create()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await ask(path, { method })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(answer.body).toStrictEqual({
        error: 'A bearer token is required.',
        code: 'token_missing',
        requestId: answer.headers.get('x-request-id'),
      })
    }
  })

  it.each(['/api/nowhere', '/api/', '/api'])('%s is 404 to a good token', async (path) => {
    const { ask } = await create()
    const answer = await ask(path, { token: MEMBER })
    expect(answer).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('a bad token is challenged with its fault, and a small one with what it lacks', async () => {
    const { ask } = await create()
    const bad = await ask(AGENTS, { token: forge(MEMBER) })
    expect(bad).toMatchObject({ status: 401, code: 'token_signature' })
    expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", /)
    const small = await ask('/api/agents/weather-agent', { token: tokenFor('a', { scope: '' }) })
    expect(small).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(small.headers.get('www-authenticate')).toMatch(/scope="agents:read:weather-agent"$/)
  })

  it.each(['/API/agents', '/Api/agents', '/', '/agents', '/index.html'])(
    '%s lies outside of the API and is no page',
    async (path) => {
      const { ask } = await create()
      for (const token of [undefined, MEMBER]) {
        const answer = await ask(path, { token })
        expect(answer).toMatchObject({ status: 404, code: 'not_found' })
        expect(answer.headers.get('content-type')).toBe('application/json')
      }
    },
  )
})

describe('18: there is nothing to be had without a token that only development has', () => {
  // These paths lie outside of the API, so that a stranger gets 404 too: nothing is there.
  const DEVELOPMENT = [
    ['POST', '/__refresh'],
    ['POST', '/__restart-active-workflow-runs'],
    ['GET', '/__hot-reload-status'],
    ['GET', '/refresh-events'],
    ['GET', '/swagger-ui'],
    ['GET', '/openapi.json'],
  ] as const

  it('what is public is the same in development as in production, and listed here', async () => {
    for (const isDevelopment of [true, false]) {
      const { app } = await create({ app: { isDevelopment } })
      const open = app.table.routes.filter(({ access }) => access === 'public')
      expect(open.map((route) => `${route.method} ${app.table.pathOf(route)}`)).toStrictEqual([
        'GET /health',
        'GET /ready',
        'GET /api/auth/capabilities',
        'GET /api/auth/me',
        'GET /.well-known/oauth-protected-resource',
      ])
    }
  })

  it.each(DEVELOPMENT)('%s %s is not there', async (method, path) => {
    const { ask } = await create({ app: { isDevelopment: true, isLoopbackOnly: true } })
    for (const token of [undefined, OWNER]) {
      const answer = await ask(path, { method, token })
      expect(answer).toMatchObject({ status: 404, code: 'not_found' })
      const prefixed = await ask(`/api${path}`, { method, token: undefined })
      expect(prefixed).toMatchObject({ status: 401, code: 'token_missing' })
    }
  })

  it('a page of another site reaches nothing of a development server', async () => {
    const { ask } = await create({ app: { isDevelopment: true, isLoopbackOnly: true } })
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { host: 'evil.example:4111' },
    ]
    for (const headers of foreign) {
      for (const [method, path] of [...DEVELOPMENT, ['GET', '/health'] as const]) {
        const answer = await ask(path, { method, headers, token: OWNER })
        expect(answer).toMatchObject({ status: 421, code: 'host_refused' })
      }
    }
    expect(await ask('/health')).toMatchObject({ status: 200 })
  })

  it('signet dev itself has none of these paths either', async () => {
    mkdirSync(join(ROOT, '.signet'), { recursive: true })
    const directory = mkdtempSync(join(ROOT, '.signet', 'weakness-'))
    try {
      mkdirSync(join(directory, 'src', 'mastra'), { recursive: true })
      const source = `import { Mastra } from '@signet/core'\nexport const mastra = new Mastra({})\n`
      writeFileSync(join(directory, 'src', 'mastra', 'index.ts'), source)
      const { url, token, process } = await startDev(directory)
      try {
        for (const [method, path] of DEVELOPMENT) {
          const response = await fetch(url + path, { method })
          expect(response.status).toBe(404)
          expect(await response.json()).toMatchObject({ code: 'not_found' })
        }
        const headers = { authorization: `Bearer ${token}` }
        expect((await fetch(url + AGENTS, { headers })).status).toBe(200)
        expect(process.stderr).not.toContain('Reloaded')
      } finally {
        await process.stop()
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
