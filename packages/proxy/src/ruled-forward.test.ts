import { ownerKey } from '@signet/core'
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

describe('a run that cannot be continued', () => {
  const owner = ownerKey({ resourceId: 'alice' })

  async function resume(status: number, told: unknown, route = 'resume-async') {
    const upstream = await UpstreamServer.start((response, { method }) => {
      response.setHeader('content-type', 'application/json')
      if (method === 'GET') {
        const isFound = told !== undefined
        return void response.writeHead(isFound ? 200 : 404).end(JSON.stringify(told ?? {}))
      }
      response.writeHead(status).end('{"error":"This workflow run was not suspended"}')
    })
    ends.push(() => upstream.stop())
    const proxy = createProxy({ auth: createTestAuth() }, { upstream: upstream.url })
    ends.push(() => proxy.close())
    const token = tokenWith('workflows:execute:w-1')
    const response = await proxy.fetch(
      makeRequest(`/api/workflows/w-1/${route}?runId=r%201`, { token, json: { resumeData: {} } }),
    )
    const { code }: { code?: string } = JSON.parse(await response.text())
    return { status: response.status, code, asked: upstream.requests.map(({ url }) => url) }
  }

  const NOT_FOUND = { status: 404, code: 'not_found' }
  const FAILED = { status: 424, code: 'upstream_failed' }

  it.each(['pending', 'success', 'failed', 'running', 'canceled'])(
    'is not found where it is not suspended: %s',
    async (state) => {
      for (const route of ['resume', 'resume-async', 'resume-no-wait', 'resume-stream']) {
        const { asked, ...came } = await resume(500, { status: state }, route)
        expect(came).toEqual(NOT_FOUND)
        expect(asked[1]).toBe(`/api/workflows/w-1/runs/${owner}.r%201`)
      }
    },
  )

  it('is not found where it is gone by then', async () => {
    expect(await resume(500, undefined)).toMatchObject(NOT_FOUND)
  })

  it.each([{ status: 'suspended' }, { status: 'paused' }, { status: 1 }, {}, null, []])(
    'has failed where the application says of it %j',
    async (told) => {
      expect(await resume(500, told)).toMatchObject(FAILED)
    },
  )

  it('is not asked for where the application failed in another way, or another route did', async () => {
    for (const [status, route] of [
      [501, 'resume-async'],
      [500, 'start-async'],
      [500, 'restart-async'],
    ] as const) {
      const { asked, ...came } = await resume(status, { status: 'pending' }, route)
      expect(came).toEqual(FAILED)
      expect(asked).toHaveLength(1)
    }
  })
})
