import { join } from 'node:path'
import { MastraClient, MastraClientError } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

let server: DevServer

beforeAll(async () => {
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: 'interop-secret-interop-secret-interop-secret' },
  })
})

afterAll(async () => {
  await server?.process.stop()
})

function connect(token = server.token): MastraClient {
  return new MastraClient({ baseUrl: server.url, headers: { Authorization: `Bearer ${token}` } })
}

/** What a call throws. */
async function refusal(call: Promise<unknown>): Promise<MastraClientError> {
  try {
    await call
  } catch (error) {
    if (error instanceof MastraClientError) return error
    throw error
  }
  throw new Error('The call was not refused.')
}

describe('the unmodified @mastra/client-js', () => {
  it('lists agents by their ids', async () => {
    const agents = await connect().listAgents()
    expect(agents['weather-agent']?.name).toBe('Weather Agent')
    expect(Object.keys(agents['weather-agent']?.tools ?? {})).toEqual(['weatherTool'])
  })

  it('reads the details of an agent by its key and by its id', async () => {
    const byKey = await connect().getAgent('weatherAgent').details()
    const byId = await connect().getAgent('weather-agent').details()
    expect(byKey).toEqual(byId)
    expect(byKey.name).toBe('Weather Agent')
  })

  it('generates from a string', async () => {
    const answer = await connect().getAgent('weatherAgent').generate('Weather in London')
    expect(answer.text).toMatch(/London/)
    expect(answer.finishReason).toBe('stop')
  })

  it('generates from messages', async () => {
    const messages = [{ role: 'user' as const, content: 'Weather in Paris' }]
    const answer = await connect().getAgent('weatherAgent').generate(messages)
    expect(answer.text).toMatch(/Paris/)
    expect(answer.toolCalls[0]?.payload.toolName).toBe('weatherTool')
  })

  it('generates an object of a given shape', async () => {
    const structuredOutput = { schema: z.object({ city: z.string() }) }
    // The client's own types are too deep for the compiler here; what is sent is what it documents.
    const answer = await connect()
      .getAgent('weatherAgent')
      .generate('Weather in London', { structuredOutput } as never)
    expect(answer).toHaveProperty(['object', 'city'])
  })

  it('has the tool of a client called, run at the client, and answered for', async () => {
    const calls: unknown[] = []
    const answer = await connect()
      .getAgent('weatherAgent')
      .generate('Paint the wall blue', {
        clientTools: {
          paintWall: {
            id: 'paintWall',
            description: 'Paint the wall in a color',
            inputSchema: {
              type: 'object',
              properties: { color: { type: 'string' } },
              required: ['color'],
            },
            execute: async (input: unknown) => {
              calls.push(input)
              return { painted: true }
            },
          },
        },
      } as never)
    expect(calls).toHaveLength(1)
    expect(answer.finishReason).toBe('stop')
  })

  it('streams with processDataStream', async () => {
    const types: string[] = []
    let text = ''
    const response = await connect().getAgent('weatherAgent').stream('Weather in London')
    await response.processDataStream({
      onChunk: async (chunk) => {
        types.push(chunk.type)
        if (chunk.type === 'text-delta') text += chunk.payload.text
      },
    })
    expect(types[0]).toBe('start')
    expect(types.at(-1)).toBe('finish')
    expect(types.filter((type) => type === 'tool-result')).toHaveLength(1)
    expect(text).toMatch(/London/)
  })

  it('reads and executes a tool', async () => {
    const tool = connect().getTool('get-weather')
    expect((await tool.details()).id).toBe('get-weather')
    const result = await tool.execute({ data: { location: 'London' } })
    expect(result).toMatchObject({ location: 'London' })
  })

  it('executes a tool of an agent', async () => {
    const agent = connect().getAgent('weatherAgent')
    const result = await agent.executeTool('get-weather', { data: { location: 'Berlin' } })
    expect(result).toMatchObject({ location: 'Berlin' })
  })

  it('reads the packages of the server', async () => {
    expect((await connect().getSystemPackages()).packages).toEqual([])
  })

  it.each([
    ['no token', '', 'token_missing'],
    ['no JWT', 'garbage', 'token_malformed'],
  ])('gets its own error with status 401 for %s', async (_, token, code) => {
    const agent = connect(token).getAgent('weatherAgent')
    const calls = [
      connect(token).listAgents(),
      agent.generate('Weather in London'),
      agent.stream('Weather in London'),
    ]
    for (const error of await Promise.all(calls.map(refusal))) {
      expect(error.status).toBe(401)
      expect(error.body).toMatchObject({ code })
    }
  })

  it('gets its own error with status 401 for a changed signature', async () => {
    const last = server.token.at(-5) === 'A' ? 'B' : 'A'
    const changed = server.token.slice(0, -5) + last + server.token.slice(-4)
    const error = await refusal(connect(changed).listAgents())
    expect(error.status).toBe(401)
    expect(error.body).toMatchObject({ code: 'token_signature' })
  })

  it('gets the name of what is not here, with status 404', async () => {
    const client = connect()
    const calls: [string, () => Promise<unknown>][] = [
      ['agent networks', () => client.getAgent('weatherAgent').network('Hello', {})],
      ['vector stores', () => client.getVector('v').getIndexes()],
      ['model provider lists', () => client.listAgentsModelProviders()],
    ]
    for (const [feature, call] of calls) {
      const error = await refusal(call())
      expect(error.status).toBe(404)
      expect(error.body).toMatchObject({ code: 'not_supported', feature })
    }
  })

  it('gets its own error with status 404 for an unknown agent', async () => {
    const error = await refusal(connect().getAgent('nobody').details())
    expect(error.status).toBe(404)
    expect(error.body).toMatchObject({ code: 'not_found' })
  })
})
