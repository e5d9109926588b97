import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiKeyStore } from '@signet/auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { createProxy, type ProxyOptions } from './app.js'
import { defineProxy, type ProxyConfig } from './config.js'
import { listProxyRoutes } from './listed-routes.js'

const PAGE =
  '<meta name="signet-nonce" content="" /><meta name="signet-api-prefix" content="/api" /><meta name="signet-agents-api" content="" />'
const ends: (() => Promise<unknown>)[] = []
let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-proxy-studio-'))
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), PAGE)
  writeFileSync(join(directory, 'assets', 'index-1a.js'), 'own()')
  writeFileSync(join(directory, 'secret.txt'), 'not for anybody')
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** What the application lists, by path. */
type Lists = Readonly<Record<string, unknown>>

const LISTS: Lists = {
  '/api/agents': {
    weather: { name: 'Weather', tools: { forecast: { id: 'get-forecast' }, tide: {} } },
    'not an id': { name: 'Nobody', tools: {} },
  },
  '/api/tools': { forecast: { id: 'get-forecast' }, lonely: { id: 'lonely-tool' } },
}

const listing =
  (lists: Lists): UpstreamHandler =>
  (response, { url }) => {
    const body = lists[url]
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body === undefined ? { from: 'the application' } : body))
  }

const noKeys: ApiKeyStore = {
  create: () => Promise.resolve(),
  findByDigest: () => Promise.resolve(undefined),
  find: () => Promise.resolve(undefined),
  list: () => Promise.resolve({ keys: [], total: 0 }),
  revoke: () => Promise.resolve(undefined),
  touch: () => Promise.resolve(),
}

async function stand(config: ProxyConfig = {}, options: ProxyOptions = {}, lists = LISTS) {
  const upstream = await UpstreamServer.start(listing(lists))
  ends.push(() => upstream.stop())
  const proxy = createProxy(
    { auth: createTestAuth(), ...config },
    {
      upstream: upstream.url,
      logger: createLogRecorder().logger,
      studio: directory,
      state: { apiKeys: noKeys },
      ...options,
    },
  )
  ends.push(() => proxy.close())
  const ask = (path: string, request?: TestRequest) => proxy.fetch(makeRequest(path, request))
  return { proxy, upstream, ask }
}

const operator = tokenWith('system:read')

function ownerToken(): string {
  return createTestAuth().sign({ sub: 'olga', permissions: ['*'] }, { expiresInSeconds: 60 })
}

describe('the Studio of a proxy', () => {
  it('is served to everyone at /signet/, as that of a proxy, and loads nothing from elsewhere', async () => {
    const { ask, upstream } = await stand()
    const page = await ask('/signet/')
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self';")
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|https?:/)
    const text = await page.text()
    expect(text).toContain('name="signet-api-prefix" content="/api"')
    expect(text).toContain('name="signet-agents-api" content="../api"')
    const script = await ask('/signet/assets/index-1a.js')
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(script.headers.get('x-content-type-options')).toBe('nosniff')
    const entrance = await ask('/signet')
    expect([entrance.status, entrance.headers.get('location')]).toStrictEqual([307, 'signet/'])
    expect(upstream.requests).toStrictEqual([])
  })

  it.each([
    '/signet/none',
    '/signet/assets/..%2Fsecret.txt',
    '/signet/assets/%2e%2e/secret.txt',
    '/signet/secret.txt',
    '/signet/api/agents',
    '/signet/api/../../api/agents',
    '/signet/..%2fapi/agents',
    '/signet/%2e%2e/api/agents',
    '/signet//api/audit',
    '/signet/API/audit',
  ])('has nothing at %s: neither of its own, nor of the application', async (path) => {
    const { ask, upstream } = await stand()
    const url = `http://localhost:4111${path}`
    expect([401, 404]).toContain((await ask(url)).status)
    const known = await ask(url, { token: ownerToken() })
    expect(known.status === 404 || new URL(url).pathname === '/api/agents').toBe(true)
    expect(upstream.requests.filter(({ url: asked }) => asked.includes('signet'))).toStrictEqual([])
  })

  it('does not take what the application has at a path of a similar name', async () => {
    const { ask, upstream } = await stand()
    for (const path of ['/signets', '/signet-api', '/Signet', '/api/signet']) {
      expect((await ask(path)).status).toBe(401)
      await ask(path, { token: tokenWith(`routes:execute:${path}`) })
      expect(upstream.seen.url).toBe(path)
    }
  })

  it.each(['/signet', '/signet/assets/index-1a.js', '/signet/api/auth/me'])(
    'leaves %s to the application where it is switched off or not there',
    async (path) => {
      for (const { ask, upstream } of [
        await stand({ studio: false }),
        await stand({}, { studio: undefined }),
      ]) {
        expect((await ask(path)).status).toBe(401)
        const token = tokenWith('routes:execute')
        await ask(path, { token })
        expect(upstream.seen.url).toBe(path)
      }
    },
  )

  it('may talk to the origins that the configuration lists', async () => {
    const { ask } = await stand({ studio: { connect: ['https://api.example'] } })
    const policy = (await ask('/signet/')).headers.get('content-security-policy')
    expect(policy).toContain("connect-src 'self' https://api.example;")
  })
})

