import {
  type AuthProvider,
  CompositeAuth,
  createSecret,
  MastraJwtAuth,
  SimpleAuth,
} from '@signet/auth'
import { parseGrant } from '@signet/auth/internal'
import type { ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'

const ROOT = '/.well-known/oauth-protected-resource'
const PUBLIC_URL = 'https://api.example.com'

function serve(server: ServerConfig = {}): App {
  return createApp(createTestApplication({ server: { auth: createTestAuth(), ...server } }).mastra)
}

const get = (app: App, path: string, token?: string) => app.fetch(makeRequest(path, { token }))

async function documentOf(server: ServerConfig, path = ROOT): Promise<Record<string, unknown>> {
  const response = await get(serve({ publicUrl: PUBLIC_URL, ...server }), path)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

async function challengeOf(app: App, path: string, token?: string): Promise<string | null> {
  return (await get(app, path, token)).headers.get('www-authenticate')
}

const issuedBy = (issuer: string) =>
  new MastraJwtAuth({ issuer, audience: 'my-api', jwksUri: 'https://login.example.com/keys' })

describe('the metadata of the server as a protected resource (RFC 9728)', () => {
  it('has the public URL, the issuers, what routes ask for and how a token is sent', async () => {
    const auth = issuedBy('https://login.example.com')
    const { scopes_supported: scopes, ...others } = await documentOf({ auth })
    expect(others).toStrictEqual({
      resource: PUBLIC_URL,
      authorization_servers: ['https://login.example.com'],
      bearer_methods_supported: ['header'],
    })
    expect(scopes).toStrictEqual(expect.arrayContaining(['agents:execute', 'memory:read']))
  })

  it('has no way to send a token where a proxy sets it in a header of its own', async () => {
    const auth = new MastraJwtAuth({ secret: SECRET, tokenHeader: 'Cf-Access-Jwt-Assertion' })
    expect((await documentOf({ auth }))['bearer_methods_supported']).toStrictEqual([])
  })

  it.each([
    [undefined, {}],
    [false, { dpop: 'optional' }],
    [true, { dpop: 'required' }],
  ] as const)(
    'says %s of whether tokens must be bound to a key (RFC 9449)',
    async (isNeeded, options) => {
      const auth = new MastraJwtAuth({ secret: SECRET, ...options })
      const metadata = await documentOf({ auth })
      expect(metadata['dpop_bound_access_tokens_required']).toBe(isNeeded)
      const algorithms = isNeeded === undefined ? undefined : expect.arrayContaining(['ES256'])
      expect(metadata['dpop_signing_alg_values_supported']).toEqual(algorithms)
    },
  )

  it('is the same for everyone, may be kept, and needs no token', async () => {
    const app = serve({ publicUrl: PUBLIC_URL })
    const bare = await get(app, ROOT)
    expect(bare.headers.get('cache-control')).toBe('public, max-age=300')
    expect(bare.headers.get('content-type')).toBe('application/json')
    const text = await bare.text()
    for (const token of [tokenOf('owner'), 'garbage']) {
      expect(await (await get(app, ROOT, token)).text()).toBe(text)
    }
    const head = await app.fetch(makeRequest(ROOT, { method: 'HEAD' }))
    expect([head.status, await head.text()]).toStrictEqual([200, ''])
    const posted = await app.fetch(makeRequest(ROOT, { method: 'POST', body: '{}' }))
    expect(posted.status).toBe(404)
  })

  it('stands for the path of the public URL too, and for no other', async () => {
    const app = serve({ publicUrl: `${PUBLIC_URL}/tools/agent` })
    for (const path of [ROOT, `${ROOT}/tools/agent`]) {
      expect(await (await get(app, path)).json()).toMatchObject({
        resource: `${PUBLIC_URL}/tools/agent`,
      })
    }
    for (const path of ['/tools', '/tools/agent/', '/tools/agent/x', '/tools/agents', '/', '/x']) {
      expect((await get(app, ROOT + path)).status).toBe(404)
    }
    expect((await get(app, `/tools/agent${ROOT}`)).status).toBe(404)
  })

  it('stands below server.basePath as at the root', async () => {
    const app = serve({ publicUrl: `${PUBLIC_URL}/tools/agent`, basePath: '/tools/agent' })
    for (const path of [`${ROOT}/tools/agent`, `/tools/agent${ROOT}`]) {
      expect((await get(app, path)).status).toBe(200)
    }
  })

  it.each([
    ['https://api.example.com/', 'https://api.example.com/', ROOT],
    ['https://api.example.com/a/', 'https://api.example.com/a/', `${ROOT}/a/`],
    ['https://API.example.com:443/a/../b', 'https://api.example.com/b', `${ROOT}/b`],
    ['http://localhost:4111', 'http://localhost:4111', ROOT],
    ['http://127.0.0.1:4111/a', 'http://127.0.0.1:4111/a', `${ROOT}/a`],
  ])('of %s names the resource %s', async (publicUrl, resource, path) => {
    expect(await documentOf({ publicUrl }, path)).toMatchObject({ resource })
    const url = `${new URL(publicUrl).origin}${path}`
    const challenge = await challengeOf(serve({ publicUrl }), '/api/agents')
    expect(challenge).toBe(`Bearer resource_metadata="${url}"`)
  })
})

describe('the authorization servers in it', () => {
  const secretOf = (name: string) => `the secret of ${name}, longer than thirty-two bytes`

  it('are those issuers that are URLs of https, each once', async () => {
    const auth = new MastraJwtAuth({
      issuers: [
        'https://a.example',
        'https://b.example/realm',
        'http://c.example',
        'urn:d',
        'local',
        'https://e.example?x=1',
        'https://f.example#x',
        'https://user@g.example',
        'https://',
      ].map((issuer) => ({ issuer, secret: secretOf(issuer) })),
    })
    expect((await documentOf({ auth }))['authorization_servers']).toStrictEqual([
      'https://a.example',
      'https://b.example/realm',
    ])
  })

  it('are those of several providers', async () => {
    const simple = new SimpleAuth({ tokens: { [createSecret()]: { id: 'robot' } } })
    const providers = [issuedBy('https://a.example'), simple, issuedBy('https://b.example')]
    expect(
      (await documentOf({ auth: new CompositeAuth(providers) }))['authorization_servers'],
    ).toStrictEqual(['https://a.example', 'https://b.example'])
  })

  const provider: AuthProvider = { authenticateToken: () => null }
  const saying = (describe: () => unknown): AuthProvider =>
    Object.assign({ ...provider }, { describe })
  it.each<[string, AuthProvider | false]>([
    ['a secret of its own', createTestAuth()],
    ['a provider that does not say', provider],
    ['one that says something else', saying(() => 'https://a.example')],
    ['one that lists other things', saying(() => ({ issuers: ['https://a.example'] }))],
    ['names that are not a list', saying(() => ({ issuers: [{ issuer: 'https://a.example' }] }))],
    ['one that fails', saying(() => JSON.parse('{'))],
    ['auth: false', false],
  ])('are left out with %s', async (_, auth) => {
    expect(await documentOf({ auth })).not.toHaveProperty('authorization_servers')
  })
})

describe('what the metadata does not have', () => {
  it('is a secret, an audience, an endpoint, a role, an agent or a tool', async () => {
    const auth = new MastraJwtAuth({
      issuers: [
        {
          issuer: 'https://a.example',
          secret: SECRET,
          audience: 'AUDIENCE',
          defaultRole: 'viewer',
        },
        { issuer: 'https://b.example', audience: 'b', jwksUri: 'https://keys.example/KEYS' },
      ],
    })
    const text = JSON.stringify(await documentOf({ auth }))
    for (const hidden of [SECRET, 'AUDIENCE', 'KEYS', 'viewer', 'weather']) {
      expect(text).not.toContain(hidden)
    }
  })

  it('is a scope with an id, or one that grants nothing', async () => {
    const apiRoutes = ['/one', '/two'].map((path) =>
      registerApiRoute(path, { method: 'GET', access: 'agents:write', handler: (c) => c.text('') }),
    )
    const { scopes_supported: scopes } = await documentOf({ apiRoutes })
    const list = scopes as readonly string[]
    expect(list).toContain('agents:write')
    expect(list).toStrictEqual([...new Set(list)].toSorted())
    for (const scope of list) expect(parseGrant(scope)).toBe(`${scope}:*`)
  })
})

describe('challenges of a server with a public URL (RFC 9728 section 5.1)', () => {
  const parameter = `resource_metadata="${PUBLIC_URL}${ROOT}"`
  const app = serve({ publicUrl: PUBLIC_URL })

  it('name its metadata in 401 and in 403, with every missing scope', async () => {
    expect(await challengeOf(app, '/api/agents')).toBe(`Bearer ${parameter}`)
    expect(await challengeOf(app, '/api/nowhere')).toBe(`Bearer ${parameter}`)
    expect(await challengeOf(app, '/api/agents', 'garbage')).toMatch(
      new RegExp(`^Bearer error="invalid_token", .*, ${parameter}$`),
    )
    const execute = makeRequest('/api/agents/weather-agent/tools/get-weather/execute', {
      method: 'POST',
      body: '{}',
      token: tokenOf('viewer'),
    })
    const refused = await app.fetch(execute)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toMatch(
      new RegExp(`scope="agents:execute:weather-agent tools:execute:get-weather", ${parameter}$`),
    )
  })

  it('are in no response that another token would not mend', async () => {
    for (const [path, token] of [['/nowhere'], ['/api/nowhere', tokenOf('owner')]] as const) {
      const response = await get(app, path, token)
      expect([response.status, response.headers.get('www-authenticate')]).toStrictEqual([404, null])
    }
  })

  it('never name what a request says of the host', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    }
    for (const path of ['/api/agents', ROOT]) {
      const response = await app.fetch(makeRequest(path, { headers }))
      const told = [...response.headers.values(), await response.text()].join(' ')
      expect(told).not.toContain('evil.example')
      expect(told).toContain(PUBLIC_URL)
    }
  })
})

