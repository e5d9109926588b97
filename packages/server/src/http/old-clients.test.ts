import { afterEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { RawClient } from '@signet/test-support/http/raw-client'
import { createApp, type AppOptions } from '../app.js'
import { registerApiRoute } from '@signet/core/server'
import { serve } from '../serve.js'

const HOST = 'Host: localhost'
const TOKEN = `Authorization: Bearer ${tokenOf('member')}`
const GENERATE = '/api/agents/weather-agent/generate'
const BODY = JSON.stringify({ messages: 'hello' })
const JSON_TYPE = 'Content-Type: application/json'

const closings: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close()
})

/** Serves the test's application, with a stream and with a route that reads no body. */
async function start(options: AppOptions = {}) {
  const encoder = new TextEncoder()
  const pieces = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of ['one ', 'two']) controller.enqueue(encoder.encode(piece))
        controller.close()
      },
    })
  const apiRoutes = [
    registerApiRoute('/pieces', {
      method: 'GET',
      requiresAuth: false,
      handler: async () => new Response(pieces()),
    }),
    registerApiRoute('/length', {
      method: 'POST',
      requiresAuth: false,
      handler: async (c) => c.json({ length: (await c.req.text()).length }),
    }),
  ]
  const { mastra, log } = createTestApplication({ server: { apiRoutes } })
  const app = createApp(mastra, options)
  const server = await serve(app.answer, { port: 0 })
  closings.push(
    () => app.close(),
    () => server.close(0),
  )
  return {
    log,
    send(bytes: string | Uint8Array) {
      const client = new RawClient(server.port)
      closings.push(() => client.destroy())
      return client.send(bytes)
    },
  }
}

const post = (path: string, fields: readonly string[], body: string | Uint8Array) =>
  Buffer.concat([
    Buffer.from(
      [`POST ${path} HTTP/1.1`, HOST, ...fields, `Content-Length: ${body.length}`, '', ''].join(
        '\r\n',
      ),
    ),
    Buffer.from(body),
  ])

describe('HTTP/1.0', () => {
  it.each(['/health', '/ready', 'http://localhost/health'])(
    'needs no Host (RFC 9112 section 3.2): GET %s',
    async (target) => {
      const { send } = await start()
      const answer = await send(`GET ${target} HTTP/1.0\r\n\r\n`).readToEnd()
      expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i)
    },
  )

  it('is asked for a token like any other', async () => {
    const { send } = await start()
    expect(await send('GET /api/agents HTTP/1.0\r\n\r\n').status()).toBe(401)
    expect(await send(`GET /api/agents HTTP/1.0\r\n${TOKEN}\r\n\r\n`).status()).toBe(200)
  })

  it('needs a loopback name where only such are answered, against DNS rebinding', async () => {
    const { send } = await start({ isLoopbackOnly: true })
    const nameless = await send('GET /health HTTP/1.0\r\n\r\n').readToEnd()
    expect(nameless).toMatch(/^HTTP\/1\.1 421 [^]*"code":"host_refused"/)
    expect(await send(`GET /health HTTP/1.0\r\n${HOST}\r\n\r\n`).status()).toBe(200)
  })

  it.each(['', 'Connection: keep-alive\r\n'])(
    'gets pieces without chunks, and then the end',
    async (field) => {
      const { send } = await start()
      const answer = await send(`GET /pieces HTTP/1.0\r\n${field}\r\n`).readToEnd()
      expect(answer).toMatch(/\r\n\r\none two$/)
      expect(answer).not.toMatch(/transfer-encoding/i)
      const current = send(`GET /pieces HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`)
      expect(await current.readToEnd()).toMatch(/transfer-encoding: chunked/i)
    },
  )

  it('keeps its connection where it asks for that, and the length is known', async () => {
    const { send } = await start()
    const request = 'GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    const client = send(request)
    await client.waitFor(/connection: keep-alive[^]*\{"success":true\}/i)
    await client.send(request).waitFor(/(?:\{"success":true\}[^]*){2}/)
  })
})