describe('what the pages of the Studio ask', () => {
  it('asks for the same permissions as on a server, and is no matter of the application', async () => {
    const { proxy, ask, upstream } = await stand()
    const { table } = proxy
    const api = table.routes.filter((route) => table.pathOf(route).startsWith('/signet/api/'))
    const needs = Object.fromEntries(
      api.map((route) => [`${route.method} ${table.pathOf(route).slice(11)}`, route.access]),
    )
    expect(needs).toStrictEqual({
      'GET /auth/capabilities': 'public',
      'GET /auth/me': 'public',
      'POST /auth/revocations': 'tokens:write',
      'POST /auth/logout': 'authenticated',
      'POST /auth/explain': 'system:read',
      'POST /auth/api-keys': 'api-keys:write',
      'GET /auth/api-keys': 'api-keys:read',
      'DELETE /auth/api-keys/:keyId': 'api-keys:delete',
      'GET /system/packages': 'authenticated',
      'GET /system/unsupported': 'system:read',
      'GET /system/access': 'system:read',
    })
    for (const route of api) {
      if (route.access === 'public') continue
      const path = table.pathOf(route).replace(':keyId', 'k')
      const { method } = route
      const refusal = await readRefusal(await ask(path, { method }))
      expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
      if (route.access === 'authenticated') continue
      const narrow = await readRefusal(await ask(path, { method, token: tokenWith('agents:read') }))
      expect(narrow).toMatchObject({ status: 403, code: 'scope_insufficient' })
      expect(narrow.challenge).toContain(`scope="${route.access}"`)
    }
    expect(upstream.requests).toStrictEqual([])
  })

  it('signs tokens only in development on a loopback address', async () => {
    const path = '/signet/api/auth/tokens'
    const request = { json: { sub: 'bob', scope: 'tokens:write' }, token: ownerToken() }
    const { ask } = await stand({}, { isDevelopment: true, isLoopbackOnly: true })
    expect((await ask(path, request)).status).toBe(201)
    expect((await (await stand()).ask(path, request)).status).toBe(404)
  })
})

/** The parts of a matrix that these tests read. */
interface Matrix {
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly routes: readonly {
    readonly method: string
    readonly path: string
    readonly permissions: readonly string[]
    readonly access: string
    readonly allowed: string
    readonly reason: string
  }[]
  readonly agents: readonly {
    readonly id: string
    readonly name: string
    readonly tools: readonly string[]
  }[]
  readonly tools: readonly { readonly id: string }[]
  readonly unlisted?: string
}

