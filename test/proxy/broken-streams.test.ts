import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { ProxyConfig } from '@signet/proxy'
import { createTestAuth } from '@signet/test-support/application/application'
import { UpstreamServer } from '@signet/test-support/http/upstream-server'
import { StandingProxy } from '@signet/test-support/proxy/standing-proxy'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const TOKEN = createTestAuth().sign(
  { sub: 'alice', jti: 'of-alice', permissions: ['*'] },
  { expiresInSeconds: 600 },
)
/** So short that a test can wait for it. In milliseconds. */
const SHORT = { timeout: 300 }

/** A proxy before an application with one agent and one workflow, which answers each POST like this. */
async function before(
  answer: (response: ServerResponse, url: string) => void,
  config?: ProxyConfig,
): Promise<StandingProxy> {
  const upstream = await UpstreamServer.start((response, { method, url }) => {
    if (method === 'POST') return answer(response, url)
    response.setHeader('content-type', 'application/json')
    response.end(url === '/api/agents' ? '{"a":{"name":"A"}}' : '{"name":"A"}')
  })
  ends.push(() => upstream.stop())
  const proxy = await StandingProxy.before(upstream.url, config, { policy: undefined })
  ends.push(() => proxy.stop())
  return proxy
}

const SAY = '{"messages":"Hi"}'

const say = (proxy: StandingProxy, path = '/api/agents/a/stream', body = SAY) =>
  proxy.ask({ token: TOKEN, path, type: 'application/json', body })

const CHUNK = { type: 'start', runId: 'r1', from: 'AGENT', payload: {} }
const event = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`
const DONE = 'data: [DONE]\n\n'

const errorOf = (code: string, message: string, from = 'AGENT', runId = 'r1') => ({
  type: 'error',
  runId,
  from,
  payload: { error: { name: 'Error', message, code } },
})
const LATE = [
  'upstream_timeout',
  'The application behind the proxy did not answer in time.',
] as const
const AWAY = [
  'upstream_unavailable',
  'The application behind the proxy cannot be reached.',
] as const
const FAILED = ['upstream_failed', 'The application behind the proxy failed.'] as const

const begin = (response: ServerResponse, ...pieces: readonly string[]) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  for (const piece of pieces) response.write(piece)
}

describe('a stream that the application breaks off', () => {
  it('ends with an error where the application dies, and never with half an event', async () => {
    const proxy = await before((response) => {
      begin(response, event(CHUNK), 'data: {"type":"text-de')
      setTimeout(() => response.socket?.resetAndDestroy(), 50)
    })
    expect(await say(proxy)).toMatchObject({
      status: 200,
      text: event(CHUNK) + event(errorOf(...AWAY)) + DONE,
      isWhole: true,
    })
    expect(await proxy.countOf('upstream_unavailable')).toBe(1)
  })

  it('ends with an error where nothing comes for as long as the application has', async () => {
    const proxy = await before((response) => begin(response, event(CHUNK)), SHORT)
    const { text, isWhole } = await say(proxy)
    expect({ text, isWhole }).toEqual({
      text: event(CHUNK) + event(errorOf(...LATE)) + DONE,
      isWhole: true,
    })
    expect(await proxy.countOf('upstream_timeout')).toBe(1)
  })

  it('ends with an error also where nothing came at all', async () => {
    const proxy = await before((response) => begin(response), SHORT)
    expect((await say(proxy)).text).toBe(event(errorOf(...LATE, 'AGENT', '')) + DONE)
  })

  it(
    'ends with an error where an event is too large to be looked at',
    { timeout: 60_000 },
    async () => {
      const proxy = await before((response) => {
        begin(response, event(CHUNK))
        response.write(`data: "${'x'.repeat(17 * 1024 * 1024)}`)
      })
      expect((await say(proxy)).text).toBe(event(CHUNK) + event(errorOf(...FAILED)) + DONE)
    },
  )

  it('ends with a record among the records of a workflow', async () => {
    const record = `${JSON.stringify({ ...CHUNK, type: 'workflow-start', from: 'WORKFLOW' })}\u001e`
    const proxy = await before((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).write(record)
    }, SHORT)
    const last = `${JSON.stringify(errorOf(...LATE, 'WORKFLOW'))}\u001e`
    expect(await say(proxy, '/api/workflows/w/stream?runId=r1', '{}')).toMatchObject({
      text: record + last,
      isWhole: true,
    })
  })

  it('ends with an error of the AI SDK in a stream for that', async () => {
    const proxy = await before((response) => {
      response.setHeader('x-vercel-ai-ui-message-stream', 'v1')
      begin(response, event({ type: 'start' }))
    }, SHORT)
    const last = event({ type: 'error', errorText: LATE[1] }) + DONE
    expect((await say(proxy, '/api/agents/a/stream/ui')).text).toBe(event({ type: 'start' }) + last)
  })

  it.each([
    ['of chunks of another kind', '/api/agents/a/stream', SAY, 'data: hello\n\n'],
    [
      'of another API',
      '/api/v1/responses',
      '{"agent_id":"a","input":"Hi"}',
      'event: response.created\ndata: {}\n\n',
    ],
  ])('is cut without a word: one %s', async (_, path, body, piece) => {
    const proxy = await before((response) => begin(response, piece), SHORT)
    const { text, isWhole } = await say(proxy, path, body)
    expect({ text, isWhole }).toEqual({ text: piece, isWhole: false })
  })

  it('is not one that lasts longer than the application has for its response', async () => {
    const proxy = await before(
      (response) => {
        begin(response)
        let count = 0
        const timer = setInterval(() => {
          response.write(event({ ...CHUNK, count: ++count }))
          if (count < 22) return
          clearInterval(timer)
          response.end(DONE)
        }, 400)
      },
      { timeout: 2000 },
    )
    const { text, isWhole } = await say(proxy)
    expect(isWhole).toBe(true)
    expect(text).toMatch(/"count":22\}\n\ndata: \[DONE\]\n\n$/)
    expect(text).not.toContain('"error"')
  })
})

describe('a stream whose token is revoked', () => {
  it('ends with an error, as one of a server of Signet does', async () => {
    const proxy = await before((response) => begin(response, event(CHUNK)))
    const response = await fetch(`${proxy.url}/api/agents/a/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: '{"messages":"Hi"}',
    })
    expect(response.status).toBe(200)
    const revoked = await proxy.ask({
      token: TOKEN,
      path: '/api/auth/revocations',
      type: 'application/json',
      body: '{"jti":"of-alice"}',
    })
    expect(revoked.status).toBe(201)
    const text = await response.text()
    expect(text.startsWith(event(CHUNK))).toBe(true)
    expect(text).toMatch(
      /"runId":"r1","from":"AGENT".*"code":"token_revoked"\}\}\}\n\ndata: \[DONE\]\n\n$/,
    )
  })
})
