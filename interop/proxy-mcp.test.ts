import {
  Client as ModernClient,
  discoverOAuthProtectedResourceMetadata,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { startProxied, tokenOf, type ProxiedApplication } from './support/proxied-application.js'

const TOOLS = ['read-tide', 'ring-bell', 'ask_pilot', 'run_tideReport']
const ALL = 'agents:execute tools:read tools:execute workflows:execute'
const PUBLIC = 'https://agents.example.com'
const BREST = { harbour: 'Brest' }

let model: ModelServer
let proxied: ProxiedApplication
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Two ', 'metres.'] })
  proxied = await startProxied('mcp', model.url, { publicUrl: PUBLIC })
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

afterAll(async () => {
  await proxied?.stop()
  await model?.stop()
})

/** A client that has begun, with what the tests ask of it. */
interface Connected {
  readonly session: string | undefined
  readonly version: string | undefined
  listTools(): Promise<readonly string[]>
  callTool(name: string, args: Record<string, unknown>): Promise<string>
  readResource(uri: string): Promise<unknown>
}

function headersFor(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` }
}

function urlOf(server: string): URL {
  return new URL(`${proxied.url}/api/mcp/${server}/mcp`)
}

/** What both clients are asked in the same way. */
interface AnyClient {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<object>
  readResource(resource: { uri: string }): Promise<object>
}

function connected(
  client: AnyClient,
  { sessionId, protocolVersion }: { sessionId?: string; protocolVersion?: string },
): Connected {
  return {
    session: sessionId,
    version: protocolVersion,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    callTool: async (name, args) =>
      JSON.stringify(await client.callTool({ name, arguments: args })),
    readResource: (uri) => client.readResource({ uri }),
  }
}

/** The client of the SDK's version 1, before @mastra/mcp 1. */
async function connectV1(token?: string, session?: string): Promise<Connected> {
  const client = new Client({ name: 'interop', version: '1.0.0' })
  const requestInit = { headers: headersFor(token) }
  const transport = new StreamableHTTPClientTransport(urlOf('harbour'), {
    requestInit,
    ...(session !== undefined && { sessionId: session }),
  })
  ends.push(() => client.close())
  await client.connect(transport)
  return connected(client, transport)
}

/** The client of the SDK's version 2, before @mastra/mcp 2. */
async function connectV2(token?: string): Promise<Connected> {
  const client = new ModernClient(
    { name: 'interop', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  const requestInit = { headers: headersFor(token) }
  const transport = new ModernTransport(urlOf('modern-harbour'), { requestInit })
  ends.push(() => client.close())
  await client.connect(transport)
  return connected(client, transport)
}

const CLIENTS = [
  ['version 1', connectV1, '2025-11-25'],
  ['version 2', connectV2, '2026-07-28'],
] as const

describe.each(CLIENTS)('an MCP client of %s behind the proxy', (_, open, version) => {
  it('does what it does without the proxy', async () => {
    const alice = await open(tokenOf('alice', { scope: ALL }))
    expect(alice.version).toBe(version)
    expect(await alice.listTools()).toEqual(TOOLS)
    expect(await alice.callTool('read-tide', BREST)).toContain('metres\\":0.5')
    expect(await alice.callTool('ask_pilot', { message: '?' })).toContain('Two metres.')
    expect(await alice.callTool('run_tideReport', BREST)).toContain('metres\\":0.5')
    expect(JSON.stringify(await alice.readResource('harbour://chart'))).toContain('Two piers.')
  })

  it('is refused without a token, and with one that says nothing', async () => {
    await expect(open()).rejects.toThrow()
    await expect(open('x')).rejects.toThrow()
  })

  it('sees and calls only the tools that it may execute', async () => {
    const narrow = await open(tokenOf('carol', { scope: 'tools:execute:read-tide' }))
    expect(await narrow.listTools()).toEqual(['read-tide'])
    expect(await narrow.callTool('read-tide', BREST)).toContain('metres\\":0.5')
    for (const name of ['ring-bell', 'ask_pilot', 'run_tideReport', 'none'])
      await expect(narrow.callTool(name, BREST)).rejects.toThrow(
        /insufficient scope|scope_insufficient/i,
      )
    await expect(narrow.readResource('harbour://chart')).rejects.toThrow(
      /insufficient scope|scope_insufficient/i,
    )
  })

  it('needs for an agent or a workflow what these may do, too', async () => {
    const few = await open(tokenOf('carol', { scope: 'tools:execute' }))
    expect(await few.listTools()).toEqual(['read-tide', 'ring-bell'])
    const asking = await open(tokenOf('carol', { scope: 'tools:execute agents:execute' }))
    expect(await asking.listTools()).toEqual(['read-tide', 'ring-bell', 'ask_pilot'])
    await expect(asking.callTool('run_tideReport', BREST)).rejects.toThrow(/workflows:execute/)
  })
})

const rpc = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

/** A message as anybody could send it. */
function send(server: string, token: string, init: RequestInit & { session?: string }) {
  const headers = {
    ...headersFor(token),
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-11-25',
    ...(init.session !== undefined && { 'mcp-session-id': init.session }),
  }
  return fetch(urlOf(server), { ...init, headers, signal: AbortSignal.timeout(20_000) })
}

describe('a session of MCP behind the proxy', () => {
  const alice = tokenOf('alice', { scope: ALL })
  const bob = tokenOf('bob', { scope: ALL })

  it('is the caller’s alone: to read, to continue and to end', async () => {
    const { session = '', listTools } = await connectV1(alice)
    expect(session).toMatch(/^[0-9a-f-]{36}\.[0-9a-f]{64}$/)
    const [own = ''] = session.split('.')
    const requests: readonly RequestInit[] = [
      { method: 'POST', body: rpc('tools/list') },
      { method: 'GET' },
      { method: 'DELETE' },
    ]
    for (const request of requests) {
      for (const [token, name] of [
        [bob, session],
        [bob, own],
        [alice, own],
        [alice, `${session.slice(0, -1)}g`],
      ] as const) {
        const refused = await send('harbour', token, { ...request, session: name })
        expect([request.method, refused.status]).toEqual([request.method, 404])
        await refused.body?.cancel()
      }
    }
    expect(await listTools()).toEqual(TOOLS)
    expect((await send('harbour', alice, { method: 'DELETE', session })).status).toBe(200)
    await expect(listTools()).rejects.toThrow()
  })

  it('has no message that asks for several things at once, nor one that the policy does not know', async () => {
    const { session = '' } = await connectV1(alice)
    const call = JSON.parse(rpc('tools/call', { name: 'read-tide', arguments: BREST }))
    for (const body of [JSON.stringify([call, call]), rpc('tools/install'), rpc('')]) {
      const refused = await send('harbour', alice, { method: 'POST', body, session })
      expect(refused.status).toBe(400)
    }
  })
})

describe('a list of tools behind the proxy', () => {
  it('is for one caller, whatever the application says of caches', async () => {
    const clientCapabilities = 'io.modelcontextprotocol/clientCapabilities'
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'interop', version: '1.0.0' },
      [clientCapabilities]: {},
    }
    const ask = async (url: string, token: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          ...headersFor(token),
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/list',
        },
        body: rpc('tools/list', { _meta: meta }),
        signal: AbortSignal.timeout(20_000),
      })
      return await response.text()
    }
    const path = '/api/mcp/modern-harbour/mcp'
    const token = tokenOf('carol', { scope: 'tools:execute:read-tide' })
    expect(await ask(proxied.application + path, token)).toContain('"cacheScope":"public"')
    const told = await ask(proxied.url + path, token)
    expect(told).toContain('"cacheScope":"private"')
    expect(told).not.toContain('ring-bell')
  })

  it('is filtered in the other routes of the server, too', async () => {
    const ask = (path: string, token: string, init: RequestInit = {}) =>
      fetch(`${proxied.url}/api/mcp/${path}`, {
        ...init,
        headers: { ...headersFor(token), 'content-type': 'application/json' },
        signal: AbortSignal.timeout(20_000),
      })
    const narrow = tokenOf('carol', { scope: 'tools:read:read-tide tools:execute:read-tide' })
    const list = await (await ask('harbour/tools', narrow)).text()
    expect(list).toContain('read-tide')
    expect(list).not.toContain('ring-bell')
    const run = (tool: string) =>
      ask(`harbour/tools/${tool}/execute`, narrow, {
        method: 'POST',
        body: JSON.stringify({ data: BREST }),
      })
    expect((await run('read-tide')).status).toBe(200)
    expect((await run('ring-bell')).status).toBe(403)
    for (const [method, path] of [
      ['GET', 'harbour/sse'],
      ['POST', 'harbour/messages'],
    ] as const) {
      const closed = await ask(path, tokenOf('carol', { scope: '*' }), { method })
      expect([path, closed.status]).toEqual([path, 404])
      await closed.body?.cancel()
    }
  })
})

describe('the way of an MCP client to a token', () => {
  it('begins at the challenge, which names the metadata of the proxy', async () => {
    const response = await fetch(urlOf('harbour'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: rpc('initialize'),
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource"`,
    )
    const resourceMetadataUrl = `${proxied.url}/.well-known/oauth-protected-resource`
    const metadata = await discoverOAuthProtectedResourceMetadata(urlOf('harbour'), {
      resourceMetadataUrl,
    })
    expect(metadata).toMatchObject({ resource: PUBLIC, bearer_methods_supported: ['header'] })
    expect(metadata.scopes_supported).toContain('tools:execute')
  })
})
