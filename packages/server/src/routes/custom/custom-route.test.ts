import { MastraJwtAuth, type AuthProvider, type MastraJwtAuthOptions } from '@signet/auth'
import { Mastra, type ApiRouteHandler } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'
import { StartError } from '../../error/error.js'

type Routes = readonly ReturnType<typeof registerApiRoute>[]

function serveWith(options: MastraJwtAuthOptions, apiRoutes: Routes = []): App {
  const auth = new MastraJwtAuth({ secret: SECRET, ...options })
  return createApp(createTestApplication({ server: { auth, apiRoutes } }).mastra)
}

const handler: ApiRouteHandler = (c) => c.text('handled')
const get = (path: string, access?: 'public' | 'authenticated' | 'memory:read') =>
  registerApiRoute(path, { method: 'GET', handler, ...(access && { access }) })
const all = (path: string) => registerApiRoute(path, { method: 'ALL', handler })

const statusOf = async (app: App, path: string, method = 'GET'): Promise<number> =>
  (await app.fetch(makeRequest(path, { method }))).status

const failing = (code: string) => expect.objectContaining({ name: 'StartError', code })

describe('paths that a provider names', () => {
  it('may be left out or empty', () => {
    expect(() => serveWith({})).not.toThrow()
    expect(() => serveWith({ public: [], protected: [] })).not.toThrow()
  })

  it.each<[string, MastraJwtAuthOptions]>([
    ['a built-in route', { public: ['/api/agents'] }],
    ['a built-in route that is public', { public: ['/health'] }],
    ['a pattern over everything', { public: [/.*/] }],
    ['a path with its method', { public: [['/api/agents', 'GET']] }],
    ['a path that nothing has', { protected: ['/nowhere'] }],
    ['a declared path as a pattern', { public: [/^\/open$/] }],
    ['a declared path as a pattern with its method', Object({ public: [[/^\/open$/, 'GET']] })],
    ['a wildcard', { public: ['/*'] }],
    ['a wildcard beside a path', { public: ['/open', '/open/*'] }],
    ['a path in other letters', { public: ['/Open'] }],
    ['a path with a slash at its end', { public: ['/open/'] }],
    ['a path without its slash', { public: ['open'] }],
    ['a path that a parameter would take', { public: ['/items/1'] }],
    ['a parameter by another name', { public: ['/items/:other'] }],
    ['a method that is not declared', { public: [['/open', 'POST']] }],
    ['a method in small letters', Object({ public: [['/open', 'get']] })],
    ['the method ALL of a route of one', { public: [['/open', 'ALL']] }],
    ['no method', { public: [['/open', []]] }],
    ['a protected pattern', { protected: [/.*/] }],
  ])('fail the start when they name %s', (_, options) => {
    const start = () => serveWith(options, [get('/open'), get('/items/:id')])
    expect(start).toThrow(failing('path_rule_unknown'))
  })

  it('fail the start also of a provider that is a plain object', () => {
    const provider: AuthProvider = { public: ['/api/agents'], authenticateToken: () => null }
    const start = () => createApp(new Mastra({ server: { auth: provider } }))
    expect(start).toThrow(failing('path_rule_unknown'))
  })

  it('open exactly the declared route', async () => {
    const routes = [get('/open'), get('/open/deep'), get('/other'), get('/items/:id')]
    const app = serveWith({ public: ['/open', '/items/:id'] }, routes)
    expect(await statusOf(app, '/open')).toBe(200)
    expect(await statusOf(app, '/items/1')).toBe(200)
    expect(await statusOf(app, '/open/deep')).toBe(401)
    expect(await statusOf(app, '/other')).toBe(401)
    expect(await statusOf(app, '/api/agents')).toBe(401)
    const route = app.table.routes.find(({ path }) => path === '/open')
    expect(route).toMatchObject({ access: 'public' })
  })

  it.each<[NonNullable<MastraJwtAuthOptions['public']>[number], readonly string[]]>([
    [['/open', 'GET'], ['GET']],
    [
      ['/open', ['GET', 'DELETE']],
      ['GET', 'DELETE'],
    ],
    ['/open', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']],
  ])('open with %j only the methods %j', async (rule, open) => {
    const app = serveWith({ public: [rule] }, [all('/open')])
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const status = await statusOf(app, '/open', method)
      expect([method, status]).toStrictEqual([method, open.includes(method) ? 200 : 401])
    }
  })

  it('stay closed where they are protected too', async () => {
    const both = serveWith({ public: ['/open'], protected: ['/open'] }, [all('/open')])
    expect(await statusOf(both, '/open')).toBe(401)
    const one = serveWith({ public: ['/open'], protected: [['/open', 'POST']] }, [all('/open')])
    expect(await statusOf(one, '/open')).toBe(200)
    expect(await statusOf(one, '/open', 'POST')).toBe(401)
  })

  it.each([
    { access: 'authenticated' },
    { access: 'memory:read' },
    { requiresAuth: true },
  ] as const)('fail the start where the route says who may call: %j', (options) => {
    const route = registerApiRoute('/open', { method: 'GET', handler, ...options })
    expect(() => serveWith({ public: ['/open'] }, [route])).toThrow(failing('route_invalid'))
    expect(() => serveWith({ public: ['/open'], protected: ['/open'] }, [route])).not.toThrow()
    expect(() => serveWith({ protected: ['/open'] }, [route])).not.toThrow()
  })

  it('may name a route that is public by itself', async () => {
    expect(
      await statusOf(serveWith({ public: ['/open'] }, [get('/open', 'public')]), '/open'),
    ).toBe(200)
  })
})