describe('Expect: 100-continue (RFC 9110 section 10.1.1)', () => {
  const head = (path: string, fields: readonly string[], version = '1.1') =>
    [`POST ${path} HTTP/${version}`, HOST, 'Expect: 100-continue', ...fields, '', ''].join('\r\n')
  const length = (bytes: number) => `Content-Length: ${bytes}`

  it.each([
    ['a stranger', GENERATE, [JSON_TYPE, length(BODY.length)], 401],
    ['a body that is too large', GENERATE, [TOKEN, JSON_TYPE, length(2 ** 30)], 413],
    [
      'a body that is compressed',
      GENERATE,
      [TOKEN, JSON_TYPE, 'Content-Encoding: gzip', length(9)],
      415,
    ],
    ['a body of another type', GENERATE, [TOKEN, 'Content-Type: text/plain', length(9)], 400],
    ['a path that there is not', '/nowhere', [length(9)], 404],
    ['a body that is too large for a route of the application', '/length', [length(2 ** 30)], 413],
  ])(
    'is answered at once for %s, without a body, and the connection ends',
    async (_, path, fields, status) => {
      const { send } = await start()
      const answer = await send(head(path, fields)).readToEnd()
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close`, 'i'))
      expect(answer).not.toContain(' 100 ')
    },
  )

  it.each([
    [GENERATE, [TOKEN, JSON_TYPE, length(BODY.length)]],
    ['/length', [length(BODY.length)]],
  ])('is told to go on once, where the body is read: %s', async (path, fields) => {
    const { send } = await start()
    const client = send(head(path, fields))
    await client.waitFor(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    await client
      .send(BODY.slice(0, 5))
      .send(BODY.slice(5))
      .waitFor(/\r\n\r\nHTTP\/1\.1 200 /)
    expect(client.received.split(' 100 Continue')).toHaveLength(2)
  })

  it('is nothing to HTTP/1.0, nor where no body comes', async () => {
    const { send } = await start()
    const old = send(head('/length', [length(2)], '1.0') + '{}')
    expect(await old.readToEnd()).toMatch(/^HTTP\/1\.1 200 [^]*\{"length":2\}$/)
    const empty = send(`GET /health HTTP/1.1\r\n${HOST}\r\nExpect: 100-continue\r\n\r\n`)
    expect(await empty.status()).toBe(200)
  })

  it('does not end an answer that is being made as the server ends', async () => {
    const begun = createDeferred<void>()
    const held = createDeferred<void>()
    const route = registerApiRoute('/held', {
      method: 'POST',
      requiresAuth: false,
      handler: async (c) => {
        begun.resolve()
        await held.promise
        return c.text('whole')
      },
    })
    const { mastra } = createTestApplication({ server: { apiRoutes: [route] } })
    const app = createApp(mastra)
    const server = await serve(app.answer, { port: 0 })
    closings.push(
      () => app.close(),
      () => server.close(0),
    )
    const client = new RawClient(server.port).send(head('/held', [length(2)]))
    await begun.promise
    const closed = server.close()
    held.resolve()
    expect(await client.readToEnd()).toMatch(/whole\r\n0\r\n\r\n$/)
    client.destroy()
    await closed
  })
})

describe('the encoding of a body', () => {
  it.each([
    ['a byte order mark', [JSON_TYPE], `\ufeff${BODY}`],
    ['no coding by name', [JSON_TYPE, 'Content-Encoding: identity'], BODY],
    ['no coding at all', [JSON_TYPE, 'Content-Encoding:'], BODY],
    ['a charset in quotes', [`${JSON_TYPE}; charset="utf-8"`], BODY],
    ['a charset of which UTF-8 has all', [`${JSON_TYPE}; charset=US-ASCII`], BODY],
  ])('may be UTF-8 with %s', async (_, fields, text) => {
    const { send } = await start()
    const client = send(post(GENERATE, [TOKEN, ...fields], Buffer.from(text)))
    expect(await client.status()).toBe(200)
  })

  const coded = ['gzip', 'br', 'deflate', 'zstd', 'x-gzip', 'GZIP', 'identity, gzip', 'made-up']
  it.each([
    ...coded.map(
      (coding) =>
        [`Content-Encoding: ${coding}`, [JSON_TYPE, `Content-Encoding: ${coding}`], BODY] as const,
    ),
    ...['utf-16', '"UTF-16LE"', 'iso-8859-1', 'utf-8; charset=utf-7'].map(
      (charset) => [`charset=${charset}`, [`${JSON_TYPE}; charset=${charset}`], BODY] as const,
    ),
    ['UTF-16', [JSON_TYPE], Buffer.from(`\ufeff${BODY}`, 'utf16le')] as const,
    ['UTF-16 without its mark', [JSON_TYPE], Buffer.from(BODY, 'utf16le')] as const,
    [
      'UTF-16, the other way round',
      [JSON_TYPE],
      Buffer.from(`\ufeff${BODY}`, 'utf16le').swap16(),
    ] as const,
    [
      'UTF-16, the other way round, without its mark',
      [JSON_TYPE],
      Buffer.from(BODY, 'utf16le').swap16(),
    ] as const,
  ])('is refused by name where it is %s', async (_, fields, body) => {
    const { send } = await start()
    const client = send(post(GENERATE, [TOKEN, ...fields], body))
    const [answer] = await client.waitFor(/^[^]*"code":"body_encoding"[^]*"field":"body"[^]*\}$/)
    expect(answer).toMatch(/^HTTP\/1\.1 415 [^]*accept-encoding: identity\r\n/)
  })

  it('is no BOM in the middle, and no two of them', async () => {
    const { send } = await start()
    for (const text of [`\ufeff\ufeff${BODY}`, `${BODY}\ufeff`]) {
      const client = send(post(GENERATE, [TOKEN, JSON_TYPE], Buffer.from(text)))
      expect(await client.status()).toBe(400)
    }
  })
})

describe('what proxies send', () => {
  it.each([
    ['HEAD for health', `HEAD /health HTTP/1.1\r\n${HOST}`, 200],
    ['HEAD for readiness', `HEAD /ready HTTP/1.1\r\n${HOST}`, 200],
    ['a whole URL', `GET http://localhost/health HTTP/1.1\r\n${HOST}`, 200],
    ['a whole URL in capitals', `GET HTTP://LOCALHOST/health HTTP/1.1\r\n${HOST}`, 200],
    ['a slash at the end', `GET /health/ HTTP/1.1\r\n${HOST}`, 404],
    [
      'bearer in small letters',
      `GET /api/agents HTTP/1.1\r\n${HOST}\r\n${TOKEN.replace('Bearer', 'bearer')}`,
      200,
    ],
    ['two credentials', `GET /api/agents HTTP/1.1\r\n${HOST}\r\n${TOKEN}\r\n${TOKEN}`, 400],
    [
      'two lengths',
      `POST /length HTTP/1.1\r\n${HOST}\r\nContent-Length: 0\r\nContent-Length: 0`,
      400,
    ],
    [
      'a length and chunks',
      `POST /length HTTP/1.1\r\n${HOST}\r\nContent-Length: 0\r\nTransfer-Encoding: chunked`,
      400,
    ],
    [
      'an upgrade to HTTP/2',
      `GET /health HTTP/1.1\r\n${HOST}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk`,
      200,
    ],
    [
      'an upgrade to WebSocket',
      `GET /health HTTP/1.1\r\n${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket`,
      200,
    ],
    [
      'where it came from',
      `GET /health HTTP/1.1\r\n${HOST}\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /x`,
      200,
    ],
  ])('has the status that it always had: %s', async (_, head, status) => {
    const { send } = await start()
    expect(await send(`${head}\r\n\r\n`).status()).toBe(status)
  })

  it('may be chunks with trailers', async () => {
    const { send } = await start()
    const chunks =
      'Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n'
    await send(`POST /length HTTP/1.1\r\n${HOST}\r\n${chunks}`).waitFor(/\{"length":2\}/)
  })

  it.each([
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /TLS/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /HTTP\/2/],
    [
      'the PROXY protocol',
      `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET /health HTTP/1.1\r\n${HOST}\r\n\r\n`,
      /PROXY protocol/,
    ],
    ['the PROXY protocol, version 2', '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', /PROXY protocol/],
    ['something else', 'SSH-2.0-OpenSSH_9.6\r\n', /cannot be read/],
  ])(
    'is refused at once where it is no HTTP/1.1, and the log says what it is: %s',
    async (_, bytes, reason) => {
      const { send, log } = await start()
      const answer = await send(Buffer.from(bytes, 'latin1')).readToEnd()
      expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*"code":"request_invalid"/)
      expect(log.filter(({ message }) => message === 'A request was refused.')).toMatchObject([
        { level: 'info', fields: { reason: expect.stringMatching(reason) } },
      ])
      expect(JSON.stringify(log)).not.toContain(SECRET)
    },
  )
})
