import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTestApplication, tokenOf } from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { RawClient } from '@signet/test-support/http/raw-client'
import { openState } from '@signet/test-support/application/state'
import { createApp } from '../app.js'
import { serve, type ServeOptions } from '../serve.js'
import type { Answerer } from './answerer.js'
import { Reply } from './reply.js'

const HOST = 'Host: localhost'
const AUTHORIZATION = `Authorization: Bearer ${tokenOf('member')}`

const closings: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close()
})

/** Serves an answerer, and sends it what a test wants. */
async function listen(answerer: Answerer, options: ServeOptions = {}) {
  const server = await serve(answerer, { port: 0, ...options })
  closings.push(() => server.close(0))
  return (bytes: string) => {
    const client = new RawClient(server.port)
    closings.push(() => client.destroy())
    return client.send(bytes)
  }
}

/** Serves the test's application, and tells what became of requests: in its audit, metrics and log. */
async function useRecords(options: ServeOptions = {}) {
  const { state, close } = await openState()
  closings.push(close)
  const { mastra, log } = createTestApplication()
  const app = createApp(mastra, { state: { audit: state.audit } })
  closings.push(() => app.close())
  return {
    send: await listen(app.answer, options),
    async outcome() {
      const metrics = (await app.metrics.scrape()).text
      await app.close()
      return {
        audit: await state.audit.list({ limit: 10 }),
        metrics: metrics
          .split('\n')
          .filter((line) => line.startsWith('signet_http_requests_total')),
        log: log.filter(({ message }) => message === 'A request was refused.'),
      }
    },
  }
}

const illegal: [string, string][] = [
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}`],
  ['two Hosts', `GET /health HTTP/1.1\r\n${HOST}\r\n${HOST}`],
  ['no Host (RFC 9112 section 3.2)', 'GET /health HTTP/1.1'],
  ['no Host beside a whole URL', 'GET http://localhost/health HTTP/1.1'],
  ['two Hosts in HTTP/1.0', `GET /health HTTP/1.0\r\n${HOST}\r\n${HOST}`],
  ['another version of HTTP', `GET /health HTTP/2.0\r\n${HOST}`],
  ['no version of HTTP', 'GET /health'],
  [
    'a transfer coding beside chunked',
    `POST /health HTTP/1.1\r\n${HOST}\r\nTransfer-Encoding: gzip, chunked`,
  ],
  ['a fragment', `GET /health#x HTTP/1.1\r\n${HOST}`],
  ['a backslash in the path', `GET /api\\agents HTTP/1.1\r\n${HOST}`],
  [
    'chunks in HTTP/1.0 (RFC 9112 section 6.1)',
    `POST /health HTTP/1.0\r\n${HOST}\r\nTransfer-Encoding: chunked`,
  ],
]

describe('a request that is no legal one', () => {
  it.each(illegal)(
    "is recorded as its principal's, and its connection closed: %s",
    async (_, head) => {
      const { send, outcome } = await useRecords()
      const answer = await send(`${head}\r\n${AUTHORIZATION}\r\n\r\n`).readToEnd()
      expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*"code":"request_invalid"/i)
      const method = /^(?:GET|POST)/.exec(head)?.[0] ?? 'other'
      expect(await outcome()).toMatchObject({
        audit: [
          { subject: 'alice', action: 'none', status: 400, code: 'request_invalid', count: 1 },
        ],
        metrics: [`signet_http_requests_total{method="${method}",route="none",status="400"} 1`],
        log: [{ fields: { code: 'request_invalid', route: 'none' } }],
      })
    },
  )

  it.each(['', `${AUTHORIZATION}x\r\n`])(
    "is counted as a stranger's without a good token",
    async (credential) => {
      const { send, outcome } = await useRecords()
      const bytes = `TRACE / HTTP/1.1\r\n${HOST}\r\n${credential}\r\n`
      expect(await send(bytes).status()).toBe(400)
      expect(await send(bytes).status()).toBe(400)
      expect(await outcome()).toMatchObject({
        audit: [{ subject: undefined, address: '127.0.0.1', code: 'request_invalid', count: 2 }],
      })
    },
  )

  it('is none of HTTP/1.0 that names its host in its URL alone', async () => {
    const send = await listen(async ({ path }) => new Reply(path, 200, {}))
    const answer = await send('GET http://localhost/health HTTP/1.0\r\n\r\n').readToEnd()
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\/health$/)
  })

  it('is refused, also where the answerer does not look', async () => {
    const send = await listen(async () => new Reply('answered', 200, {}))
    const answer = await send(`${illegal[0]?.[1]}\r\n\r\n`).readToEnd()
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).not.toContain('answered')
  })
})