describe('who may do what behind a proxy', () => {
  const PATH = '/signet/api/system/access'
  const routes = [
    { method: 'POST', path: '/chat/:agentId', access: 'agents:execute:{agentId}' },
  ] as const

  async function matrixOf(
    { ask, proxy }: Awaited<ReturnType<typeof stand>>,
    query = '',
    token = operator,
  ): Promise<Matrix> {
    const response = await ask(PATH + query, { token })
    expect(response.status).toBe(200)
    const matrix: Matrix = await response.json()
    const shape = proxy.table.find('GET', PATH)?.route.response
    expect(shape?.safeParse(matrix).error).toBeUndefined()
    return matrix
  }

  it('is told of each route as the gate judges it', async () => {
    const standing = await stand({ routes })
    const { table } = standing.proxy
    const matrix = await matrixOf(standing)
    expect(matrix.routes.length).toBeGreaterThan(400)
    for (const { method, path, access, permissions } of matrix.routes) {
      if (path === '/*') continue
      const called = method === 'ALL' ? 'POST' : method
      const found = table.find(called, path.replaceAll(/:\w+/g, 'x'))?.route
      expect(found, `${method} ${path}`).toBeDefined()
      expect(access === 'permission' ? [...permissions] : access).toStrictEqual(
        access === 'permission' ? [found?.access].flat() : found?.access,
      )
    }
    const told = new Set(matrix.routes.map(({ method, path }) => `${method} ${path}`))
    expect(told.size).toBe(matrix.routes.length)
    expect(told).toContain('POST /chat/:agentId')
    expect(told).toContain('POST /api/agents/:agentId/generate')
    // What stays closed is not there.
    expect(told).not.toContain('POST /api/memory/threads/:threadId/transfer')
  })

  it('has the roles of the proxy', async () => {
    const { roles } = await matrixOf(await stand({ access: { roles: { chef: ['tools:read'] } } }))
    expect(roles).toMatchObject({ chef: ['tools:read'] })
    expect(roles['member']).toContain('workflows:execute')
  })

  it('tells for which other paths of the application a permission is held', async () => {
    const standing = await stand()
    const others = async (permissions: string) => {
      const { routes: told } = await matrixOf(standing, `?permissions=${permissions}`)
      return told.find(({ path }) => path === '/*')
    }
    expect(await others('routes:execute')).toMatchObject({ allowed: 'yes' })
    expect(await others('routes:execute:/chat')).toMatchObject({
      allowed: 'some',
      reason: 'Granted only where path is /chat.',
    })
    expect(await others('agents:execute')).toMatchObject({ allowed: 'no' })
  })

  it('names the agents and tools of the application that permissions can name', async () => {
    const standing = await stand()
    const { agents, tools, unlisted } = await matrixOf(standing, '?role=viewer')
    expect(agents).toMatchObject([
      {
        id: 'weather',
        name: 'Weather',
        tools: ['get-forecast', 'tide'],
        actions: { read: { allowed: true }, execute: { allowed: false } },
      },
    ])
    expect(tools.map(({ id }) => id)).toStrictEqual(['get-forecast', 'lonely-tool', 'tide'])
    expect(unlisted).toBeUndefined()
    const { requests } = standing.upstream
    expect(requests.map(({ method, url }) => `${method} ${url}`).toSorted()).toStrictEqual([
      'GET /api/agents',
      'GET /api/tools',
    ])
    expect(JSON.stringify(requests)).not.toContain(operator)
  })

  it.each<[string, Lists]>([
    ['has no such list', {}],
    ['answers with a text', { ...LISTS, '/api/agents': 'none' }],
    ['answers with a list', { ...LISTS, '/api/tools': [] }],
    ['answers with nothing', { ...LISTS, '/api/tools': null }],
  ])('says that they are not listed where the application %s', async (_, lists) => {
    const matrix = await matrixOf(await stand({}, {}, lists))
    expect(matrix).toMatchObject({ agents: [], tools: [] })
    expect(matrix.unlisted).toMatch(/did not tell/)
    expect(matrix.routes.length).toBeGreaterThan(400)
  })

  it('says so where the application does not answer at all', async () => {
    const standing = await stand()
    await standing.upstream.stop()
    expect((await matrixOf(standing)).unlisted).toMatch(/did not tell/)
  })

  it('lists the routes of a policy of its own, and none of Mastra', async () => {
    const { createPolicyTable } = await import('./policy/policy-table.js')
    const policy = createPolicyTable([
      {
        prefix: '/v1',
        lines: [
          { method: 'ALL', path: '/:agentId', access: 'agents:read:{agentId}', owner: 'none' },
        ],
      },
    ])
    const matrix = await matrixOf(await stand({}, { policy }))
    const told = matrix.routes.map(({ path }) => path)
    expect(told).toContain('/v1/:agentId')
    expect(told.filter((path) => path.startsWith('/api/agents'))).toStrictEqual([])
    const { find } = policy
    expect(matrix.unlisted).toMatch(/The policy of the proxy does not have lists/)
    const silent = await matrixOf(await stand({}, { policy: { find } }))
    expect(silent.routes.map(({ path }) => path)).not.toContain('/v1/:agentId')
  })
})

