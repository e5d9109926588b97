import { MastraClient, type AgentChunk } from '@signet/client-js'
import { afterEach, describe, expect, it } from 'vitest'
import { clientErrorOf } from '@signet/test-support/http/client-error'
import {
  breakOff,
  startFaultServer,
  type FaultServer,
  type FaultyAnswer,
} from '@signet/test-support/http/client-fault-server'
import {
  failingModel,
  hangingModel,
  toolModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { tokenFor, useApplications } from '@signet/test-support/application/remembering-application'

const createApplication = useApplications()
const servers: FaultServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** The agent of a server on a free port. */
async function connect(model?: TestModel, signal?: AbortSignal) {
  const { serve } = await createApplication(model === undefined ? {} : { model })
  const { url } = await serve()
  const client = new MastraClient({
    baseUrl: url,
    token: tokenFor('alice'),
    ...(signal && { abortSignal: signal }),
  })
  return client.getAgent('weatherAgent')
}

/** The agent of a server that fails. */
async function connectFaulty(answer: FaultyAnswer) {
  const server = await startFaultServer(answer)
  servers.push(server)
  const agent = new MastraClient({ baseUrl: server.url, token: 't' }).getAgent('weatherAgent')
  return { server, agent }
}

const FIRST = { type: 'text-delta', runId: 'r', from: 'AGENT', payload: { id: '1', text: 'Hel' } }

/** Sends one chunk, and then ends in its own way. */
function sendFirst(end: FaultyAnswer): FaultyAnswer {
  return (response, request, count) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(FIRST)}\n\n`, () => end(response, request, count))
  }
}

/** Reads chunks into a list, and throws what the stream throws. */
async function readInto(
  chunks: AgentChunk[],
  stream: Promise<AsyncIterable<AgentChunk>>,
): Promise<void> {
  for await (const chunk of await stream) chunks.push(chunk)
}

describe('a stream', () => {
  it('is read chunk by chunk, typed, in the order of the wire', async () => {
    const agent = await connect(toolModel('weatherTool', { place: 'London' }))
    let text = ''
    let degrees: unknown
    const types: string[] = []
    for await (const chunk of await agent.stream('Weather in London')) {
      types.push(chunk.type)
      if (chunk.type === 'text-delta') text += chunk.payload.text
      if (chunk.type === 'tool-result') degrees = chunk.payload.result
    }
    expect(text).toBe('Done.')
    expect(degrees).toStrictEqual({ degrees: 21 })
    expect(types[0]).toBe('start')
    expect(types.at(-1)).toBe('finish')
    expect(types.filter((type) => type === 'step-finish')).toHaveLength(2)
  })

  it('is read with processDataStream, which waits for what it calls', async () => {
    const agent = await connect()
    const order: string[] = []
    const response = await agent.stream('Hello')
    expect(response.headers.get('content-type')).toMatch('text/event-stream')
    await response.processDataStream({
      async onChunk(chunk) {
        order.push(`begin ${chunk.type}`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`end ${chunk.type}`)
      },
    })
    const types = order.filter((_, index) => index % 2 === 0).map((entry) => entry.slice(6))
    expect(order).toStrictEqual(types.flatMap((type) => [`begin ${type}`, `end ${type}`]))
    expect(types.at(-1)).toBe('finish')
  })

  it('has the failure of a model as a chunk, and is whole', async () => {
    const agent = await connect(failingModel(new Error('a cause that stays inside')))
    const chunks: AgentChunk[] = []
    await readInto(chunks, agent.stream('Hello'))
    expect(chunks.map(({ type }) => type)).toContain('error')
    expect(chunks.at(-1)?.type).toBe('finish')
    expect(JSON.stringify(chunks)).not.toContain('inside')
  })
})

describe('a stream that is cut off', () => {
  it.each<[string, FaultyAnswer]>([
    ['the connection breaks', breakOff],
    ['the server ends it without [DONE]', (response) => response.end()],
  ])('throws stream_cut after what had come, where %s', async (_case, end) => {
    const { agent, server } = await connectFaulty(sendFirst(end))
    const chunks: AgentChunk[] = []
    const error = await clientErrorOf(readInto(chunks, agent.stream('Hello')))
    expect(error).toMatchObject({ code: 'stream_cut', status: 0 })
    expect(chunks).toStrictEqual([FIRST])
    expect(server.requests).toHaveLength(1)
  })

  it('throws it from processDataStream too', async () => {
    const { agent } = await connectFaulty(sendFirst(breakOff))
    const chunks: AgentChunk[] = []
    const stream = await agent.stream('Hello')
    const reading = stream.processDataStream({ onChunk: (chunk) => chunks.push(chunk) })
    expect(await clientErrorOf(reading)).toMatchObject({ code: 'stream_cut' })
    expect(chunks).toStrictEqual([FIRST])
  })

  it('is none where [DONE] came', async () => {
    const { agent } = await connectFaulty(
      sendFirst((response) => response.write('data: [DONE]\n\n', () => breakOff(response))),
    )
    const chunks: AgentChunk[] = []
    await readInto(chunks, agent.stream('Hello'))
    expect(chunks).toStrictEqual([FIRST])
  })
})

describe('an agent whose stream is no longer wanted', () => {
  const reason = new Error('no longer wanted')

  it('is stopped by the signal of the call, whose reason the reader gets', async () => {
    const { model, aborted } = hangingModel()
    const agent = await connect(model)
    const controller = new AbortController()
    const stream = await agent.stream('Hello', { abortSignal: controller.signal })
    const reading = async () => {
      for await (const { type } of stream) if (type === 'text-delta') controller.abort(reason)
    }
    await expect(reading()).rejects.toBe(reason)
    await aborted
  })

  it('is stopped by the signal of the client', async () => {
    const { model, started, aborted } = hangingModel()
    const controller = new AbortController()
    const agent = await connect(model, controller.signal)
    const reading = readInto([], agent.stream('Hello'))
    await Promise.race([started, reading])
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await aborted
  })

  it('is stopped where its reader leaves the loop', async () => {
    const { model, aborted } = hangingModel()
    const agent = await connect(model)
    for await (const { type } of await agent.stream('Hello')) if (type === 'text-delta') break
    await aborted
  })

  it('is stopped where onChunk throws, and the error is the reader’s own', async () => {
    const { model, aborted } = hangingModel()
    const agent = await connect(model)
    const stream = await agent.stream('Hello')
    const reading = stream.processDataStream({
      onChunk() {
        throw reason
      },
    })
    await expect(reading).rejects.toBe(reason)
    await aborted
  })

  it('is stopped where it is asked for a whole answer', async () => {
    const { model, started, aborted } = hangingModel()
    const agent = await connect(model)
    const controller = new AbortController()
    const answer = agent.generate('Hello', { abortSignal: controller.signal })
    await Promise.race([started, answer])
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
    await aborted
  })
})
