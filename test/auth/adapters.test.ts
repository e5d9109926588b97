import {
  createServer,
  IncomingMessage,
  request as sendRequest,
  ServerResponse,
  type RequestListener,
} from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MastraJwtAuth, requireBearer, type GuardOptions } from '@signet/auth'
import * as forExpress from '@signet/auth/express'
import * as forFastify from '@signet/auth/fastify'
import * as forHono from '@signet/auth/hono'
import * as forNext from '@signet/auth/next'
import * as forNode from '@signet/auth/node'
import { SECRET } from '@signet/test-support/application/application'
import { freePort } from '@signet/test-support/process/free-port'

const PUBLIC_URL = 'https://api.example.com/agents'
const METADATA =
  'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/agents"'

const auth = new MastraJwtAuth({ secret: SECRET })
/** Its key set is behind a port at which nothing listens. */
const cutOff = new MastraJwtAuth({
  jwksUri: `http://127.0.0.1:${await freePort()}/jwks`,
  issuer: 'https://login.example.com',
  audience: 'my-api',
})

const OPTIONS: GuardOptions = {
  access: ['agents:read', 'agents:execute:assistant', 'tools:execute:clock'],
  publicUrl: PUBLIC_URL,
  onRefusal() {},
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenOf = (role: string) => auth.sign({ sub: 'alice', role }, { expiresInSeconds: 60 })
const MEMBER = tokenOf('member')
const VIEWER = tokenOf('viewer')
const FORGED = `${VIEWER.split('.').slice(0, 2).join('.')}.${MEMBER.split('.')[2] ?? ''}`
const FOREIGN = `${encode({ alg: 'RS256', kid: 'one' })}.${encode({ iss: 'https://login.example.com' })}.c2ln`

/** What a framework answers: at `/hello` with the guard of `auth`, at `/cut-off` with that of `cutOff`. */
type Ask = (path: string, authorization?: string) => Promise<Response>

/** A framework that listens, or takes a request as it is. */
interface Served {
  readonly ask: Ask
  /** Where it listens, if it does. */
  readonly port?: number
  close(): Promise<void>
}

function fetchFrom(handle: (request: Request) => Response | Promise<Response>): Served {
  return {
    ask: async (path, authorization) => {
      const headers = new Headers(
        authorization === undefined ? [] : [['authorization', authorization]],
      )
      return handle(new Request(`http://localhost${path}`, { headers }))
    },
    async close() {},
  }
}

function fetchAt(port: number, close: () => Promise<void>): Served {
  return {
    ask: (path, authorization) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: authorization === undefined ? {} : { authorization },
      }),
    port,
    close,
  }
}

async function listen(listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return fetchAt(port, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
}

const FRAMEWORKS: Readonly<Record<string, () => Promise<Served>>> = {
  async 'the Fetch standard'() {
    const guards = new Map([
      ['/hello', requireBearer(auth, OPTIONS)],
      ['/cut-off', requireBearer(cutOff, OPTIONS)],
    ])
    return fetchFrom(async (request) => {
      const caller = await guards.get(new URL(request.url).pathname)?.(request)
      if (caller === undefined) throw new Error('There is no such route.')
      if (caller instanceof Response) return caller
      return Response.json({ hello: caller.principal.subject })
    })
  },

  async 'node:http'() {
    const hello = forNode.requireBearer(
      auth,
      OPTIONS,
    )((_, response, { principal }) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ hello: principal.subject }))
    })
    const unreached = forNode.requireBearer(cutOff, OPTIONS)((_, response) => response.end())
    return listen((request, response) => {
      void (request.url?.includes('/cut-off') === true ? unreached : hello)(request, response)
    })
  },

  async Express() {
    const app = express()
    const router = express.Router()
    router.get('/', forExpress.requireBearer(auth, OPTIONS), (request, response) => {
      response.json({ hello: forExpress.callerOf(request).principal.subject })
    })
    app.use('/hello', router)
    app.use('/x', forExpress.requireBearer(auth, OPTIONS))
    app.get('/cut-off', forExpress.requireBearer(cutOff, OPTIONS))
    return listen(app)
  },

  async 'Fastify, by a hook of a route'() {
    const app = fastify()
    app.get('/hello', { onRequest: forFastify.requireBearer(auth, OPTIONS) }, (request, reply) =>
      reply.send({ hello: forFastify.callerOf(request).principal.subject }),
    )
    app.get('/cut-off', { onRequest: forFastify.requireBearer(cutOff, OPTIONS) }, async () => ({}))
    app.addHook('onRequest', async () => undefined)
    app.get('/x/*', { onRequest: forFastify.requireBearer(auth, OPTIONS) }, async () => ({}))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return fetchAt(Number(new URL(url).port), () => app.close())
  },

  async 'Fastify, by its plugin'() {
    const app = fastify()
    await app.register(async (scope) => {
      await scope.register(forFastify.bearerPlugin, { provider: auth, ...OPTIONS })
      scope.get('/hello', (request, reply) =>
        reply.send({ hello: forFastify.callerOf(request).principal.subject }),
      )
      scope.get('/x/*', async () => ({}))
    })
    await app.register(async (scope) => {
      await scope.register(forFastify.bearerPlugin, { provider: cutOff, ...OPTIONS })
      scope.get('/cut-off', async () => ({}))
    })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return fetchAt(Number(new URL(url).port), () => app.close())
  },

  async Hono() {
    const app = new Hono<{ Variables: forHono.GuardVariables }>()
    app.get('/hello', forHono.requireBearer(auth, OPTIONS), (c) =>
      c.json({ hello: c.var.auth.principal.subject }),
    )
    app.use('/cut-off', forHono.requireBearer(cutOff, OPTIONS))
    app.get('/cut-off', (c) => c.text('reached'))
    return fetchFrom((request) => app.fetch(request))
  },

  // Without Next.js itself: a route handler of it is a function of a Request and a context.
  async 'a route handler as Next.js has it'() {
    const context = { params: Promise.resolve({}) }
    const GET = forNext.requireBearer(
      auth,
      OPTIONS,
    )(async (_request, given: typeof context, caller) => {
      expect(given).toBe(context)
      return Response.json({ hello: caller.principal.subject })
    })
    const unreached = forNext.requireBearer(cutOff, OPTIONS)(() => new Response('reached'))
    return fetchFrom((request) =>
      request.url.endsWith('/cut-off') ? unreached(request, undefined) : GET(request, context),
    )
  },
}

