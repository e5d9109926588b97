import { afterEach, describe, expect, it } from 'vitest'
import {
  createTestAuth,
  makeRequest,
  tokenWith,
} from '@signet/test-support/application/application'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { createProxy } from './app.js'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function stand(handler: UpstreamHandler) {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  const proxy = createProxy({ auth: createTestAuth() }, { upstream: upstream.url })
  ends.push(() => proxy.close())
  const say = (message: object, headers: Record<string, string> = {}) =>
    proxy.fetch(
      makeRequest('/api/mcp/server/mcp', {
        token: tokenWith('tools:execute:add'),
        method: 'POST',
        body: JSON.stringify(message),
        headers,
      }),
    )
  return { upstream, say }
}

const sendJson = (status: number, value: unknown): UpstreamHandler => {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

describe('a message of MCP', () => {
  it('reaches the application under headers that say what it says, whatever the client wrote there', async () => {
    const { upstream, say } = await stand(sendJson(200, {}))
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } }
    const told = await say(call, { 'mcp-method': 'ping', 'mcp-name': 'sub' })
    expect(told.status).toBe(200)
    expect(upstream.seen.headers).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'add' })
  })

  it('is refused by the application in the words of JSON-RPC, and of nothing else', async () => {
    const data = { supported: ['2026-07-28', 7, 'at /srv/app/a.js:1'], requested: 'x', stack: 's' }
    const error = { code: -32022, message: 'Unsupported protocol version', data }
    const { say } = await stand(sendJson(400, { jsonrpc: '2.0', id: 1, error, more: 'more' }))
    const told = await say({ jsonrpc: '2.0', id: 1, method: 'initialize' })
    expect([told.status, await told.json()]).toStrictEqual([
      400,
      {
        jsonrpc: '2.0',
        id: 1,
        error: { ...error, data: { supported: ['2026-07-28'], requested: 'x' } },
      },
    ])
  })

  it.each([
    { jsonrpc: '2.0', id: 1, error: { code: '-32022', message: 'x' } },
    { jsonrpc: '1.0', id: 1, error: { code: 1, message: 'x' } },
    { error: 'Error at /srv/app/a.js:1' },
    [],
    null,
  ])('is refused in our words where the application says %j', async (value) => {
    const { say } = await stand(sendJson(400, value))
    const told = await say({ jsonrpc: '2.0', id: 1, method: 'initialize' })
    expect(told.status).toBe(400)
    expect(await told.json()).toMatchObject({ code: 'request_invalid' })
  })

  it('names a session under a seal that no other caller opens', async () => {
    const { upstream, say } = await stand((response) => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's1' })
        .end('{}')
    })
    const begun = await say({ jsonrpc: '2.0', id: 1, method: 'initialize' })
    const session = begun.headers.get('mcp-session-id') ?? ''
    expect(session).toMatch(/^s1\.[0-9a-f]{64}$/)
    await say({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': session })
    expect(upstream.seen.headers['mcp-session-id']).toBe('s1')
    const before = upstream.requests.length
    for (const forged of ['s1', `${session}0`, session.replace('s1', 's2')]) {
      const told = await say(
        { jsonrpc: '2.0', id: 3, method: 'ping' },
        { 'mcp-session-id': forged },
      )
      expect(told.status).toBe(404)
    }
    expect(upstream.requests.length).toBe(before)
  })
})