describe('a server without a public URL', () => {
  const app = serve()

  it('has no metadata, and names none', async () => {
    for (const host of ['localhost:4111', 'api.example.com']) {
      const response = await app.fetch(makeRequest(ROOT, { headers: { host } }))
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ code: 'not_found', error: 'Not found.' })
      expect(response.headers.get('cache-control')).toBeNull()
    }
    expect(await challengeOf(app, '/api/agents')).toBe('Bearer')
    expect(await challengeOf(app, '/api/agents', 'garbage')).not.toContain('resource_metadata')
  })

  it.each([ROOT, '/.well-known/*', '/.well-known/:name', '/*'])(
    'leaves the path to a route of the application: %s',
    async (path) => {
      const route = registerApiRoute(path, {
        method: 'ALL',
        requiresAuth: false,
        handler: (c) => c.text('own'),
      })
      const own = serve({ apiRoutes: [route] })
      expect(await (await get(own, ROOT)).text()).toBe('own')
    },
  )

  it('answers beside other routes of the application, and closes none', async () => {
    const closed = registerApiRoute('/.well-known/:name', {
      method: 'GET',
      handler: (c) => c.text('own'),
    })
    const own = serve({ apiRoutes: [closed] })
    expect((await get(own, ROOT)).status).toBe(401)
    const beside = serve({ publicUrl: PUBLIC_URL, apiRoutes: [closed] })
    expect((await get(beside, ROOT)).status).toBe(200)
    expect((await get(beside, '/.well-known/other')).status).toBe(401)
  })
})

