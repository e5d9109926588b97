import { MastraClient } from '@signet/client-js'
import { afterEach, describe, expect, it } from 'vitest'
import { clientErrorOf } from '@signet/test-support/http/client-error'
import {
  answerJson,
  breakOff,
  startFaultServer,
  type FaultServer,
  type FaultyAnswer,
} from '@signet/test-support/http/client-fault-server'

const servers: FaultServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** A client that does not wait between its tries. */
async function connect(answer: FaultyAnswer) {
  const server = await startFaultServer(answer)
  servers.push(server)
  const client = new MastraClient({ baseUrl: server.url, token: 't', backoffMs: 0 })
  return { client, server }
}

/** Every call of the client that is no GET. */
const WRITES: readonly [string, (client: MastraClient) => Promise<unknown>][] = [
  ['generate', (client) => client.getAgent('a').generate('Hello')],
  ['stream', (client) => client.getAgent('a').stream('Hello')],
  ['executeTool', (client) => client.getAgent('a').executeTool('t', { data: {} })],
  ['execute', (client) => client.getTool('t').execute({ data: {} })],
  ['createMemoryThread', (client) => client.createMemoryThread()],
  ['update', (client) => client.getMemoryThread({ threadId: 't' }).update({})],
  ['delete', (client) => client.getMemoryThread({ threadId: 't' }).delete()],
  ['deleteMessages', (client) => client.getMemoryThread({ threadId: 't' }).deleteMessages('m')],
  ['clone', (client) => client.getMemoryThread({ threadId: 't' }).clone()],
  ['saveMessageToMemory', (client) => client.saveMessageToMemory({ messages: [] })],
  [
    'updateWorkingMemory',
    (client) => client.updateWorkingMemory({ agentId: 'a', threadId: 't', workingMemory: '' }),
  ],
]

const FAULTS: readonly [string, FaultyAnswer, number][] = [
  ['the connection breaks before the answer', breakOff, 0],
  ['the connection breaks in the answer', (response) => breakInBody(response), 0],
  ['the server answers 500', (response) => answerJson(response, 500, { code: 'internal' }), 500],
  ['the server answers 503', (response) => refuseFor(response, 503), 503],
  ['the server answers 429', (response) => refuseFor(response, 429), 429],
]

function breakInBody(response: Parameters<FaultyAnswer>[0]): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
  response.write('{"text":', () => breakOff(response))
}

function refuseFor(response: Parameters<FaultyAnswer>[0], status: number): void {
  answerJson(response, status, { code: 'x' }, { 'retry-after': '0' })
}

describe.each(FAULTS)('where %s', (_case, answer, status) => {
  it.each(WRITES)('%s is sent once', async (name, write) => {
    const { client, server } = await connect(answer)
    const call = write(client).then(async (given) => {
      // A stream that breaks after it began says so to its reader.
      if (name === 'stream') for await (const chunk of given as AsyncIterable<unknown>) void chunk
    })
    const error = await clientErrorOf(call)
    expect(error.status).toBe(status)
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]?.method).not.toBe('GET')
  })

  it('a GET is sent four times, and then fails', async () => {
    const { client, server } = await connect(answer)
    expect((await clientErrorOf(client.listAgents())).status).toBe(status)
    expect(server.requests.map(({ method }) => method)).toStrictEqual(Array(4).fill('GET'))
  })

  it('a GET is good that is answered at last', async () => {
    const { client, server } = await connect((response, request, count) => {
      if (count < 3) answer(response, request, count)
      else answerJson(response, 200, {})
    })
    expect(await client.listAgents()).toStrictEqual({})
    expect(server.requests).toHaveLength(4)
  })
})

describe('a server that is not there', () => {
  it('is a network_failed, with its cause', async () => {
    const { client, server } = await connect(breakOff)
    await server.close()
    const error = await clientErrorOf(client.getAgent('a').generate('Hello'))
    expect(error).toMatchObject({ code: 'network_failed', status: 0 })
    expect(error.cause).toBeInstanceOf(Error)
  })
})

describe('a request', () => {
  it('has its token in the header alone', async () => {
    const { client, server } = await connect((response) => answerJson(response, 200, {}))
    await client.getAgent('a').generate('Hello', { memory: { thread: 't' } })
    await client.searchMemory({ searchQuery: 'x' })
    for (const { headers, path, body } of server.requests) {
      expect(headers.authorization).toBe('Bearer t')
      expect(path).not.toMatch(/bearer|token|apikey/i)
      expect(body).not.toMatch(/bearer/i)
    }
  })

  it('keeps what ends it, and what tools do, to itself', async () => {
    const { client, server } = await connect((response) => answerJson(response, 200, {}))
    await client.getAgent('a').generate('Hello', {
      abortSignal: new AbortController().signal,
      clientTools: { paint: { description: 'Paints', execute: () => 'done' } },
    })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toStrictEqual({
      messages: 'Hello',
      clientTools: { paint: { description: 'Paints' } },
    })
  })

  it('goes to no other path than its own, whatever the id', async () => {
    const { client, server } = await connect((response) => answerJson(response, 200, {}))
    for (const threadId of ['', '.', '..']) {
      const error = await clientErrorOf(
        client.deleteThread(threadId).then(
          (result) => result,
          (reason: unknown) => Promise.reject(reason),
        ),
      )
      expect(error).toMatchObject({ code: 'request_invalid', status: 0 })
    }
    expect(server.requests).toStrictEqual([])
    await client.deleteThread('../../tools/x')
    expect(server.requests[0]?.path).toBe('/api/memory/threads/..%2F..%2Ftools%2Fx')
  })
})

describe('a server that redirects', () => {
  it.each([301, 302, 303, 307, 308])('sends no request elsewhere: %i', async (status) => {
    const other = await connect((response) => answerJson(response, 200, {}))
    const { client, server } = await connect((response) => {
      response.writeHead(status, { location: `${other.server.url}/api/agents` }).end()
    })
    const agent = client.getAgent('a')
    for (const call of [agent.details(), agent.generate('A secret'), agent.stream('A secret')]) {
      expect((await clientErrorOf(call)).code).toBe('redirect_refused')
    }
    expect(server.requests).toHaveLength(3)
    expect(other.server.requests).toStrictEqual([])
  })
})