describe('the option studio', () => {
  it.each([
    ['on', 'option_invalid'],
    [1, 'option_invalid'],
    [null, 'option_invalid'],
    [undefined, 'option_invalid'],
    [[], 'option_invalid'],
    [{ connect: 'https://api.example' }, 'option_invalid'],
    [{ connect: ['https://api.example/'] }, 'option_invalid'],
    [{ connect: ['*'] }, 'option_invalid'],
    [{ connect: [1] }, 'option_invalid'],
    [{ conect: [] }, 'option_unknown'],
  ])('is refused where it is %j', (studio, code) => {
    const declare = () => defineProxy({ studio } as unknown as ProxyConfig)
    expect(declare).toThrow(expect.objectContaining({ code }))
    expect(declare).toThrow(/studio/)
  })

  it.each([true, false, {}, { connect: undefined }, { connect: [] }])('may be %j', (studio) => {
    expect(() => defineProxy({ studio })).not.toThrow()
  })

  it.each(['/signet', '/signet/*', '/signet/api/audit', '/signet/:page'])(
    'has a route of the configuration at %s refused, unless it is false',
    (path) => {
      const routes = [{ method: 'GET', path, access: 'authenticated' }] as const
      expect(() => defineProxy({ routes })).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
      expect(() => defineProxy({ routes })).toThrow('studio: false')
      expect(() => defineProxy({ routes, studio: false })).not.toThrow()
    },
  )

  it('keeps its place before routes of the configuration that could be there, too', async () => {
    const routes = [{ method: 'GET', path: '/*', access: 'public' }] as const
    const { ask, upstream } = await stand({ routes })
    expect((await ask('/signet/')).headers.get('content-type')).toContain('text/html')
    expect((await ask('/signet/api/audit')).status).toBe(401)
    expect((await ask('/signet/x')).status).toBe(401)
    expect(upstream.requests).toStrictEqual([])
  })
})

describe('the list of the routes of a proxy', () => {
  it('has those of the Studio where it is served, and else not', () => {
    const listed = (config: ProxyConfig, studio?: string) =>
      listProxyRoutes(config, studio)
        .map(({ method, path }) => `${method} ${path}`)
        .filter((name) => name.includes(' /signet'))
    expect(listed({})).toStrictEqual([])
    expect(listed({ studio: false }, directory)).toStrictEqual([])
    expect(listed({}, directory)).toStrictEqual([
      'GET /signet',
      'GET /signet/',
      'GET /signet/assets/:file',
      'GET /signet/api/auth/capabilities',
      'GET /signet/api/auth/me',
      'POST /signet/api/auth/revocations',
      'POST /signet/api/auth/logout',
      'POST /signet/api/auth/explain',
      'POST /signet/api/auth/api-keys',
      'GET /signet/api/auth/api-keys',
      'DELETE /signet/api/auth/api-keys/:keyId',
      'GET /signet/api/audit',
      'GET /signet/api/system/packages',
      'GET /signet/api/system/unsupported',
      'GET /signet/api/system/access',
    ])
    expect(listed({ audit: false }, directory)).not.toContain('GET /signet/api/audit')
  })
})
