import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { freePort } from '@signet/test-support/process/free-port'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { NPM } from './support/package-manager.js'
import { Project } from './support/project.js'

const SECRET = 'a secret that is used by nothing but these tests'
const auth = new MastraJwtAuth({ secret: SECRET })
const tokenOf = (role: string) => auth.sign({ sub: 'alice', role }, { expiresInSeconds: 3600 })

/** How much code the adapters of the frameworks are together, minified, with what only they share. In bytes. */
const MAX_BYTES = 6000

const OPTIONS = "{ access: ['agents:execute', 'tools:execute'] }"
const ISSUER = 'https://login.example.com'
/** `cutOff` has its key set, and the endpoint for opaque tokens, behind a port at which nothing listens. */
const PROVIDER = `import { MastraJwtAuth } from '@signet/auth'
const auth = new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET })
const cutOff = new MastraJwtAuth({
  issuer: '${ISSUER}',
  audience: 'my-api',
  jwksUri: process.env.DEAD_URL + '/keys',
  introspection: {
    endpoint: process.env.DEAD_URL + '/introspect',
    clientId: 'my-api',
    clientSecret: process.env.MASTRA_JWT_SECRET,
  },
})
`
const PORT = 'Number(process.env.PORT)'

/** An application of one framework that answers at `/hello`, and at `/cut-off` for nobody. */
interface Application {
  /** What is installed beside `@signet/auth`. */
  readonly packages: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly command: (port: number) => readonly string[]
}

const server = (packages: readonly string[], code: string): Application => ({
  packages,
  files: { 'server.mjs': PROVIDER + code },
  command: () => ['server.mjs'],
})