describe('what cannot be read as a request', () => {
  const unreadable: [string, string, number, string][] = [
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'request_invalid'],
    ['a header without a name', `GET / HTTP/1.1\r\n${HOST}\r\n: x\r\n\r\n`, 400, 'request_invalid'],
    [
      'a header section that is too large',
      `GET / HTTP/1.1\r\n${HOST}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['folded fields', `GET / HTTP/1.1\r\n${HOST}\r\nX: a\r\n b\r\n\r\n`, 400, 'request_invalid'],
    ['CONNECT', `CONNECT localhost:1 HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, 'request_invalid'],
  ]

  it.each(unreadable)(
    'is refused with a code, and recorded: %s',
    async (_, bytes, status, code) => {
      const { send, outcome } = await useRecords()
      const answer = await send(bytes).readToEnd()
      const [head, body = ''] = answer.split('\r\n\r\n')
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`))
      expect(head).toMatch(/connection: close/)
      expect(JSON.parse(body)).toMatchObject({ code })
      expect(head).toContain(`x-request-id: ${Object(JSON.parse(body)).requestId}`)
      expect(await outcome()).toMatchObject({
        audit: [
          { subject: undefined, address: '127.0.0.1', action: 'none', status, code, count: 1 },
        ],
        metrics: [`signet_http_requests_total{method="other",route="none",status="${status}"} 1`],
        log: [{ fields: { code } }],
      })
    },
  )

  it.each(unreadable)(
    'ends one connection only, where its client has left: %s',
    async (_, bytes) => {
      const uncaught = vi.fn<(error: Error) => void>()
      process.on('uncaughtException', uncaught)
      closings.push(() => process.off('uncaughtException', uncaught))
      const asked = createDeferred<void>()
      const reply = createDeferred<Reply>()
      const send = await listen(() => {
        asked.resolve()
        return reply.promise
      })
      const client = send(bytes)
      await asked.promise
      client.socket.resetAndDestroy()
      await client.closed
      reply.resolve(new Reply('refused', 400, {}))
      expect(await send(`GET / HTTP/1.1\r\n${HOST}\r\n\r\n`).status()).toBe(400)
      expect(uncaught).not.toHaveBeenCalled()
    },
  )

  it.each(unreadable)(
    'is refused behind the answers to what came ahead of it (RFC 9112 section 9.3.2): %s',
    async (_, bytes, status) => {
      const turn = createDeferred<void>()
      const { promise: isRefused, resolve: refused } = createDeferred<void>()
      const send = await listen(async ({ path, fault }) => {
        if (fault !== undefined) refused()
        else await turn.promise
        return new Reply(path, fault === undefined ? 200 : status, {})
      })
      const ahead = ['/one', '/two'].map((path) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`)
      const client = send(ahead.join('') + bytes)
      await isRefused
      turn.resolve()
      const answer = await client.readToEnd()
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, code]) => Number(code))
      expect(statuses).toStrictEqual([200, 200, status])
      expect(answer).toMatch(/200 [^]*\/one[^]*200 [^]*\/two/)
    },
  )

  it('is not answered behind what was to be the last, which is answered (RFC 9112 section 9.6)', async () => {
    const send = await listen(async ({ path }) => new Reply(path, 200, {}))
    const last = `GET /last HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`
    const answer = await send(`${last}GET /more HTTP/1.1\r\n${HOST}\r\n\r\n`).readToEnd()
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\/last$/)
  })

  it('is recorded once, however much comes behind it', async () => {
    const { send, outcome } = await useRecords()
    const client = send('garbage\r\n\r\n')
    for (let each = 0; each < 20; each++) client.send('more of it\r\n\r\n')
    await client.readToEnd()
    expect((await outcome()).audit).toMatchObject([{ count: 1 }])
  })

  it('is recorded behind a request that is answered', async () => {
    const { send, outcome } = await useRecords()
    const client = send(`GET /api/agents HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n\r\n`)
    await client.waitFor(/^HTTP\/1\.1 200 /)
    await client.send('garbage\r\n\r\n').readToEnd()
    expect(client.received).toMatch(/HTTP\/1\.1 400 [^]*request_invalid/)
    const { audit } = await outcome()
    expect(audit.map(({ status }) => status).toSorted()).toStrictEqual([200, 400])
  })

  it('is recorded with its request, and not again, where it is its body', async () => {
    const { send, outcome } = await useRecords()
    const type = 'Content-Type: application/json\r\nTransfer-Encoding: chunked'
    const path = '/api/agents/weather-agent/generate'
    const client = send(`POST ${path} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n${type}\r\n\r\n`)
    await client.connected()
    await client.send('no size of a chunk\r\n').readToEnd()
    expect(client.received).toMatch(/^HTTP\/1\.1 400 [^]*request_invalid/)
    expect((await outcome()).audit).toMatchObject([{ subject: 'alice', code: 'client_gone' }])
  })

  it('is nothing, where a client leaves or sends nothing', async () => {
    const { send, outcome } = await useRecords()
    const half = send('GET / HT')
    await half.connected()
    half.socket.resetAndDestroy()
    await half.closed
    const ended = send('GET / HT')
    ended.socket.end()
    expect(await ended.readToEnd()).toMatch(/^HTTP\/1\.1 400 /)
    const silent = await send('').connected()
    silent.destroy()
    await silent.closed
    expect(await send(`GET /health HTTP/1.1\r\n${HOST}\r\n\r\n`).status()).toBe(200)
    expect(await outcome()).toMatchObject({ audit: [], log: [] })
  })
})

describe('an expectation that nobody knows', () => {
  it('is not obeyed, and its request is one like others (RFC 9110 section 10.1.1)', async () => {
    const paths = createDeferred<string>()
    const send = await listen(async ({ path }) => {
      paths.resolve(path)
      return new Reply('answered', 200, {})
    })
    const client = send(`GET /mine HTTP/1.1\r\n${HOST}\r\nExpect: a-miracle\r\n\r\n`)
    expect(await client.status()).toBe(200)
    expect(await paths.promise).toBe('/mine')
  })
})