/** What each framework answers. */
const CASES = [
  {
    name: '200 with a good token',
    path: '/hello',
    token: MEMBER,
    status: 200,
    code: undefined,
    challenge: null,
  },
  {
    name: '401 without a token',
    path: '/hello',
    token: undefined,
    status: 401,
    code: 'token_missing',
    challenge: `Bearer ${METADATA}`,
  },
  {
    name: '401 with an invalid token',
    path: '/hello',
    token: FORGED,
    status: 401,
    code: 'token_signature',
    challenge: `Bearer error="invalid_token", error_description="The signature of the token is not valid.", ${METADATA}`,
  },
  {
    name: '403 with every missing scope',
    path: '/hello',
    token: VIEWER,
    status: 403,
    code: 'scope_insufficient',
    challenge: `Bearer error="insufficient_scope", error_description="The token does not grant what this request needs.", scope="agents:execute:assistant tools:execute:clock", ${METADATA}`,
  },
  {
    name: '503 where the keys are not available',
    path: '/cut-off',
    token: FOREIGN,
    status: 503,
    code: 'keys_unavailable',
    challenge: null,
  },
] as const

/** Sends a request as it is written, and reads its response. */
function sendRaw(port: number, path: string, headers: readonly string[]) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const request = sendRequest({
      port,
      host: '127.0.0.1',
      path,
      headers: [...headers],
      agent: false,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    request.end()
  })
}

describe.each(Object.entries(FRAMEWORKS))('the guard in %s', (_, start) => {
  let served: Served
  beforeAll(async () => {
    served = await start()
  })
  afterAll(() => served?.close())

  it.each(CASES)('$name', async ({ path, token, status, code, challenge }) => {
    const response = await served.ask(path, token === undefined ? undefined : `Bearer ${token}`)
    expect(response.status).toBe(status)
    expect(response.headers.get('www-authenticate')).toBe(challenge)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const body: unknown = await response.json()
    if (code === undefined) return expect(body).toStrictEqual({ hello: 'alice' })
    expect(body).toMatchObject({ code, requestId: response.headers.get('x-request-id') })
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null)
  })

  it('400 for a token in the URL beside the header', async () => {
    const response = await served.ask('/hello?access_token=x', `Bearer ${MEMBER}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'request_invalid' })
  })

  it('400 for two headers, of which Node.js would forget one', async () => {
    if (served.port === undefined) return
    const fields = ['Host', 'localhost', 'Authorization', `Bearer ${MEMBER}`]
    const twice = [...fields, 'authorization', `Bearer ${VIEWER}`]
    expect(await sendRaw(served.port, '/hello', fields)).toMatchObject({ status: 200 })
    expect(await sendRaw(served.port, '/hello', twice)).toMatchObject({ status: 400 })
  })

  it.each(['/x/../hello', '/x/%2e%2E/hello', '/x/./hello', '/x/.', '/x/a\\b'])(
    '400 for a path that a URL would rewrite: %s',
    async (path) => {
      if (served.port === undefined) return
      const fields = ['Host', 'localhost', 'Authorization', `Bearer ${MEMBER}`]
      const { status, body } = await sendRaw(served.port, path, fields)
      expect(status).toBe(400)
      expect(JSON.parse(body)).toMatchObject({
        code: 'request_invalid',
        error: 'The request is not valid.',
      })
    },
  )

  it.each(['a b', 'localhost/x', 'alice@localhost', 'localhost?x', 'localhost#x'])(
    '400 for a host that would change the URL: %s',
    async (host) => {
      if (served.port === undefined) return
      const fields = ['Host', host, 'Authorization', `Bearer ${MEMBER}`]
      const { status } = await sendRaw(served.port, '/hello', fields)
      expect(status).toBe(400)
    },
  )
})

describe('callerOf', () => {
  it.each([forExpress, forFastify])(
    'throws where no guard stands before the handler',
    (adapter) => {
      const forged = { auth: { principal: { subject: 'alice' } } }
      expect(() => adapter.callerOf(forged)).toThrow(TypeError)
    },
  )

  it('is request.auth, and does not follow who writes another there', async () => {
    const seen: unknown[] = []
    const request = Object.assign(new IncomingMessage(new Socket()), {
      method: 'GET',
      url: '/',
      rawHeaders: ['Host', 'localhost', 'Authorization', `Bearer ${MEMBER}`],
    })
    const pass = forExpress.requireBearer(auth, OPTIONS)
    await pass(request, new ServerResponse(request), (error) => seen.push(error))
    expect(seen).toStrictEqual([undefined])
    const caller = forExpress.callerOf(request)
    expect(caller.principal.subject).toBe('alice')
    expect(Reflect.get(request, 'auth')).toBe(caller)
    Object.assign(request, { auth: { token: 'x' } })
    expect(forExpress.callerOf(request)).toBe(caller)
  })
})
