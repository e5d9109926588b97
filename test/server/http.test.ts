import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp, serve, type RunningServer, type ServeOptions } from '@signet/server'
import {
  createTestApplication,
  tokenOf,
  type TestApplication,
  type TestApplicationOptions,
} from '@signet/test-support/application/application'
import {
  createModel,
  finish,
  hangingModel,
  textParts,
  toolModel,
} from '@signet/test-support/application/model'
import { RawClient } from '@signet/test-support/http/raw-client'

const MEBIBYTE = 1024 * 1024
const token = tokenOf('member')
const AUTHORIZATION = `Authorization: Bearer ${token}`
const GENERATE = '/api/agents/weather-agent/generate'
const STREAM = '/api/agents/weather-agent/stream'
const EXECUTE = '/api/tools/get-weather/execute'
const HELLO = '{"messages":"Hello"}'
/** A grace that no test lives to see: what waits for it shows as a test that does not end. */
const ENDLESS_MS = 2 ** 30

const servers: RunningServer[] = []
const clients: RawClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

interface Running extends TestApplication {
  readonly server: RunningServer
  readonly url: string
  connect(): RawClient
  post(path: string, body?: string, signal?: AbortSignal): Promise<Response>
}

async function start(
  options: TestApplicationOptions = {},
  serveOptions: ServeOptions = {},
): Promise<Running> {
  const application = createTestApplication(options)
  const server = await serve(createApp(application.mastra).answer, { port: 0, ...serveOptions })
  servers.push(server)
  const url = `http://127.0.0.1:${server.port}`
  return {
    ...application,
    server,
    url,
    connect() {
      const client = new RawClient(server.port)
      clients.push(client)
      return client
    },
    post(path, body = HELLO, signal = undefined) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return fetch(url + path, { method: 'POST', headers, body, signal })
    },
  }
}

async function expectAlive(running: Running): Promise<void> {
  const response = await running.post(GENERATE)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ text: 'Hello there.' })
}

/** What stands in the `data:` lines, in order; fails on any other line. */
function readEvents(text: string): string[] {
  expect(text.endsWith('\n\n')).toBe(true)
  const events = text.slice(0, -2).split('\n\n')
  for (const event of events) expect(event).toMatch(/^data: [^\r\n]+$/)
  return events.map((event) => event.slice('data: '.length))
}

const typeOf = (event: string): unknown => JSON.parse(event).type

function sendQuestion(client: RawClient): void {
  client.sendHead(`POST ${GENERATE} HTTP/1.1`, [
    'Host: localhost',
    AUTHORIZATION,
    'Content-Type: application/json',
    `Content-Length: ${HELLO.length}`,
  ])
  client.send(HELLO)
}

