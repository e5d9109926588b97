import { MastraClient, type AgentChunk, type AnswerOptions } from '@signet/client-js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clientErrorOf } from '@signet/test-support/http/client-error'
import {
  createModel,
  finish,
  textModel,
  textParts,
  toolModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { tokenFor, useApplications } from '@signet/test-support/application/remembering-application'

const createApplication = useApplications()
const AGENT = 'weather-agent'

/** A server on a free port, and clients of it. */
async function serve(model?: TestModel) {
  const application = await createApplication(model === undefined ? {} : { model })
  const { url } = await application.serve()
  const connect = (
    subject = 'alice',
    claims: Parameters<typeof tokenFor>[1] = { role: 'member' },
  ) => new MastraClient({ baseUrl: url, token: tokenFor(subject, claims) })
  return { ...application, url, connect, client: connect() }
}

/** A model that calls a tool of the client, and then says its text. */
function paintingModel(): TestModel {
  return createModel(async function* (_options, callIndex) {
    if (callIndex === 0) {
      const input = JSON.stringify({ color: 'blue' })
      yield { type: 'tool-call', toolCallId: 'call-1', toolName: 'paint', input }
      yield finish('tool-calls')
      return
    }
    yield* textParts('Painted.')
    yield finish()
  })
}

/** A client tool, and what it was called with. */
function createPaint() {
  const inputs: unknown[] = []
  const paint = {
    description: 'Paints the wall',
    inputSchema: z.object({ color: z.string() }),
    execute(input: unknown) {
      inputs.push(input)
      return { painted: true }
    },
  }
  return { inputs, clientTools: { paint } }
}

describe('agents', () => {
  it('are listed by their ids, and described by key and by id', async () => {
    const { client } = await serve()
    const agents = await client.listAgents()
    expect(Object.keys(agents)).toStrictEqual([AGENT])
    const details = await client.getAgent('weatherAgent').details()
    expect(details).toStrictEqual(await client.getAgent(AGENT).details())
    expect(details).toMatchObject({ name: 'Weather Agent', instructions: '', supportsMemory: true })
    expect(details.tools['weatherTool']?.inputSchema).toContain('place')
  })

  it('are listed without schemas where a part is enough', async () => {
    const { client } = await serve()
    const agents = await client.listAgents({ tenant: 'ü' }, true)
    expect(agents[AGENT]?.tools['weatherTool']).toStrictEqual({
      id: 'get-weather',
      description: 'Tells the weather of a place',
      requireApproval: false,
    })
  })

  it('answer a text, a message and a list', async () => {
    const { client, model } = await serve()
    const agent = client.getAgent('weatherAgent')
    for (const messages of [
      'Weather?',
      { role: 'user', content: 'Weather?' },
      ['Weather?', { role: 'user', content: [{ type: 'text', text: 'in London' }] }],
    ] as const) {
      const answer = await agent.generate(messages)
      expect(answer).toMatchObject({ text: 'Hello there.', finishReason: 'stop' })
    }
    expect(model.calls).toHaveLength(3)
  })

  it('answer with the calls and results of their tools', async () => {
    const { client, contexts } = await serve(toolModel('weatherTool', { place: 'London' }))
    const answer = await client
      .getAgent(AGENT)
      .generate('Weather?', { requestContext: { tenant: 't' } })
    expect(answer.toolResults[0]?.payload).toMatchObject({
      toolName: 'weatherTool',
      args: { place: 'London' },
      result: { degrees: 21 },
    })
    expect(contexts[0]?.requestContext.client).toStrictEqual({ tenant: 't' })
    expect(answer.totalUsage.totalTokens).toBeTypeOf('number')
  })

  it('answer with a value of a shape, from zod and from JSON Schema', async () => {
    const { client } = await serve(textModel('{"city":"London"}'))
    const agent = client.getAgent(AGENT)
    const schema = z.object({ city: z.string() })
    const answer = await agent.generate('Where?', { structuredOutput: { schema } })
    const city: string | undefined = answer.object?.city
    expect(city).toBe('London')
    const json = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const other = await agent.generate('Where?', { structuredOutput: { schema: json } })
    expect(other.object).toStrictEqual({ city: 'London' })
  })

  it.each<[string, AnswerOptions]>([
    ['nothing is remembered', {}],
    ['it is remembered', { memory: { thread: 't' } }],
    ['it is only looked up', { memory: { thread: 't', options: { readOnly: true } } }],
  ])('go on with what a tool of the client came to, where %s', async (_case, options) => {
    for (const verb of ['generate', 'stream'] as const) {
      const { client, model } = await serve(paintingModel())
      const { clientTools, inputs } = createPaint()
      const agent = client.getAgent(AGENT)
      const asked = { ...options, clientTools }
      const chunks: AgentChunk[] = []
      if (verb === 'generate') {
        expect((await agent.generate('Paint the wall', asked)).text).toBe('Painted.')
      } else {
        for await (const chunk of await agent.stream('Paint the wall', asked)) chunks.push(chunk)
        const results = chunks.filter(({ type }) => type === 'tool-result')
        const payload = { toolCallId: 'call-1', result: { painted: true } }
        expect(results).toMatchObject([{ payload }])
        expect(chunks.filter(({ type }) => type === 'finish')).toHaveLength(2)
      }
      expect(inputs).toStrictEqual([{ color: 'blue' }])
      const prompt = model.calls[1]?.prompt ?? []
      expect(prompt.slice(-3).map(({ role }) => role)).toStrictEqual(['user', 'assistant', 'tool'])
      expect(JSON.stringify(prompt).split('Paint the wall')).toHaveLength(2)
      const isStored = options.memory !== undefined && options.memory.options === undefined
      if (!isStored) continue
      const { messages } = await client.getMemoryThread({ threadId: 't' }).listMessages()
      expect(messages.map(({ role }) => role)).toStrictEqual(['user', 'assistant', 'assistant'])
    }
  })

  it('leave a call to the caller where the client cannot run it', async () => {
    const { client, model } = await serve(paintingModel())
    const clientTools = { paint: { description: 'Paints the wall' } }
    const answer = await client.getAgent(AGENT).generate('Paint', { clientTools })
    expect(answer.finishReason).toBe('tool-calls')
    expect(answer.toolCalls[0]?.payload).toMatchObject({ toolName: 'paint' })
    expect(model.calls).toHaveLength(1)
  })

  it('are not gone on with for ever', async () => {
    const model = createModel(async function* (_options, callIndex) {
      const toolCallId = `call-${callIndex}`
      yield { type: 'tool-call', toolCallId, toolName: 'paint', input: '{"color":"blue"}' }
      yield finish('tool-calls')
    })
    const { client } = await serve(model)
    const { clientTools, inputs } = createPaint()
    const answer = await client.getAgent(AGENT).generate('Paint', { clientTools })
    expect(answer.finishReason).toBe('tool-calls')
    expect(inputs).toHaveLength(10)
    for await (const chunk of await client.getAgent(AGENT).stream('Paint', { clientTools })) {
      expect(chunk.type).not.toBe('error')
    }
    expect(inputs).toHaveLength(20)
  })

  it('have tools that are described and run', async () => {
    const { client, contexts } = await serve()
    const agent = client.getAgent('weatherAgent')
    expect(await agent.getTool('weatherTool')).toStrictEqual(await agent.getTool('get-weather'))
    const result = await agent.executeTool('get-weather', {
      data: { place: 'London' },
      requestContext: new Map([['tenant', 't']]),
    })
    expect(result).toStrictEqual({ degrees: 21 })
    expect(contexts[0]?.requestContext.client).toStrictEqual({ tenant: 't' })
  })
})

describe('tools', () => {
  it('are listed, described and run', async () => {
    const { client } = await serve()
    expect(Object.keys(await client.listTools())).toStrictEqual(['get-weather'])
    const tool = client.getTool('get-weather')
    expect(await tool.details()).toMatchObject({ id: 'get-weather', requireApproval: false })
    expect(await tool.execute({ data: { place: 'London' }, runId: 'r' })).toStrictEqual({
      degrees: 21,
    })
  })

  it('say what is wrong with their input', async () => {
    const { client } = await serve()
    const error = await clientErrorOf(
      client.getTool('get-weather').execute({ data: { place: '' } }),
    )
    expect(error).toMatchObject({ code: 'request_invalid', status: 400 })
    expect(error.issues?.[0]?.field).toBe('place')
  })
})

describe('memory', () => {
  it('has threads that are created, read, changed, listed and deleted', async () => {
    const { client } = await serve()
    const created = await client.createMemoryThread({
      agentId: AGENT,
      title: 'Trip',
      metadata: { city: 'Rome' },
    })
    expect(created).toMatchObject({ title: 'Trip', resourceId: 'alice' })
    const thread = client.getMemoryThread({ threadId: created.id, agentId: AGENT })
    expect(await thread.get()).toStrictEqual(created)
    expect(await thread.update({ title: 'Journey', metadata: { year: 2027 } })).toMatchObject({
      title: 'Journey',
      metadata: { city: 'Rome', year: 2027 },
    })
    await client.createMemoryThread({ threadId: 'user:1/chat ü?#%' })
    const orderBy = { field: 'createdAt', direction: 'ASC' } as const
    const page = await client.listMemoryThreads({ orderBy, page: 0, perPage: 1 })
    expect(page).toMatchObject({ total: 2, hasMore: true, threads: [{ id: created.id }] })
    const found = await client.listMemoryThreads({ metadata: { city: 'Rome' } })
    expect(found.threads.map(({ id }) => id)).toStrictEqual([created.id])
    const odd = client.getMemoryThread({ threadId: 'user:1/chat ü?#%' })
    expect((await odd.get()).id).toBe('user:1/chat ü?#%')
    expect(await thread.delete()).toStrictEqual({ result: 'Thread deleted' })
    expect(await clientErrorOf(thread.get())).toMatchObject({ code: 'not_found', status: 404 })
    await client.deleteThread('user:1/chat ü?#%', { agentId: AGENT })
    expect((await client.listMemoryThreads()).total).toBe(0)
  })

  it('has messages that are saved, listed, filtered, copied and deleted', async () => {
    const { client } = await serve()
    await client.createMemoryThread({ threadId: 't' })
    const message = (id: string, month: number) => ({
      id,
      role: 'user' as const,
      threadId: 't',
      createdAt: new Date(Date.UTC(2026, month, 1)),
      content: id,
    })
    await client.saveMessageToMemory({
      agentId: AGENT,
      messages: [message('m1', 0), message('m2', 1), message('m3', 2)],
    })
    const thread = client.getMemoryThread({ threadId: 't', agentId: AGENT })
    const idsOf = async (params?: Parameters<typeof thread.listMessages>[0]) =>
      (await thread.listMessages(params)).messages.map(({ id }) => id)
    expect(await idsOf()).toStrictEqual(['m1', 'm2', 'm3'])
    expect(await idsOf({ orderBy: { direction: 'DESC' }, perPage: 2 })).toStrictEqual(['m3', 'm2'])
    const dateRange = { start: new Date(Date.UTC(2026, 1, 1)), startExclusive: true }
    expect(await idsOf({ filter: { dateRange } })).toStrictEqual(['m3'])
    const include = [{ id: 'm3', withPreviousMessages: 1 }]
    expect(await idsOf({ perPage: 1, include })).toStrictEqual(['m1', 'm2', 'm3'])
    expect((await client.listThreadMessages('t')).messages).toHaveLength(3)
    const copy = await thread.clone({ newThreadId: 'copy', options: { messageLimit: 1 } })
    expect(copy).toMatchObject({ thread: { id: 'copy' }, clonedMessages: [{ role: 'user' }] })
    expect(await clientErrorOf(thread.clone({ newThreadId: 'copy' }))).toMatchObject({
      code: 'thread_exists',
      status: 409,
    })
    expect(await thread.deleteMessages('m1')).toMatchObject({ success: true })
    await thread.deleteMessages([{ id: 'm2' }, { id: 'none' }])
    expect(await idsOf()).toStrictEqual(['m3'])
    const found = await client.searchMemory({ agentId: AGENT, searchQuery: 'M3' })
    expect(found.results.map(({ content }) => content)).toStrictEqual(['m3', 'm3'])
    expect(found.count).toBe(2)
  })

  it('keeps in mind what is known about the caller', async () => {
    const { client } = await serve()
    const where = { agentId: AGENT, threadId: 't' }
    expect(await client.getWorkingMemory(where)).toMatchObject({
      workingMemory: null,
      source: 'resource',
      threadExists: false,
    })
    await client.updateWorkingMemory({ ...where, workingMemory: '- **Name**: Alice' })
    expect((await client.getWorkingMemory(where)).workingMemory).toBe('- **Name**: Alice')
    expect(await client.getMemoryStatus(AGENT)).toStrictEqual({ result: true, memoryType: 'local' })
    const { config } = await client.getMemoryConfig({ agentId: AGENT })
    expect(config.workingMemory.enabled).toBe(true)
  })

  it('shows nothing to another caller, who names every id', async () => {
    const { client, connect } = await serve()
    await client.getAgent(AGENT).generate('Hello', { memory: { thread: 't' } })
    const bob = connect('bob')
    const theirs = bob.getMemoryThread({ threadId: 't', agentId: AGENT })
    for (const call of [
      () => theirs.get(),
      () => theirs.update({ title: 'Mine now' }),
      () => theirs.listMessages({ resourceId: 'alice' }),
      () => theirs.clone({ resourceId: 'alice' }),
      () => theirs.delete(),
    ]) {
      expect(await clientErrorOf(call())).toMatchObject({ code: 'not_found', status: 404 })
    }
    expect((await bob.listMemoryThreads({ resourceId: 'alice' })).threads).toStrictEqual([])
  })
})

describe('the server', () => {
  it('says what it is made of', async () => {
    const { client } = await serve()
    expect(await client.getSystemPackages()).toMatchObject({ packages: [], storageType: 'libsql' })
  })
})

describe('a refusal', () => {
  it.each([
    ['no token', {}, 'token_missing', 'Bearer'],
    ['no JWT', { token: 'garbage' }, 'token_malformed', /^Bearer error="invalid_token"/],
  ])(
    'of %s has a code, a status, a request id and the challenge',
    async (_case, given, code, challenge) => {
      const { url } = await serve()
      const agent = new MastraClient({ baseUrl: url, ...given }).getAgent(AGENT)
      for (const call of [agent.details(), agent.generate('Hello'), agent.stream('Hello')]) {
        const error = await clientErrorOf(call)
        expect(error).toMatchObject({ name: 'MastraClientError', code, status: 401 })
        expect(error.challenge).toMatch(challenge)
        expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/)
      }
    },
  )

  it('names the permission that is missing', async () => {
    const { connect } = await serve()
    const client = connect('alice', { scope: 'agents:read' })
    const error = await clientErrorOf(client.getAgent('weatherAgent').generate('Hello'))
    expect(error).toMatchObject({
      code: 'scope_insufficient',
      status: 403,
      missingScope: `agents:execute:${AGENT}`,
      challenge: expect.stringContaining(`scope="agents:execute:${AGENT}"`) as unknown,
    })
  })

  it('lists only what may be read', async () => {
    const { connect } = await serve()
    const client = connect('alice', { scope: 'memory:read' })
    expect(await client.listAgents()).toStrictEqual({})
    expect(await client.listTools()).toStrictEqual({})
  })

  it('is one of what does not exist', async () => {
    const { client } = await serve()
    for (const call of [client.getAgent('nobody').details(), client.getTool('none').details()]) {
      expect(await clientErrorOf(call)).toMatchObject({ code: 'not_found', status: 404 })
    }
  })

  it('is one of another prefix', async () => {
    const { url } = await serve()
    const client = new MastraClient({ baseUrl: url, apiPrefix: '/v1', token: tokenFor('alice') })
    expect(await clientErrorOf(client.listAgents())).toMatchObject({ status: 404 })
  })
})