const APPLICATIONS: Readonly<Record<string, Application>> = {
  express: server(
    ['express@5.3.0'],
    `import express from 'express'
import { callerOf, requireBearer } from '@signet/auth/express'
express()
  .get('/hello', requireBearer(auth, ${OPTIONS}), (request, response) => {
    response.json({ hello: callerOf(request).principal.subject })
  })
  .get('/cut-off', requireBearer(cutOff, ${OPTIONS}), (request, response) => {
    response.json({ hello: callerOf(request).principal.subject })
  })
  .listen(${PORT}, '127.0.0.1')
`,
  ),
  fastify: server(
    ['fastify@5.12.8'],
    `import fastify from 'fastify'
import { bearerPlugin, callerOf } from '@signet/auth/fastify'
const app = fastify()
for (const [path, provider] of [['/hello', auth], ['/cut-off', cutOff]]) {
  await app.register(async (scope) => {
    await scope.register(bearerPlugin, { provider, ...${OPTIONS} })
    scope.get(path, async (request) => ({ hello: callerOf(request).principal.subject }))
  })
}
await app.listen({ port: ${PORT}, host: '127.0.0.1' })
`,
  ),
  hono: server(
    ['hono@4.13.19', '@hono/node-server@2.1.9'],
    `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
import { requireBearer } from '@signet/auth/hono'
const app = new Hono()
app.get('/hello', requireBearer(auth, ${OPTIONS}), (c) =>
  c.json({ hello: c.var.auth.principal.subject }),
)
app.get('/cut-off', requireBearer(cutOff, ${OPTIONS}), (c) =>
  c.json({ hello: c.var.auth.principal.subject }),
)
serve({ fetch: app.fetch, port: ${PORT}, hostname: '127.0.0.1' })
`,
  ),
  node: server(
    [],
    `import { createServer } from 'node:http'
import { requireBearer } from '@signet/auth/node'
const hello = (request, response, { principal }) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ hello: principal.subject }))
}
const guarded = requireBearer(auth, ${OPTIONS})(hello)
const guardedByCutOff = requireBearer(cutOff, ${OPTIONS})(hello)
createServer((request, response) =>
  (request.url === '/cut-off' ? guardedByCutOff : guarded)(request, response),
).listen(${PORT}, '127.0.0.1')
`,
  ),
  next: {
    packages: ['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1'],
    files: {
      'app/layout.jsx': 'export default ({ children }) => <html><body>{children}</body></html>\n',
      'app/hello/route.js': `${PROVIDER}import { requireBearer } from '@signet/auth/next'
export const GET = requireBearer(auth, ${OPTIONS})((request, context, { principal }) =>
  Response.json({ hello: principal.subject }),
)
`,
      'app/cut-off/route.js': `${PROVIDER}import { requireBearer } from '@signet/auth/next'
export const GET = requireBearer(cutOff, ${OPTIONS})((request, context, { principal }) =>
  Response.json({ hello: principal.subject }),
)
`,
    },
    command: (port) => [
      'node_modules/next/dist/bin/next',
      'dev',
      '--port',
      String(port),
      '--hostname',
      '127.0.0.1',
    ],
  },
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token that names the issuer whose keys are out of reach. */
const UNVERIFIABLE = `${encode({ alg: 'ES256', kid: 'one' })}.${encode({ iss: ISSUER, sub: 'alice' })}.${'A'.repeat(86)}`

/** What each framework answers to a token whose issuer is out of reach. */
const CUT_OFF = [
  ['a token whose key set is out of reach', UNVERIFIABLE],
  ['a token whose introspection endpoint is out of reach', 'an-opaque-token-of-that-issuer'],
] as const

/** What each framework answers. */
const CASES = [
  ['200 with a good token', tokenOf('member'), 200, null],
  ['401 without a token', undefined, 401, 'Bearer'],
  [
    '401 with an invalid token',
    `${tokenOf('member').slice(0, -4)}AAAA`,
    401,
    'Bearer error="invalid_token", error_description="The signature of the token is not valid."',
  ],
  [
    '403 with all missing scopes',
    tokenOf('viewer'),
    403,
    'Bearer error="insufficient_scope", error_description="The token does not grant what this request needs.", scope="agents:execute tools:execute"',
  ],
] as const

/** Asks until the server listens. */
async function ask(url: string, token: string | undefined): Promise<Response> {
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetch(url, { headers })
    } catch (error) {
      if (attempt === 600) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

describe.each(Object.entries(APPLICATIONS))(
  'the guard in an empty project with %s',
  (_, { packages, files, command }) => {
    let project: Project
    let running: SignetProcess
    let origin: string

    beforeAll(async () => {
      project = await Project.create(NPM, inject('registries'))
      project.manage('install', '@signet/auth@latest', ...packages)
      for (const [path, text] of Object.entries(files)) await project.write(path, text)
      const port = await freePort()
      origin = `http://127.0.0.1:${port}`
      running = new SignetProcess([], {
        cwd: project.directory,
        env: {
          ...project.env,
          MASTRA_JWT_SECRET: SECRET,
          PORT: String(port),
          DEAD_URL: `http://127.0.0.1:${await freePort()}`,
          NEXT_TELEMETRY_DISABLED: '1',
        },
        command: [process.execPath, ...command(port)],
      })
    })

    afterAll(async () => {
      await running?.stop()
      await project?.remove()
    })

    it.each(CASES)('%s', async (_case, token, status, challenge) => {
      const response = await ask(`${origin}/hello`, token)
      const body: unknown = await response.json()
      expect({ status: response.status, body }).toMatchObject(
        status === 200
          ? { status, body: { hello: 'alice' } }
          : { status, body: { requestId: response.headers.get('x-request-id') } },
      )
      expect(response.headers.get('www-authenticate')).toBe(challenge)
    })

    it.each(CUT_OFF)('503 for %s', async (_case, token) => {
      const response = await ask(`${origin}/cut-off`, token)
      const body: unknown = await response.json()
      expect({ status: response.status, body }).toMatchObject({
        status: 503,
        body: { code: 'keys_unavailable', requestId: response.headers.get('x-request-id') },
      })
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      expect(response.headers.get('www-authenticate')).toBeNull()
    })
  },
)

describe('the adapters as they are installed', () => {
  let project: Project
  beforeAll(async () => {
    project = await Project.create(NPM, inject('registries'))
    project.manage('install', '@signet/auth@latest')
  })
  afterAll(() => project?.remove())

  /** A file of the package, and all that it imports of it. */
  function reach(dist: string, file: string, seen: Set<string> = new Set()): Set<string> {
    if (seen.has(file)) return seen
    seen.add(file)
    const text = readFileSync(join(dist, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:from|import) "(?:\.\.?\/)+(chunk-\w+\.js)"/g)) {
      reach(dist, name, seen)
    }
    return seen
  }

  it('bring no package with them, and are small together', async () => {
    const modules = join(project.directory, 'node_modules')
    const installed = readdirSync(modules).filter((name) => !name.startsWith('.'))
    expect(installed.toSorted()).toStrictEqual(['@signet', 'fastest-levenshtein', 'lru-cache'])
    const dist = join(modules, '@signet', 'auth', 'dist')
    const entries = Object.keys(APPLICATIONS).map((name) => `${name}.js`)
    expect(readdirSync(join(dist, 'adapter'))).toStrictEqual(expect.arrayContaining(entries))
    const main = reach(dist, 'index.js')
    const files = new Set(entries.flatMap((name) => [...reach(dist, join('adapter', name))]))
    let bytes = 0
    for (const file of files) {
      if (main.has(file)) continue
      const code = readFileSync(join(dist, file), 'utf8')
      bytes += Buffer.byteLength((await transform(code, { minify: true, format: 'esm' })).code)
    }
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(MAX_BYTES)
  })
})