describe('routes that fail the start', () => {
  it.each([
    ['the prefix', [get('/api')]],
    ['the prefix with a slash', [get('/api/')]],
    ['a path under the prefix', [get('/api/mine')]],
    ['a built-in path', [get('/api/agents', 'public')]],
    ['a pattern under the prefix', [get('/api/*', 'public')]],
    ['/health', [get('/health')]],
    ['/ready', [get('/ready', 'public')]],
    ['/health for every method', [all('/health')]],
    ['the same route twice', [get('/a'), get('/a')]],
    ['the same route with another access', [get('/a'), get('/a', 'public')]],
    ['a route beside one of every method', [all('/a'), get('/a')]],
    ['the same parameter twice', [get('/a/:b'), get('/a/:b')]],
  ])('are %s', (_, routes) => {
    expect(() => serveWith({}, routes)).toThrow(failing('route_invalid'))
  })

  it('are those under a prefix of the application', () => {
    const start = (path: string) => {
      const server = { auth: createTestAuth(), apiPrefix: '/v1/api', apiRoutes: [get(path)] }
      return createApp(createTestApplication({ server }).mastra)
    }
    expect(() => start('/v1/api/mine')).toThrow(failing('route_invalid'))
    expect(() => start('/v1/api')).toThrow(failing('route_invalid'))
    expect(() => start('/v1/other')).not.toThrow()
    expect(() => start('/api/mine')).not.toThrow()
  })

  it('are not those that only look alike', async () => {
    const app = serveWith({}, [
      get('/apis', 'public'),
      get('/healthy', 'public'),
      get('/a'),
      all('/b'),
    ])
    expect(await statusOf(app, '/apis')).toBe(200)
    expect(await statusOf(app, '/healthy')).toBe(200)
  })

  it('are those whose path is no pattern', () => {
    expect(() => serveWith({}, [get('/x/:id{[}')])).toThrow(failing('route_invalid'))
  })

  it('are two of the same path by different names of its parameter, of which one hides the other', () => {
    const routes = [get('/items/:id', 'public'), get('/items/:name')]
    expect(() => serveWith({}, routes)).toThrow(failing('route_invalid'))
  })
})

