import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { MastraJwtAuth, type Permission } from '@signet/auth'
import { ownerKey, type AuditRecord } from '@signet/core'
import { serve, type RunningServer } from '@signet/server'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import { freePort } from '@signet/test-support/process/free-port'
import { RawClient } from '@signet/test-support/http/raw-client'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { createProxy, type ProxyApp, type ProxyOptions } from './app.js'
import type { ProxyConfig } from './config.js'
import { MASTRA_1 } from './policy/mastra-1.js'
import { createPolicyTable } from './policy/policy-table.js'

const POLICY = createPolicyTable([
  {
    prefix: '/api',
    lines: [
      { method: 'ALL', path: '/things/:thingId', access: 'agents:read:{thingId}', owner: 'none' },
      { method: 'POST', path: '/owned', access: 'authenticated', owner: { sets: ['body:owner'] } },
      { method: 'POST', path: '/deploy', closed: 'It acts for all.' },
    ],
  },
])

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const sayOk: UpstreamHandler = (response) => {
  response.setHeader('content-type', 'application/json').end('{"ok":true}')
}

/** A proxy before an upstream of this test. */
async function stand(
  handler: UpstreamHandler = sayOk,
  config: ProxyConfig = {},
  options: ProxyOptions = {},
) {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  return { upstream, ...standBefore(upstream.url, config, options) }
}

function standBefore(url: string, config: ProxyConfig = {}, options: ProxyOptions = {}) {
  const { logger, lines } = createLogRecorder()
  const proxy = createProxy(
    { auth: createTestAuth(), ...config },
    {
      policy: POLICY,
      upstream: url,
      logger,
      ...options,
    },
  )
  ends.push(() => proxy.close())
  const ask = (path: string, request?: TestRequest) => proxy.fetch(makeRequest(path, request))
  return { proxy, ask, log: lines }
}

async function listen(proxy: ProxyApp): Promise<RunningServer> {
  const server = await serve(proxy.answer, { port: 0 })
  ends.push(() => server.close(0))
  return server
}

const token = tokenWith('agents:read')

describe('the lists of paths of a provider', () => {
  it.each([
    { public: ['/api/things/a'] },
    { public: ['/mine'] },
    { public: [/mine/] },
    { public: [['/mine', 'GET']] },
    { protected: ['/mine'] },
  ] as const)('have no effect in silence: %j fails the start', async (rules) => {
    const auth = Object.assign(createTestAuth(), rules)
    await expect(stand(sayOk, { auth })).rejects.toMatchObject({ code: 'path_rule_unknown' })
  })

  it('may be empty', async () => {
    const auth = Object.assign(createTestAuth(), { public: [], protected: [] })
    const { ask } = await stand(sayOk, { auth })
    expect((await ask('/api/things/a', { token })).status).toBe(200)
  })
})

describe('the type of a body', () => {
  it.each(['text/plain, application/json', 'a/b; c="d", e/f', 'a/b, '])(
    'is one: a request with %s is refused',
    async (type) => {
      const { ask, upstream } = await stand()
      const options = { method: 'POST', token, body: '{}', headers: { 'content-type': type } }
      const refusal = await readRefusal(await ask('/api/things/a', options))
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
      expect(upstream.requests).toStrictEqual([])
    },
  )

  it.each(['text/plain; a="b, c"', 'a/b; c="d\\", e"'])(
    'may have a comma in quotes: %s',
    async (type) => {
      const { ask, upstream } = await stand()
      const options = { method: 'POST', token, body: 'x', headers: { 'content-type': type } }
      expect((await ask('/api/things/a', options)).status).toBe(200)
      expect(upstream.seen.headers['content-type']).toBe(type)
    },
  )
})