describe('a stream over HTTP', () => {
  it('has the headers of server-sent events', async () => {
    const { post } = await start()
    const response = await post(STREAM)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'transfer-encoding': 'chunked',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(response.headers.has('content-length')).toBe(false)
    await response.text()
  })

  it('is one data line of JSON for each chunk, in the order of the wire, and ends in [DONE]', async () => {
    const { post } = await start()
    const events = readEvents(await (await post(STREAM)).text())
    expect(events.pop()).toBe('[DONE]')
    expect(events.map(typeOf)).toStrictEqual([
      'start',
      'step-start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    const chunks = events.map((event): Record<string, unknown> => JSON.parse(event))
    expect(new Set(chunks.map(({ runId }) => runId)).size).toBe(1)
    expect(chunks.every(({ from }) => from === 'AGENT')).toBe(true)
  })

  it('tells a tool call before its result, and both before the text', async () => {
    const model = toolModel('weatherTool', { place: 'Lyon' })
    const { post } = await start({ model })
    const events = readEvents(await (await post(STREAM)).text()).slice(0, -1)
    expect(events.map(typeOf)).toStrictEqual([
      'start',
      'step-start',
      'tool-call',
      'tool-result',
      'step-finish',
      'step-start',
      'text-start',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    expect(JSON.parse(events[3] ?? '')).toMatchObject({ payload: { result: { degrees: 21 } } })
  })

  it('reaches the client while the model is still at work', async () => {
    const hanging = hangingModel()
    const { post } = await start({ model: hanging.model })
    const response = await post(STREAM)
    let text = ''
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece
      if (text.includes('First')) hanging.release()
    }
    expect(text).toContain('last.')
    expect(readEvents(text).at(-1)).toBe('[DONE]')
  })

  it('keeps its framing whatever the model says', async () => {
    const nasty = 'a\n\ndata: [DONE]\n\n\r\n\u2028€😀"\\'
    const model = createModel(async function* () {
      yield* textParts(nasty)
      yield finish()
    })
    const { post } = await start({ model })
    const events = readEvents(await (await post(STREAM)).text())
    expect(events.filter((event) => event === '[DONE]')).toHaveLength(1)
    expect(JSON.parse(events[3] ?? '')).toMatchObject({ payload: { text: nasty } })
  })

  it('tells a failure of the model inside the stream, without its words', async () => {
    const model = createModel(async function* () {
      yield { type: 'error', error: new Error('key sk-123 refused at /srv/app.js') }
      yield finish()
    })
    const { post, log } = await start({ model })
    const response = await post(STREAM)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(readEvents(text).slice(0, -1).map(typeOf)).toContain('error')
    expect(readEvents(text).at(-1)).toBe('[DONE]')
    expect(text).not.toMatch(/sk-123|\/srv/)
    expect(log).toMatchObject([{ level: 'error', message: 'An answer failed.' }])
  })

  it('is a plain refusal where it cannot begin', async () => {
    const { post, url } = await start()
    const invalid = await post(STREAM, '{}')
    expect(invalid.status).toBe(400)
    expect(invalid.headers.get('content-type')).toBe('application/json')
    expect(await invalid.json()).toMatchObject({ code: 'request_invalid' })
    const stranger = await fetch(url + STREAM, { method: 'POST', body: HELLO })
    expect(stranger.status).toBe(401)
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer')
    expect(await stranger.json()).toMatchObject({ code: 'token_missing' })
  })
})

describe('a client that closes half-way', () => {
  it('stops the model of a stream, and nothing is logged', async () => {
    const hanging = hangingModel()
    const running = await start({ model: hanging.model })
    const client = new AbortController()
    const response = await running.post(STREAM, HELLO, client.signal)
    await response.body?.getReader().read()
    client.abort()
    await hanging.aborted
    expect(running.log).toStrictEqual([])
  })

  it('stops the model of an answer that is given at once', async () => {
    const hanging = hangingModel()
    const running = await start({ model: hanging.model })
    const client = new AbortController()
    const answer = running.post(GENERATE, HELLO, client.signal)
    await hanging.started
    client.abort()
    await expect(answer).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await hanging.aborted
    expect(running.log).toStrictEqual([])
  })

  it.each([STREAM, GENERATE])('by a reset stops the model too: %s', async (path) => {
    const hanging = hangingModel()
    const running = await start({ model: hanging.model })
    const client = running.connect()
    client.sendHead(`POST ${path} HTTP/1.1`, [
      'Host: localhost',
      AUTHORIZATION,
      'Content-Type: application/json',
      `Content-Length: ${HELLO.length}`,
    ])
    client.send(HELLO)
    await hanging.started
    client.socket.resetAndDestroy()
    await hanging.aborted
    expect(running.log).toStrictEqual([])
  })

  it('before its body has come is no failure of the server', async () => {
    const running = await start()
    const client = running.connect()
    client.sendHead(`POST ${EXECUTE} HTTP/1.1`, [
      'Host: localhost',
      AUTHORIZATION,
      'Content-Type: application/json',
      'Content-Length: 1000',
    ])
    client.send('{"data":')
    await expectAlive(running)
    client.socket.resetAndDestroy()
    await client.closed
    await expectAlive(running)
    expect(running.log).toStrictEqual([])
  })
})

describe('a body that is too large', () => {
  const sizes = [5, 20].map((size) => size * MEBIBYTE)

  it.each(sizes)('of %d declared bytes is answered before a byte of it has come', async (size) => {
    const running = await start()
    const head = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${size}`]
    const known = running.connect().sendHead(`POST ${EXECUTE} HTTP/1.1`, [...head, AUTHORIZATION])
    expect(await known.status()).toBe(413)
    await known.waitFor(/"code":"body_too_large"/)
    const stranger = running.connect().sendHead(`POST ${EXECUTE} HTTP/1.1`, head)
    expect(await stranger.status()).toBe(401)
    await stranger.waitFor(/"code":"token_missing"/)
    await expectAlive(running)
  })

  /** Sends chunks until an answer comes, or all is sent. @returns how many bytes were sent */
  async function sendChunks(client: RawClient, size: number): Promise<number> {
    const length = 64 * 1024
    const chunk = `${length.toString(16)}\r\n${' '.repeat(length)}\r\n`
    let sent = 0
    while (sent < size && client.received === '' && client.socket.writable) {
      if (!client.socket.write(chunk))
        await Promise.race([once(client.socket, 'drain'), client.closed])
      await new Promise(setImmediate)
      sent += length
    }
    return sent
  }

  const CHUNKED = [
    'Host: localhost',
    'Content-Type: application/json',
    'Transfer-Encoding: chunked',
  ]

  it.each(sizes)('of %d bytes in chunks is answered when it passes the limit', async (size) => {
    const running = await start()
    const client = running.connect()
    client.sendHead(`POST ${EXECUTE} HTTP/1.1`, [...CHUNKED, AUTHORIZATION])
    const sent = await sendChunks(client, size)
    expect(await client.status()).toBe(413)
    expect(sent).toBeGreaterThan(4 * MEBIBYTE)
    if (size > 10 * MEBIBYTE) expect(sent).toBeLessThan(size)
    await expectAlive(running)
  })

  it('of a stranger in chunks is answered before the first one', async () => {
    const running = await start()
    const client = running.connect().sendHead(`POST ${EXECUTE} HTTP/1.1`, CHUNKED)
    expect(await client.status()).toBe(401)
    await expectAlive(running)
  })

  it('is not drained for ever: a stranger who goes on sending is cut', async () => {
    const running = await start()
    const client = running.connect().sendHead(`POST ${EXECUTE} HTTP/1.1`, CHUNKED)
    expect(await client.status()).toBe(401)
    const chunk = `400\r\n${' '.repeat(1024)}\r\n`
    const sending = setInterval(() => client.send(chunk), 20)
    try {
      await client.readToEnd()
    } finally {
      clearInterval(sending)
    }
    await expectAlive(running)
  })

  it.each(sizes)('of %d bytes from a client that sends all of it is answered', async (size) => {
    const running = await start()
    const response = await running.post(EXECUTE, ' '.repeat(size))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'body_too_large' })
    await expectAlive(running)
  })
})

describe('what is no good HTTP', () => {
  const refuse = async (bytes: string, serveOptions?: ServeOptions) => {
    const running = await start({}, serveOptions)
    const client = running.connect().send(bytes)
    const status = await client.status()
    await expectAlive(running)
    return { status, client }
  }

  it.each([
    ['a line of nothing', 'GARBAGE\r\n\r\n'],
    ['a target that is no path', 'GET api/agents HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an unknown method', 'FETCH /health HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a NUL in the path', 'GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a NUL in a header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n'],
    ['a blank before a colon', 'GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n'],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    [
      'two lengths',
      `POST ${EXECUTE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    ],
    [
      'a length and chunks',
      `POST ${EXECUTE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('is answered 400 and the connection closed: %s', async (_, bytes) => {
    const { status, client } = await refuse(bytes)
    expect(status).toBe(400)
    expect(await client.readToEnd()).toMatch(/connection: close/i)
  })

  it.each([
    ['a Host with blanks', 'GET /health HTTP/1.1\r\nHost: local host\r\n\r\n'],
    ['a Host with a user', 'GET /health HTTP/1.1\r\nHost: a@localhost\r\n\r\n'],
    ['a Host with a path', 'GET /health HTTP/1.1\r\nHost: localhost/api\r\n\r\n'],
    ['a port that is none', 'GET /health HTTP/1.1\r\nHost: localhost:99999\r\n\r\n'],
    ['a backslash in the path', 'GET /api\\agents HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a fragment', 'GET /health#x HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a Host that is no address', 'GET /health HTTP/1.1\r\nHost: 1.2.3.256\r\n\r\n'],
    ['two Hosts', 'GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n'],
    ['TRACE', 'TRACE /api/agents HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('is answered 400 request_invalid: %s', async (_, bytes) => {
    const { status, client } = await refuse(bytes)
    expect(status).toBe(400)
    const [, id] = await client.waitFor(/x-request-id: ([0-9a-f-]{36})/i)
    await client.waitFor(new RegExp(`"code":"request_invalid","requestId":"${id}"`))
  })

  const AGENTS = 'GET /api/agents HTTP/1.1\r\nHost: localhost\r\n'

  it.each([
    ['in two headers', `${AGENTS}${AUTHORIZATION}\r\n${AUTHORIZATION}\r\n\r\n`],
    [
      'in two headers, one of them bad',
      `${AGENTS}${AUTHORIZATION}\r\nAuthorization: Basic eDp5\r\n\r\n`,
    ],
    [
      'in two headers, the first one bad',
      `${AGENTS}authorization: Basic eDp5\r\n${AUTHORIZATION}\r\n\r\n`,
    ],
    ['in one header', `${AGENTS}${AUTHORIZATION}, Bearer ${token}\r\n\r\n`],
    [
      'in a header and the query',
      `GET /api/agents?apiKey=x HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}\r\n\r\n`,
    ],
  ])('is a request with two credentials: 400 invalid_request, %s', async (_, bytes) => {
    const { status, client } = await refuse(bytes)
    expect(status).toBe(400)
    await client.waitFor(/www-authenticate: Bearer error="invalid_request"/i)
    await client.waitFor(/"code":"request_invalid"/)
  })

  it('is let in with one credential, for comparison', async () => {
    expect((await refuse(`${AGENTS}${AUTHORIZATION}\r\n\r\n`)).status).toBe(200)
    const folded = `${AGENTS}authorization:    bearer    ${token}   \r\n\r\n`
    expect((await refuse(folded)).status).toBe(200)
  })

  it('is a header section beyond 16 KiB, or beyond what the application says: 431', async () => {
    const head = (size: number) =>
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(size)}\r\n\r\n`
    expect((await refuse(head(15 * 1024))).status).toBe(200)
    expect((await refuse(head(17 * 1024))).status).toBe(431)
    expect((await refuse(head(5 * 1024), { maxHeaderBytes: 4096 })).status).toBe(431)
  })

  it('does not reach the gate by a target with a host of its own', async () => {
    const bytes = 'GET http://evil.example/api/agents HTTP/1.1\r\nHost: localhost\r\n\r\n'
    expect((await refuse(bytes)).status).toBe(401)
  })

  it('does not keep the server from answering: half a request', async () => {
    const running = await start()
    const halves = [
      '',
      'GET /hea',
      'GET /health HTTP/1.1\r\nHost: loc',
      `POST ${EXECUTE} HTTP/1.1\r\n`,
    ]
    for (const half of halves) (await running.connect().connected()).send(half)
    await expectAlive(running)
  })

  it('is answered though the client has closed its half of the connection', async () => {
    const running = await start()
    const client = running.connect().send(`${AGENTS}${AUTHORIZATION}\r\n\r\n`)
    client.socket.end()
    expect(await client.status()).toBe(200)
    expect(await client.readToEnd()).toContain('weather-agent')
  })
})

describe('HEAD over HTTP', () => {
  it('has no body, so that the next answer on the connection is read right', async () => {
    const { connect: open } = await start()
    const client = open()
    client.sendHead('HEAD /health HTTP/1.1', ['Host: localhost'])
    client.sendHead('HEAD /api/agents HTTP/1.1', ['Host: localhost'])
    client.sendHead('GET /health HTTP/1.1', ['Host: localhost', 'Connection: close'])
    const answers = (await client.readToEnd()).split(/(?=HTTP\/1\.1 )/)
    expect(answers.map((answer) => answer.slice(9, 12))).toStrictEqual(['200', '401', '200'])
    const bodies = answers.map((answer) => answer.split('\r\n\r\n')[1])
    expect(bodies).toStrictEqual(['', '', '{"success":true}'])
  })
})

/** Whether a new connection gets through. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

describe('close', () => {
  it('lets a running stream finish to [DONE], while new connections are refused', async () => {
    const hanging = hangingModel()
    const { server, post } = await start({ model: hanging.model })
    const response = await post(STREAM)
    await hanging.started
    expect(await isListening(server.port)).toBe(true)
    const closed = server.close(ENDLESS_MS)
    expect(await isListening(server.port)).toBe(false)
    hanging.release()
    const text = await response.text()
    expect(text).toContain('last.')
    expect(readEvents(text).at(-1)).toBe('[DONE]')
    await closed
  })

  it('lets a running answer finish, and ends its connection after it', async () => {
    const hanging = hangingModel()
    const { server, connect: open } = await start({ model: hanging.model })
    const client = open()
    sendQuestion(client)
    await hanging.started
    const closed = server.close(ENDLESS_MS)
    hanging.release()
    expect(await client.status()).toBe(200)
    expect(await client.readToEnd()).toContain('First last.')
    await closed
  })

  it('takes no further request on a connection whose answer is running', async () => {
    const hanging = hangingModel()
    const { server, connect: open } = await start({ model: hanging.model })
    const client = open()
    sendQuestion(client)
    await hanging.started
    const closed = server.close(ENDLESS_MS)
    client.sendHead('GET /health HTTP/1.1', ['Host: localhost'])
    hanging.release()
    const text = await client.readToEnd()
    await closed
    const [last = ''] = text.split(/(?=HTTP\/1\.1 )/).slice(-1)
    if (last.includes('{"success":true}')) expect(last).toMatch(/connection: close/i)
  })

  it('is not delayed by idle, unused and half-begun connections', async () => {
    const { server, connect: open } = await start()
    const idle = open().sendHead('GET /health HTTP/1.1', ['Host: localhost'])
    await idle.waitFor(/\{"success":true\}/)
    const unused = await open().connected()
    const begun = (await open().connected()).send('GET /health HTTP/1.1\r\nHost:')
    const other = open().sendHead('GET /health HTTP/1.1', ['Host: localhost'])
    await other.waitFor(/\{"success":true\}/)
    await server.close(ENDLESS_MS)
    for (const client of [idle, unused, begun, other]) client.socket.end()
    await Promise.all([idle, unused, begun, other].map((client) => client.closed))
  })

  it('cuts what hangs when the grace is over', async () => {
    const hanging = hangingModel(true)
    const { server, post } = await start({ model: hanging.model })
    const response = await post(STREAM)
    await hanging.started
    await server.close(10)
    await hanging.aborted
    await expect(response.text()).rejects.toThrow(TypeError)
    hanging.release()
  })

  it('cuts sooner when it is called again with less grace', async () => {
    const hanging = hangingModel(true)
    const { server, post } = await start({ model: hanging.model })
    const response = await post(STREAM)
    await hanging.started
    const closed = server.close(ENDLESS_MS)
    await server.close(0)
    await closed
    await expect(response.text()).rejects.toThrow(TypeError)
    hanging.release()
  })

  it('can be called twice', async () => {
    const { server } = await start()
    await Promise.all([server.close(), server.close()])
    await server.close()
  })
})

/** Answers nothing, because nothing asks. */
const NEVER = () => Promise.reject(new Error('Nobody asks.'))

describe('serve', () => {
  it('refuses a port that is taken, and names --port', async () => {
    const { server } = await start()
    const again = serve(NEVER, { port: server.port })
    await expect(again).rejects.toMatchObject({
      name: 'StartError',
      code: 'port_taken',
      message: expect.stringMatching(`Port ${server.port} is taken.*--port`),
      cause: { code: 'EADDRINUSE' },
    })
  })

  it.each(['192.0.2.1', 'nowhere.invalid'])(
    'refuses an address that is not its own: %s',
    async (hostname) => {
      const serving = serve(NEVER, { port: 0, hostname })
      await expect(serving).rejects.toMatchObject({ name: 'StartError', code: 'address_refused' })
    },
  )

  it('listens only on this machine unless it is told otherwise', async () => {
    const { server } = await start()
    expect(server.hostname).toBe('127.0.0.1')
  })

  it('answers 500 and tells nothing where what it serves rejects', async () => {
    const server = await serve(() => Promise.reject(new Error('inside')), { port: 0 })
    servers.push(server)
    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'internal' })
    expect(text).not.toContain('inside')
  })
})

describe('many requests at once', () => {
  it('are each answered as if alone', async () => {
    const running = await start()
    const viewer = { authorization: `Bearer ${tokenOf('viewer')}` }
    const ask = (path: string, init?: RequestInit) => fetch(running.url + path, init)
    const kinds: readonly [status: number, () => Promise<Response>, shows: string][] = [
      [200, () => ask('/health'), '"success":true'],
      [200, () => running.post(GENERATE), 'Hello there.'],
      [200, () => running.post(STREAM), 'data: [DONE]'],
      [200, () => running.post(EXECUTE, '{"data":{"place":"Lyon"}}'), '"degrees":21'],
      [200, () => ask('/api/agents', { headers: viewer }), 'weather-agent'],
      [400, () => running.post(GENERATE, '{'), 'request_invalid'],
      [401, () => ask('/api/agents'), 'token_missing'],
      [403, () => ask(EXECUTE, { method: 'POST', headers: viewer }), 'scope_insufficient'],
      [404, () => running.post('/api/nowhere'), 'not_found'],
      [413, () => running.post(EXECUTE, ' '.repeat(5 * MEBIBYTE)), 'body_too_large'],
    ]
    const asked = Array.from({ length: 50 }, (_, index) => kinds[index % kinds.length] ?? kinds[0])
    const answers = await Promise.all(
      asked.map(async (kind) => {
        const response = await kind?.[1]()
        return { status: response?.status, text: await response?.text() }
      }),
    )
    for (const [index, answer] of answers.entries()) {
      expect(answer).toStrictEqual({
        status: asked[index]?.[0],
        text: expect.stringContaining(asked[index]?.[2] ?? ''),
      })
    }
    expect(running.log.filter(({ level }) => level === 'error')).toStrictEqual([])
  })
})