describe('server.publicUrl', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['empty', ''],
    ['a blank', ' '],
    ['true', true],
    ['a number', 7],
    ['a list', [PUBLIC_URL]],
    ['a URL of the class', new URL(PUBLIC_URL)],
    ['a host', 'api.example.com'],
    ['a path', '/agents'],
    ['without a scheme', '//api.example.com'],
    ['without slashes', 'https:api.example.com'],
    ['without a host', 'https:///'],
    ['http elsewhere', 'http://api.example.com'],
    ['http on a name like loopback', 'http://localhost.example.com'],
    ['http on an address that is not loopback', 'http://0.0.0.0:4111'],
    ['another scheme', 'ftp://localhost'],
    ['a query', `${PUBLIC_URL}?x=1`],
    ['an empty query', `${PUBLIC_URL}/?`],
    ['a fragment', `${PUBLIC_URL}#x`],
    ['an empty fragment', `${PUBLIC_URL}#`],
    ['a user', 'https://alice@api.example.com'],
    ['an empty user', 'https://@api.example.com'],
    ['a password', 'https://:x@api.example.com'],
    ['a blank before', ` ${PUBLIC_URL}`],
    ['a line break behind', `${PUBLIC_URL}\n`],
    ['a tab within', 'https://api.exa\tmple.com'],
    ['a backslash', 'https://api.example.com\\agents'],
    ['a quote', `${PUBLIC_URL}/a"b`],
    ['a pattern', `${PUBLIC_URL}/:any`],
    ['a wildcard', `${PUBLIC_URL}/*`],
    ['a code', `${PUBLIC_URL}/a%2fb`],
    ['an empty segment', `${PUBLIC_URL}/a//b`],
  ])('is refused by its name, with a remedy: %s', (_, value) => {
    const server = { publicUrl: value } as ServerConfig
    expect(() => serve(server)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringMatching(/server\.publicUrl .*(Write|Give it)/s),
      }),
    )
  })

  it('is refused beside a route of the application at the same path', () => {
    const route = registerApiRoute(ROOT, { method: 'GET', handler: (c) => c.text('own') })
    expect(() => serve({ publicUrl: PUBLIC_URL, apiRoutes: [route] })).toThrow(
      expect.objectContaining({ code: 'route_invalid', message: expect.stringContaining(ROOT) }),
    )
  })
})