describe('the gate of a proxy', () => {
  it.each(['/api/things/a', '/api/owned', '/api/none', '/', '/none', '/assets/a.js'])(
    'lets no stranger in: %s',
    async (path) => {
      const { ask, upstream } = await stand()
      for (const method of ['GET', 'POST', 'DELETE']) {
        const refusal = await readRefusal(await ask(path, { method }))
        expect(refusal).toMatchObject({ status: 401, code: 'token_missing', challenge: 'Bearer' })
        expect((await ask(path, { method, token: 'x' })).status).toBe(401)
      }
      expect(upstream.requests).toStrictEqual([])
    },
  )

  it('compares the permission of the route, with the id in its path', async () => {
    const { ask, upstream } = await stand()
    const narrow = tokenWith('agents:read:a')
    const refusal = await readRefusal(await ask('/api/things/b', { token: narrow }))
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(refusal.challenge).toContain('scope="agents:read:b"')
    expect(upstream.requests).toStrictEqual([])
    expect((await ask('/api/things/a', { token: narrow })).status).toBe(200)
  })

  it('answers for itself where it is alive, and whether its upstream is', async () => {
    const { ask, upstream } = await stand()
    expect(await (await ask('/health')).json()).toStrictEqual({ success: true })
    expect(upstream.requests).toStrictEqual([])
    expect(await (await ask('/ready')).json()).toStrictEqual({ ready: true })
    await upstream.stop()
    const away = standBefore(upstream.url)
    const response = await away.ask('/ready')
    expect(response.status).toBe(503)
    expect(await response.json()).toStrictEqual({ ready: false, reason: 'upstream_unavailable' })
    expect((await away.ask('/health')).status).toBe(200)
  })

  it('tells where it says what tokens it wants, and says it there', async () => {
    const { ask, upstream } = await stand(sayOk, { publicUrl: 'https://agents.example' })
    const { challenge } = await readRefusal(await ask('/api/things/a'))
    const path = '/.well-known/oauth-protected-resource'
    expect(challenge).toContain(`resource_metadata="https://agents.example${path}"`)
    const response = await ask(path)
    expect(await response.json()).toMatchObject({ resource: 'https://agents.example' })
    expect(upstream.requests).toStrictEqual([])
    const silent = await stand()
    expect((await silent.ask(path)).status).toBe(404)
  })

  it('names in its metadata what routes of Mastra and of the configuration ask for, and nothing that is closed', async () => {
    const proxy = createProxy(
      {
        auth: createTestAuth(),
        publicUrl: 'https://agents.example',
        routes: [{ method: 'POST', path: '/ship', access: 'routes:execute' }],
      },
      { upstream: 'http://127.0.0.1:1' },
    )
    ends.push(() => proxy.close())
    const asked = await proxy.fetch(makeRequest('/.well-known/oauth-protected-resource'))
    const { scopes_supported: scopes } = await asked.json()
    expect(scopes).toEqual(
      expect.arrayContaining(['agents:execute', 'tools:execute', 'memory:read', 'routes:execute']),
    )
    expect(scopes).not.toContain('public')
    expect(scopes).toStrictEqual([...new Set(scopes)].toSorted())
  })

  it.each(['/api/deploy', '/api/things/__proto__', '/api/things/%2e%2e', '/api/things/a%2Fb'])(
    'has nothing at %s, whatever the caller holds',
    async (path) => {
      const { ask, upstream } = await stand()
      const all = createTestAuth().sign(
        { sub: 'alice', permissions: ['*'] },
        { expiresInSeconds: 60 },
      )
      const url = `http://localhost:4111${path}`
      const refusal = await readRefusal(await ask(url, { method: 'POST', token: all, json: {} }))
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
      expect(upstream.requests).toStrictEqual([])
    },
  )

  it('opens a route that no line knows only by a permission for it', async () => {
    const { ask, upstream } = await stand()
    const refusal = await readRefusal(await ask('/reports/daily', { token }))
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(upstream.requests).toStrictEqual([])
    const holder = tokenWith('routes:execute:/reports/daily')
    expect((await ask('/reports/daily', { token: holder })).status).toBe(200)
    expect((await ask('/reports/weekly', { token: holder })).status).toBe(403)
  })

  it('refuses a WebSocket', async () => {
    const { ask, upstream } = await stand()
    const headers = { upgrade: 'WebSocket', connection: 'Upgrade' }
    const refusal = await readRefusal(await ask('/api/things/a', { token, headers }))
    expect(refusal).toMatchObject({ status: 404, code: 'not_supported' })
    expect(upstream.requests).toStrictEqual([])
  })
})