describe('a pattern of the application', () => {
  /** What a stranger gets, or how the start fails. */
  async function strangerGets(pattern: string, path: string): Promise<unknown> {
    try {
      return await statusOf(serveWith({}, [get(pattern, 'public')]), path)
    } catch (error) {
      return error instanceof StartError ? error.code : error
    }
  }

  it.each([
    ['/*', '/api/nowhere'],
    ['/:rest{.+}', '/api/nowhere'],
    ['/:first/:second', '/api/nowhere'],
    ['/:first', '/api'],
    ['/:first/agents/mine', '/api/agents/mine'],
    ['/api*', '/api/nowhere'],
    ['/:first?/nowhere', '/api/nowhere'],
  ])('opens nothing under the prefix: %s', async (pattern, path) => {
    expect([401, 'route_invalid']).toContain(await strangerGets(pattern, path))
  })

  it.each(['/*', '/:first/:second', '/:rest{.+}'])(
    'hides no built-in route: %s',
    async (pattern) => {
      expect([401, 'route_invalid']).toContain(await strangerGets(pattern, '/api/agents'))
      const app = serveWith({}, [get('/else')])
      const refusal = await readRefusal(await app.fetch(makeRequest('/api/agents')))
      expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
    },
  )

  it('takes what it names outside the prefix', async () => {
    const app = serveWith({}, [get('/:a/:b/mine'), get('/files/*', 'public')])
    expect(await statusOf(app, '/files/a/b')).toBe(200)
    expect(await statusOf(app, '/x/y/mine')).toBe(401)
    const token = tokenOf('member')
    expect((await app.fetch(makeRequest('/x/y/mine', { token }))).status).toBe(200)
  })
})

describe('a route that lets more in than a later one of the same paths', () => {
  const shadows: [string, string][] = [
    ['/files/*', '/files/salaries'],
    ['/files/:name', '/:folder/salaries'],
  ]

  it.each(shadows)('is refused at the start: %s before %s', (open, closed) => {
    const start = () => serveWith({}, [get(open, 'public'), get(closed)])
    expect(start).toThrow(expect.objectContaining({ code: 'route_invalid' }))
    expect(start).toThrow(
      `GET ${open} would answer requests for ${closed}. The first lets anybody in`,
    )
  })

  it('is refused at the start also where both are closed', () => {
    const routes = [get('/files/*', 'authenticated'), get('/files/salaries', 'memory:read')]
    expect(() => serveWith({}, routes)).toThrow('lets every caller with a good token in')
  })

  it.each(shadows)('is answered behind it: %s after %s', async (open, closed) => {
    const app = serveWith({}, [get(closed), get(open, 'public')])
    expect(await statusOf(app, '/files/salaries')).toBe(401)
    expect(await statusOf(app, '/files/other')).toBe(200)
  })

  it('is answered before it as an exception, and by another method', async () => {
    const post = registerApiRoute('/files/:id', { method: 'POST', handler: (c) => c.text('') })
    const app = serveWith({}, [
      get('/login', 'public'),
      get('/files/:id', 'public'),
      post,
      get('/*'),
    ])
    expect(await statusOf(app, '/login')).toBe(200)
    expect(await statusOf(app, '/files/1')).toBe(200)
    expect(await statusOf(app, '/else')).toBe(401)
  })
})

describe('a path that no request has', () => {
  it.each(['/%73', '/a/../b', '/a/.', '/a#b', '/a\\b'])('is refused at the start: %s', (path) => {
    expect(() => serveWith({}, [get(path)])).toThrow(
      expect.objectContaining({ code: 'route_invalid' }),
    )
  })

  it.each(['/a b', '/é', '/.well-known/mine', '/a..b', '/:id{[^%]+}'])('is not %s', (path) => {
    expect(() => serveWith({}, [get(path)])).not.toThrow()
  })
})