describe('a page of another origin', () => {
  const LISTED = 'https://app.example'
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, mcp-session-id',
    },
  })
  const corsOf = ({ headers }: Response, name: string) =>
    headers.get(`access-control-${name}-headers`)?.split(', ')

  it('may speak MCP where its origin is listed', async () => {
    const { ask, upstream } = await stand(sayOk, { cors: { origin: LISTED } })
    const asked = await ask('/api/mcp/server/mcp', preflight(LISTED))
    expect(asked.status).toBe(204)
    expect(corsOf(asked, 'allow')).toStrictEqual([
      'Authorization',
      'DPoP',
      'Content-Type',
      'x-mastra-client-type',
      'x-mastra-dev-playground',
      'Mcp-Session-Id',
      'Mcp-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Last-Event-ID',
    ])
    expect(upstream.requests).toStrictEqual([])
    const told = await ask('/api/things/a', { token, headers: { origin: LISTED } })
    expect(corsOf(told, 'expose')).toStrictEqual([
      'WWW-Authenticate',
      'DPoP-Nonce',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-Request-Id',
      'Mcp-Session-Id',
      'Mcp-Protocol-Version',
    ])
  })

  it('is a stranger where its origin is not listed, whatever the application allows', async () => {
    const allow: UpstreamHandler = (response) => {
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'access-control-allow-origin': '*',
          'access-control-expose-headers': 'mcp-session-id',
        })
        .end('{}')
    }
    for (const cors of [undefined, false, { origin: LISTED }] as const) {
      const { ask } = await stand(allow, { cors })
      const other = 'https://other.example'
      expect((await ask('/api/mcp/server/mcp', preflight(other))).status).toBe(401)
      const told = await ask('/api/things/a', { token, headers: { origin: other } })
      expect([told.status, corsOf(told, 'expose')]).toStrictEqual([200, undefined])
      expect(told.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('what the upstream sees', () => {
  it('is a token of the proxy in the name of the owner, and never that of the caller', async () => {
    const { ask, upstream, proxy } = await stand()
    const claims = {
      sub: 'alice',
      permissions: ['agents:read'],
      name: 'Alice',
      email: 'a@b.example',
    }
    const own = createTestAuth().sign(claims, { expiresInSeconds: 60 })
    await ask('/api/things/a', { token: own })
    const sent = upstream.seen.headers.authorization?.replace('Bearer ', '') ?? ''
    expect(sent).not.toBe(own)
    const verifier = new MastraJwtAuth({ secret: proxy.upstreamSecret })
    const user = await verifier.authenticateToken(sent)
    expect(user).toMatchObject({
      sub: ownerKey({ issuer: 'local', resourceId: 'alice' }),
      name: 'Alice',
      email: 'a@b.example',
    })
    expect(Object.keys(user ?? {}).sort()).toStrictEqual(['email', 'exp', 'iat', 'name', 'sub'])
    expect(JSON.stringify(upstream.seen)).not.toContain(own)
  })

  it('is no token where the upstream verifies none', async () => {
    const { ask, upstream } = await stand(sayOk, {}, { isUpstreamOpen: true })
    expect((await ask('/api/things/a', { token })).status).toBe(200)
    expect(upstream.seen.headers.authorization).toBeUndefined()
  })

  it('has only headers that are let through', async () => {
    const { ask, upstream } = await stand()
    const headers = {
      accept: 'text/html',
      cookie: 'mastra-token=x',
      connection: 'keep-alive, x-secret',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.example',
      'x-mastra-client-type': 'studio',
      'x-mastra-dev-playground': 'true',
      'x-request-id': 'mine',
      'x-http-method-override': 'DELETE',
      'x-secret': 'x',
      'proxy-authorization': 'Basic eDp5',
      'transfer-encoding': 'chunked',
      te: 'trailers',
    }
    const response = await ask('/api/things/a', { token, headers })
    const seen = upstream.seen.headers
    expect(Object.keys(seen).sort()).toStrictEqual(
      ['accept', 'accept-encoding', 'authorization', 'connection', 'host', 'x-request-id'].sort(),
    )
    expect(seen).toMatchObject({
      accept: 'text/html',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      host: `127.0.0.1:${upstream.port}`,
      'x-request-id': response.headers.get('x-request-id'),
    })
  })

  it('is the path that was matched, and the query and the JSON as the proxy read them', async () => {
    const { ask, upstream } = await stand()
    const all = tokenWith('agents:read')
    await ask('/api/things/caf%C3%A9-1?a=1&b=%20', { token: all, method: 'PUT', body: '{"a": 1}' })
    // An id that is in no permission would be a legal one.
    expect(upstream.requests).toStrictEqual([])
    await ask('/api/things/%61?a=1&b=%20', { token: all, method: 'PUT', body: '{"a": 1}' })
    expect(upstream.seen).toMatchObject({
      method: 'PUT',
      url: '/api/things/a?a=1&b=%20',
      body: '{"a":1}',
    })
    expect(upstream.seen.headers['content-type']).toBe('application/json')
  })

  it('is nothing of a body that is too large', async () => {
    const { ask, upstream } = await stand(sayOk, { bodySizeLimit: 10 })
    const large = await ask('/api/things/a', { token, method: 'POST', body: '"12345678901"' })
    expect(await readRefusal(large)).toMatchObject({ status: 413, code: 'body_too_large' })
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let piece = 0; piece < 3; piece++) controller.enqueue(Buffer.from('12345'))
        controller.close()
      },
    })
    const streamed = await ask('/api/things/a', { token, method: 'POST', body: stream })
    expect(await readRefusal(streamed)).toMatchObject({ status: 413, code: 'body_too_large' })
    expect(upstream.requests).toStrictEqual([])
  })
})

describe('what a caller sees', () => {
  it('has no header that tells of the upstream or belongs to its connection', async () => {
    const { ask } = await stand((response) => {
      response
        .writeHead(200, {
          'content-type': 'text/plain',
          server: 'secret/1',
          'x-powered-by': 'secret',
          'set-cookie': ['a=1', 'b=2'],
          connection: 'keep-alive, x-hop',
          'x-hop': 'secret',
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
          'www-authenticate': 'Basic',
          'x-request-id': 'secret',
          etag: '"1"',
        })
        .end('hello')
    })
    const response = await ask('/api/things/a', { token })
    expect(await response.text()).toBe('hello')
    const names = [...response.headers.keys()].sort()
    expect(names.filter((name) => !name.startsWith('ratelimit'))).toStrictEqual([
      'content-type',
      'etag',
      'x-content-type-options',
      'x-request-id',
    ])
    expect(JSON.stringify([...response.headers])).not.toContain('secret')
  })

  it('is a redirect as a path, which the proxy does not follow', async () => {
    const { ask, upstream } = await stand((response, { headers }) => {
      response.writeHead(302, { location: `http://${headers.host}/elsewhere?a=1` }).end()
    })
    const response = await ask('/api/things/a', { token })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/elsewhere?a=1')
    expect(upstream.requests).toHaveLength(1)
  })

  it.each([
    [500, 424, 'upstream_failed'],
    [501, 424, 'upstream_failed'],
    [401, 424, 'upstream_failed'],
    [502, 502, 'upstream_unavailable'],
    [503, 502, 'upstream_unavailable'],
    [504, 504, 'upstream_timeout'],
    [403, 404, 'not_found'],
  ])('is nothing of what the upstream says with %d: it is %d', async (said, status, code) => {
    const { ask } = await stand((response) => {
      response.writeHead(said, { 'content-type': 'application/json', 'www-authenticate': 'Basic' })
      response.end('{"error":"secret of process.env.OPENAI_API_KEY","stack":"at /srv/app"}')
    })
    const response = await ask('/api/things/a', { token })
    const text = await response.clone().text()
    expect(await readRefusal(response)).toMatchObject({ status, code, challenge: null })
    expect(text).not.toMatch(/secret|OPENAI|srv/)
  })

  it.each([
    ['Agent with id a not found', 'Agent with id a not found'],
    ['Set OPENAI_API_KEY', 'Not found.'],
    ['Error\n    at run (/srv/a.js:1:1)', 'Not found.'],
    ['Cannot open /home/me/a.db', 'Not found.'],
    ['x'.repeat(1000), 'Not found.'],
    [{ deep: 1 }, 'Not found.'],
  ])('is a refusal of the upstream where it tells nothing: %j', async (said, told) => {
    const { ask } = await stand((response) => {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: said, stack: 'secret', cause: 'secret' }))
    })
    const response = await ask('/api/things/a', { token })
    const text = await response.clone().text()
    expect(await readRefusal(response)).toMatchObject({
      status: 404,
      code: 'not_found',
      text: told,
    })
    expect(text).not.toContain('secret')
  })

  it('are the issues of a request that the upstream refuses', async () => {
    const issues = [{ field: 'messages', message: 'Required' }]
    const { ask } = await stand((response) => {
      response.writeHead(400).end(JSON.stringify({ error: 'Invalid request body', issues }))
    })
    const refusal = await readRefusal(await ask('/api/things/a', { token }))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid', issues })
  })
})

describe('a stream', () => {
  it('reaches its caller piece by piece', async () => {
    let answer: ServerResponse | undefined
    const { ask } = await stand((response) => {
      answer = response.writeHead(200, { 'content-type': 'text/event-stream' })
      answer.write('data: {"type":"one"}\n\nda')
    })
    const response = await ask('/api/things/a', { token })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('data: {"type":"one"}\n\n')
    answer?.end('ta: [DONE]\n\n')
    expect((await reader?.read())?.value).toBe('data: [DONE]\n\n')
    expect((await reader?.read())?.done).toBe(true)
  })

  it('tells of an error only that there was one', async () => {
    const error = { message: 'no key OPENAI_API_KEY', name: 'X', stack: 'X\n    at /srv/a.js:1' }
    const chunks = [
      { type: 'error', error },
      { type: 'error', payload: { error } },
      { type: 'error', error: 'secret of the model' },
      { type: 'tool-error', payload: { error: { ...error, message: 'No such city.' } } },
      { type: 'step', payload: { result: { error: 'Failed\n    at /srv/a.js:1' } } },
      { type: 'tool-result', payload: { result: { error: 'Not there', rows: [1] } } },
    ]
    const { ask } = await stand((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))
    })
    const text = await (await ask('/api/things/a', { token })).text()
    expect(text).not.toMatch(/srv|OPENAI|secret|stack/)
    const told = text
      .trim()
      .split('\n\n')
      .map((event): unknown => JSON.parse(event.slice('data: '.length)))
    const failed = { name: 'Error', message: 'The answer failed.' }
    expect(told).toStrictEqual([
      { type: 'error', error: failed },
      { type: 'error', payload: { error: failed } },
      { type: 'error', error: 'The answer failed.' },
      { type: 'tool-error', payload: { error: { name: 'Error', message: 'No such city.' } } },
      { type: 'step', payload: { result: { error: 'The answer failed.' } } },
      chunks[5],
    ])
  })

  it('waits for a caller who reads slowly', async () => {
    let written = 0
    const piece = Buffer.alloc(64 * 1024, 'x')
    const { proxy } = await stand((response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      const write = () => {
        while (written < 200 * 1024 * 1024) {
          written += piece.length
          if (!response.write(piece)) return void response.once('drain', write)
        }
      }
      write()
    })
    const server = await listen(proxy)
    const client = await new RawClient(server.port).connected()
    client.sendHead('GET /api/things/a HTTP/1.1', [
      'Host: localhost',
      `Authorization: Bearer ${token}`,
    ])
    await client.waitFor(/x/)
    client.socket.pause()
    let before = -1
    await expect
      .poll(
        () => {
          const isStill = before === written
          before = written
          return isStill
        },
        { interval: 200 },
      )
      .toBe(true)
    expect(written).toBeLessThan(100 * 1024 * 1024)
    client.socket.destroy()
  })

  it('ends at the upstream when its caller leaves', async () => {
    let isClosed = false
    const { proxy } = await stand((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      response.on('close', () => (isClosed = true))
    })
    const server = await listen(proxy)
    const client = await new RawClient(server.port).connected()
    client.sendHead('GET /api/things/a HTTP/1.1', [
      'Host: localhost',
      `Authorization: Bearer ${token}`,
    ])
    await client.waitFor(/data: 1/)
    client.socket.destroy()
    await expect.poll(() => isClosed).toBe(true)
  })

  it('is cut, here and at the upstream, when its token is revoked', async () => {
    let isClosed = false
    const { proxy, ask } = await stand((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      response.on('close', () => (isClosed = true))
    })
    const server = await listen(proxy)
    const bearer = createTestAuth().sign(
      { sub: 'bob', jti: 'bob-1', permissions: ['agents:read', 'tokens:write'] },
      { expiresInSeconds: 60 },
    )
    const client = await new RawClient(server.port).connected()
    client.sendHead('GET /api/things/a HTTP/1.1', [
      'Host: localhost',
      `Authorization: Bearer ${bearer}`,
    ])
    await client.waitFor(/data: 1/)
    const revoked = await ask('/api/auth/revocations', {
      method: 'POST',
      token: bearer,
      json: { token: bearer },
    })
    expect(revoked.status).toBe(201)
    await client.readToEnd()
    await expect.poll(() => isClosed).toBe(true)
    expect((await ask('/api/things/a', { token: bearer })).status).toBe(401)
  })
})

/** A server that is not one of HTTP. */
async function listenRaw(onData: (socket: Socket, count: number) => void) {
  let count = 0
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => onData(socket, ++count))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { url: `http://127.0.0.1:${port}`, count: () => count }
}

describe('an upstream that fails', () => {
  const away = { status: 502, code: 'upstream_unavailable' }

  it('is told where it is not there, and again once it is', async () => {
    const port = await freePort()
    const { ask, log } = standBefore(`http://127.0.0.1:${port}`)
    expect(await readRefusal(await ask('/api/things/a', { token }))).toMatchObject(away)
    expect(log).toMatchObject([{ level: 'error', fields: { code: 'upstream_unavailable' } }])
    const upstream = await UpstreamServer.start(sayOk, port)
    ends.push(() => upstream.stop())
    expect((await ask('/api/things/a', { token })).status).toBe(200)
    await upstream.stop()
    expect(await readRefusal(await ask('/api/things/a', { token }))).toMatchObject(away)
  })

  it.each([
    ['garbage', (socket: Socket) => void socket.end('no HTTP at all\r\n\r\n')],
    ['nothing', (socket: Socket) => void socket.destroy()],
    ['half a header', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nx: ')],
    [
      'an upgrade',
      (socket: Socket) =>
        void socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
        ),
    ],
    [
      'too many headers',
      (socket: Socket) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`),
    ],
  ])('is told where it answers with %s, and asked once for what is not safe', async (_, onData) => {
    const raw = await listenRaw(onData)
    const { ask } = standBefore(raw.url)
    const refusal = await readRefusal(await ask('/api/things/a', { token, method: 'POST' }))
    expect(refusal).toMatchObject(away)
    expect(raw.count()).toBe(1)
  })

  it('is asked again for what is safe, where it closed a connection that it had kept', async () => {
    const raw = await listenRaw((socket, count) => {
      if (count === 2) return void socket.destroy()
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    const { ask } = standBefore(raw.url)
    for (let round = 0; round < 2; round++) {
      expect(await (await ask('/api/things/a', { token })).text()).toBe('ok')
    }
    expect(raw.count()).toBe(3)
  })

  it('is told where it does not answer in time', async () => {
    const raw = await listenRaw(() => undefined)
    const { ask } = standBefore(raw.url, { timeout: 1 })
    const refusal = await readRefusal(await ask('/api/things/a', { token, method: 'POST' }))
    expect(refusal).toMatchObject({ status: 504, code: 'upstream_timeout' })
    expect(raw.count()).toBe(1)
  })

  it('cuts its caller where it dies in the middle', async () => {
    const { proxy } = await stand((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      setImmediate(() => response.destroy())
    })
    const server = await listen(proxy)
    const client = await new RawClient(server.port).connected()
    client.sendHead('GET /api/things/a HTTP/1.1', [
      'Host: localhost',
      `Authorization: Bearer ${token}`,
    ])
    expect(await client.readToEnd()).not.toContain('\r\n0\r\n')
    await expect
      .poll(async () => (await proxy.metrics.scrape()).text)
      .toMatch(/code="upstream_unavailable"\} 1$/m)
  })
})

describe('a route of the configuration', () => {
  const routes = [
    { method: 'POST', path: '/chat/:agentId', access: 'agents:execute:{agentId}' },
    { method: 'POST', path: '/hook', access: 'public', headers: ['x-signature'] },
    { method: 'GET', path: '/assets/*', access: 'public' },
    { method: 'GET', path: '/mine', access: 'authenticated' },
  ] as const

  it('lets in whom it names, and nobody else', async () => {
    const { ask, upstream } = await stand(sayOk, { routes })
    const narrow = tokenWith('agents:execute:a')
    for (const [path, method, bearer, status] of [
      ['/chat/a', 'POST', undefined, 401],
      ['/chat/b', 'POST', narrow, 403],
      ['/chat/a', 'GET', narrow, 404],
      ['/mine', 'GET', undefined, 401],
      ['/mine/more', 'GET', narrow, 403],
      ['/assets', 'GET', undefined, 401],
      ['/assets/a.js', 'POST', undefined, 401],
    ] as const) {
      const response = await ask(path, { method, ...(bearer !== undefined && { token: bearer }) })
      expect([path, method, response.status]).toStrictEqual([path, method, status])
    }
    // The id of the agent is looked up there.
    const called = () =>
      upstream.requests.map(({ url }) => url).filter((url) => !url.startsWith('/api/agents'))
    expect(called()).toStrictEqual([])
    expect((await ask('/chat/a', { method: 'POST', token: narrow, json: {} })).status).toBe(200)
    expect((await ask('/mine', { token: narrow })).status).toBe(200)
    expect(called()).toStrictEqual(['/chat/a', '/mine'])
  })

  it('lets strangers in where it is public, of whom the application gets no token', async () => {
    const { ask, upstream } = await stand(sayOk, { routes })
    const headers = { 'x-signature': 'abc', 'x-other': 'x', cookie: 'a=1' }
    for (const bearer of [undefined, 'x', token]) {
      const options = { method: 'POST', body: '{"a":1}', headers }
      const response = await ask('/hook?a=1&requestContext=x', {
        ...options,
        ...(bearer !== undefined && { token: bearer }),
      })
      expect(response.status).toBe(200)
      expect(upstream.seen).toMatchObject({ url: '/hook?a=1', body: '{"a":1}' })
      expect(upstream.seen.headers).toMatchObject({ 'x-signature': 'abc' })
      expect(upstream.seen.headers).not.toHaveProperty('x-other')
      expect(upstream.seen.headers).not.toHaveProperty('cookie')
      expect(upstream.seen.headers).not.toHaveProperty('authorization')
    }
    expect((await ask('/assets/index-a1.js')).status).toBe(200)
  })

  it.each([401, 403])('passes on whom the application refuses: %d', async (status) => {
    const { ask } = await stand(
      (response) => void response.writeHead(status).end('{"error":"No.","stack":"secret"}'),
      { routes },
    )
    const response = await ask('/hook', { method: 'POST' })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: 'No.', code: 'request_refused' })
  })

  it('is refused at the start where it is one of Mastra', () => {
    const config = { routes: [{ method: 'GET', path: '/api/agents', access: 'public' }] } as const
    const make = () =>
      createProxy({ auth: createTestAuth(), upstream: 'http://127.0.0.1:1', ...config })
    expect(make).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })
})

describe('createProxy', () => {
  it.each<[ProxyConfig, ProxyOptions, string]>([
    [{}, {}, 'upstream'],
    [{ upstream: 'http://10.1.1.1:80' }, {}, '--upstream-anywhere'],
    [{ upstream: 'http://127.0.0.1:1' }, { upstreamSecret: 'short' }, '32'],
  ])('refuses %j with %j', (config, options, word) => {
    const make = () => createProxy({ auth: createTestAuth(), ...config }, options)
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
    expect(make).toThrow(word)
  })

  it.each([-1, 0, 0.5])('refuses a timeout of %j', (timeout) => {
    const config = { auth: createTestAuth(), upstream: 'http://127.0.0.1:1', timeout }
    const refused = { code: 'option_invalid', message: expect.stringMatching(/^timeout /) }
    expect(() => createProxy(config)).toThrow(expect.objectContaining(refused))
  })

  it('refuses a proxy that cannot tell its callers apart', () => {
    const make = () => createProxy({ upstream: 'http://127.0.0.1:1' })
    expect(make).toThrow(expect.objectContaining({ code: 'auth_missing' }))
  })
})

/** A token for everything. */
const OPERATOR = createTestAuth().sign(
  { sub: 'alice', permissions: ['*'] },
  { expiresInSeconds: 600 },
)

describe('the audit of a proxy', () => {
  async function recordsOf(paths: readonly string[], token: string, options: ProxyOptions = {}) {
    const records: AuditRecord[] = []
    const audit = {
      append: async (each: readonly AuditRecord[]) => void records.push(...each),
      list: async () => [],
      prune: async () => 0,
    }
    const { ask, proxy, upstream } = await stand(sayOk, {}, { state: { audit }, ...options })
    for (const each of paths) {
      const [method = '', path = ''] = each.split(' ')
      await ask(path, { method, token })
    }
    await proxy.close()
    expect(upstream.requests).toHaveLength(0)
    return records
  }

  it.each([
    ['POST /api/deploy', '/api/deploy'],
    ['POST /API/deploy', undefined],
    ['GET /api/things/a%2Fb', '/api/things/:thingId'],
    ['GET /', undefined],
  ])('has %s as denied, whatever the token grants', async (request, resource) => {
    for (const token of [OPERATOR, tokenWith('agents:read:b')]) {
      const denied = { action: 'closed', isAllowed: false, code: 'not_found', status: 404 }
      expect(await recordsOf([request], token)).toMatchObject([{ ...denied, resource }])
    }
  })

  it('has each route of Mastra that is closed as denied', async () => {
    // The proxy has a way to sign out of its own.
    const closed = MASTRA_1.filter(
      (line) => 'closed' in line && line.method !== 'ALL' && line.path !== '/auth/logout',
    )
    const paths = closed.map(({ method, path }) => `${method} /api${path.replaceAll(/:\w+/g, 'x')}`)
    const records = await recordsOf(paths, OPERATOR, { policy: undefined })
    expect(records.length).toBe(closed.length)
    expect(closed.length).toBeGreaterThan(5)
    for (const [index, record] of records.entries())
      expect(record).toMatchObject({
        action: 'closed',
        resource: `/api${closed[index]?.path}`,
        isAllowed: false,
      })
  })

  it('has a route that a permission opens with that permission', async () => {
    expect(
      await recordsOf(['GET /mine', 'GET /api/things/a'], tokenWith('tools:read')),
    ).toMatchObject([
      { action: 'routes:execute', resource: '/mine', isAllowed: false, status: 403 },
      { action: 'agents:read', resource: 'a', isAllowed: false, status: 403 },
    ])
  })
})

describe('an agent whose id no permission can name', () => {
  const tools = { sun: { id: 'get-sun' }, rain: { id: 'get-rain' } }
  const weather = { name: 'Weather', tools }
  const other = { name: 'Other', tools: {} }
  const say = { json: { messages: 'Hi' } }
  const path = (name: string) => `/api/agents/${name}/generate`

  /** An application that finds an agent by its key first. */
  async function standWith(list: Readonly<Record<string, object>>) {
    const found = { weatherAgent: weather, 'Weather Agent': weather, other } as const
    const answer: UpstreamHandler = (response, { url }) => {
      response.setHeader('content-type', 'application/json')
      const [, name = ''] = /^\/api\/agents\/([^/]+)$/.exec(url) ?? []
      const one = Object.entries(found).find(([each]) => each === decodeURIComponent(name))?.[1]
      response.end(JSON.stringify(url === '/api/agents' ? list : (one ?? {})))
    }
    return await stand(answer, {}, { policy: undefined })
  }

  it('is called by its key, which permissions name', async () => {
    const { ask, upstream } = await standWith({ 'Weather Agent': weather, other })
    for (const token of [
      tokenWith('agents:execute', 'tools:execute'),
      tokenWith('agents:execute:weatherAgent', 'tools:execute:get-sun'),
    ]) {
      expect((await ask(path('weatherAgent'), { ...say, token })).status).toBe(200)
      for (const name of ['Weather%20Agent', 'Weather+Agent'])
        expect((await ask(path(name), { ...say, token })).status).toBe(404)
    }
    expect(JSON.parse(upstream.seen.body)).toMatchObject({ activeTools: ['sun'] })
    const token = tokenWith('agents:execute:other', 'tools:execute')
    expect((await ask(path('weatherAgent'), { ...say, token })).status).toBe(403)
  })

  it('is nobody else: not the agent whose id is its key', async () => {
    const { ask, upstream } = await standWith({ 'Weather Agent': weather, weatherAgent: other })
    const token = tokenWith('agents:execute:weatherAgent', 'tools:execute')
    expect((await ask(path('weatherAgent'), { ...say, token })).status).toBe(424)
    expect(upstream.requests.some(({ method }) => method === 'POST')).toBe(false)
  })
})

describe('an id that stands in no permission', () => {
  it.each(['a%20b', '%C3%A4', "it's", 'a+b', 'a@b'])('may be %s', async (id) => {
    const { ask, upstream } = await stand(
      (response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ id: 'x', resourceId: ownerKey({ resourceId: 'alice' }) }))
      },
      {},
      { policy: undefined },
    )
    const token = tokenWith('memory:read')
    expect((await ask(`/api/memory/threads/${id}`, { token })).status).toBe(200)
    expect(decodeURIComponent(upstream.seen.url)).toContain(decodeURIComponent(id))
  })
})

describe('an option of a proxy that is refused', () => {
  it.each<[object, string]>([
    [{ timeout: 0 }, 'timeout must be'],
    [{ bodySizeLimit: -1 }, 'bodySizeLimit must be'],
    [{ audit: 5 }, 'audit must be'],
    [{ audit: { retentionDays: 0 } }, 'audit.retentionDays must be'],
    [{ audit: { days: 1 } }, 'defineProxy: audit.days.'],
    [{ revocation: { pollMs: 0 } }, 'revocation.pollMs must be'],
    [{ revocation: { pollMs: 5, staleAfterMs: 1 } }, 'revocation.staleAfterMs (1 ms)'],
    [{ trustProxy: 'x' }, 'trustProxy must be'],
    [{ trustProxy: ['x'] }, 'trustProxy has "x"'],
    [{ cors: { origin: '*', credentials: true } }, 'cors allows'],
    [{ cors: { origin: 'nope' } }, 'cors has "nope"'],
    [{ cors: () => true }, 'defineProxy: cors.'],
    [{ cors: { origin: () => true } }, 'defineProxy: cors.origin.'],
    [{ publicUrl: 'x' }, 'The option publicUrl is not'],
    [{ publicUrl: undefined }, 'The option publicUrl is undefined'],
    [{ limits: 5 }, 'limits must be'],
    [{ limits: { x: 1 } }, 'limits has "x"'],
    [{ limits: { requests: 5 } }, 'limits.requests must be'],
    [{ limits: { requests: { perMinute: 0 } } }, 'limits.requests.perMinute must be'],
    [{ limits: { requests: { perMinut: 0 } } }, 'limits.requests has "perMinut"'],
    [{ access: { roles: { a: ['x'] } } }, 'the option access.roles has "x"'],
    [{ access: { rolls: {} } }, 'defineProxy: access.rolls.'],
    [{ auth: 5 }, 'auth is not an object'],
    [{ auth: null }, 'The proxy has no auth,'],
  ])('has the name that it has there: %j', (config, text) => {
    const make = () =>
      createProxy({ auth: createTestAuth(), ...config }, { upstream: 'http://127.0.0.1:1' })
    expect(make).toThrow(text)
    expect(make).not.toThrow(/\bserver\.|Mastra:/)
  })

  it('has its name in the log, too', async () => {
    const { ask, log } = await stand()
    await ask('/api/things/a', { token, headers: { 'x-forwarded-for': '10.0.0.1' } })
    const told = log.map(({ message }) => message).join('\n')
    expect(told).toContain('set trustProxy;')
    expect(told).not.toContain('server.')
  })
})

describe("the name of an agent in a policy of one's own", () => {
  const ask = async (looksUpAgent: boolean | undefined, scope: Permission) => {
    const policy = createPolicyTable([
      {
        prefix: '/v1',
        lines: [
          {
            method: 'GET',
            path: '/ask/:agentId',
            access: 'agents:execute:{agentId}',
            owner: 'none',
            looksUpAgent,
          },
        ],
      },
    ])
    const { upstream, ask } = await stand(
      (response, { url }) => {
        const details = { name: 'A' }
        const body = url === '/api/agents' ? { 'agent-id': details } : details
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
      },
      { policy },
      { policy: undefined },
    )
    const { status } = await ask('/v1/ask/key', { token: tokenWith(scope) })
    return { status, asked: upstream.requests.map(({ url }) => url) }
  }

  it('counts as it is written, and the application is asked for nothing else', async () => {
    for (const looksUpAgent of [undefined, false]) {
      expect(await ask(looksUpAgent, 'agents:execute:key')).toStrictEqual({
        status: 200,
        asked: ['/v1/ask/key'],
      })
      expect(await ask(looksUpAgent, 'agents:execute:agent-id')).toStrictEqual({
        status: 403,
        asked: [],
      })
    }
  })

  it('is looked up where the line says so', async () => {
    const good = await ask(true, 'agents:execute:agent-id')
    expect(good.status).toBe(200)
    expect(good.asked).toContain('/api/agents')
    expect((await ask(true, 'agents:execute:key')).status).toBe(403)
  })
})
