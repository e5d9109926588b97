import { setTimeout } from 'node:timers/promises'
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { expect, it } from 'vitest'
import {
  createModel,
  failingModel,
  finish,
  hangingModel,
  textModel,
  textParts,
  type TestModel,
} from '@signet/test-support/application/model'
import { createLogRecorder } from '@signet/test-support/application/application'
import { describeStores } from '@signet/test-support/store/stores'
import { Agent, type AgentConfig } from '../agent/agent.js'
import type { AgentOptions } from '../agent/options.js'
import { createTool } from '../tool/create-tool.js'
import { Memory } from './memory.js'
import { ownerKey } from './owner.js'
import type { MemoryStorage } from './storage.js'
import { readUnanswered } from './unanswered.js'

const ALICE = ownerKey({ resourceId: 'alice' })
const asked = { memory: { thread: 't', resource: 'alice' } }

type Method = 'generate' | 'stream'
const METHODS: readonly Method[] = ['generate', 'stream']

/** Asks, and gives what it throws. */
async function fail(
  agent: Agent,
  method: Method,
  messages: Parameters<Agent['generate']>[0],
  options: AgentOptions = asked,
): Promise<unknown> {
  const answering =
    method === 'generate'
      ? agent.generate(messages, options)
      : agent.stream(messages, options).then((stream) => stream.getFullOutput())
  return await answering.then(
    () => expect.unreachable('It was answered.'),
    (error: unknown) => error,
  )
}

/** A model that fails at its first calls, and then answers. */
function failingFirst(count: number): TestModel {
  return createModel(async function* (_options, index) {
    if (index < count) throw new Error('no')
    yield* textParts('Yes.')
    yield finish()
  })
}

function textsOf({ prompt }: LanguageModelV3CallOptions): string[] {
  return prompt.flatMap(({ role, content }) =>
    typeof content === 'string'
      ? []
      : content.map((part) => `${role}: ${part.type === 'text' ? part.text : part.type}`),
  )
}

describeStores('a question without an answer', (stores) => {
  async function setUp(config: Partial<AgentConfig> = {}) {
    const { memory: storage } = await stores.open()
    const model = textModel('Yes.')
    const agent = new Agent({
      id: 'agent',
      name: 'Agent',
      instructions: '',
      model,
      memory: new Memory(),
      ...config,
    })
    const { logger, lines } = createLogRecorder()
    agent.setStorage(storage)
    agent.setLogger(logger)
    return { agent, storage, model, lines }
  }

  /** What the thread shows, each with its mark. */
  async function shown(storage: MemoryStorage, thread = 't'): Promise<string[] | undefined> {
    const page = await storage.listMessages(ALICE, thread, { perPage: 100 })
    return page?.messages.map(({ role, content }) => {
      const mark = readUnanswered(content)
      return `${role}: ${content.content}${mark === undefined ? '' : ` (${mark})`}`
    })
  }

  it.each(METHODS)(
    'is stored as failed where the model fails, in a new thread and in one that is there: %s',
    async (method) => {
      const { agent, storage } = await setUp({ model: failingModel(new Error('no')) })
      await fail(agent, method, 'One')
      expect(await shown(storage)).toStrictEqual(['user: One (failed)'])
      await fail(agent, method, ['Two', 'Three'])
      expect(await shown(storage)).toStrictEqual([
        'user: One (failed)',
        'user: Two (failed)',
        'user: Three (failed)',
      ])
      expect(await storage.getThread(ALICE, 't')).toMatchObject({ title: '' })
    },
  )

  it('loses its mark with the last one of its request, and others keep theirs', async () => {
    const { agent, storage } = await setUp({ model: failingFirst(2) })
    const user = (id: string) => ({ id, role: 'user', content: id })
    const once = { ...asked, modelSettings: { maxRetries: 0 } }
    await fail(agent, 'generate', [user('before')], once)
    // The time of a request tells it from the one before it.
    await setTimeout(5)
    await fail(agent, 'generate', [user('one'), user('two'), user('three')], once)
    await agent.generate([user('three')], asked)
    expect(await shown(storage)).toStrictEqual([
      'user: before (failed)',
      'user: one',
      'user: two',
      'user: three',
      'assistant: Yes.',
    ])
    const told = await storage.lastMessages(ALICE, 't', 10)
    expect(told.map(({ id }) => id).slice(0, 3)).toStrictEqual(['one', 'two', 'three'])
  })

  it('keeps what the thread was to be made of', async () => {
    const { agent, storage } = await setUp({ model: failingModel(new Error('no')) })
    const thread = { id: 't', title: 'Mine', metadata: { k: 1 } }
    await fail(agent, 'generate', 'One', { memory: { thread, resource: 'alice' } })
    expect(await storage.getThread(ALICE, 't')).toMatchObject(thread)
  })

  it.each(METHODS)('is stored as stopped where its caller aborts it: %s', async (method) => {
    const hanging = hangingModel(true)
    const { agent, storage } = await setUp({ model: hanging.model })
    const controller = new AbortController()
    const failing = fail(agent, method, 'One', { ...asked, abortSignal: controller.signal })
    await hanging.started
    controller.abort()
    expect(await failing).toBeInstanceOf(Error)
    expect(await shown(storage)).toStrictEqual(['user: One (stopped)'])
  })

  it.each(METHODS)(
    'is stored as stopped also behind the last word of the model: %s',
    async (method) => {
      const controller = new AbortController()
      const model = createModel(async function* () {
        yield* textParts('All.')
        yield finish()
        controller.abort()
      })
      const { agent, storage } = await setUp({ model })
      await fail(agent, method, 'One', { ...asked, abortSignal: controller.signal })
      expect(await shown(storage)).toStrictEqual(['user: One (stopped)'])
    },
  )

  it('is stored before a stream says that it was aborted, and no failure is told', async () => {
    const controller = new AbortController()
    const { agent, storage } = await setUp()
    const stream = await agent.stream('One', { ...asked, abortSignal: controller.signal })
    const types: string[] = []
    for await (const { type } of stream.fullStream) {
      types.push(type)
      if (type === 'step-finish') controller.abort()
      if (type === 'abort') expect(await shown(storage)).toStrictEqual(['user: One (stopped)'])
    }
    expect(types.slice(-2)).toStrictEqual(['step-finish', 'abort'])
  })

  it('is stored as stopped where the reader of a stream leaves, at once or in the middle', async () => {
    const { agent, storage } = await setUp()
    const stream = await agent.stream('One', asked)
    for await (const chunk of stream.fullStream) if (chunk.type === 'text-delta') break
    const unread = await agent.stream('Two', asked)
    await unread.fullStream[Symbol.asyncIterator]().return?.()
    expect(await shown(storage)).toStrictEqual(['user: One (stopped)', 'user: Two (stopped)'])
  })

  it('is stored as failed where the reader leaves with the error', async () => {
    const { agent, storage } = await setUp({ model: failingModel(new Error('no')) })
    const stream = await agent.stream('One', asked)
    for await (const chunk of stream.fullStream) if (chunk.type === 'error') break
    expect(await shown(storage)).toStrictEqual(['user: One (failed)'])
  })

  it('is stored once behind tools that ran, and nothing of what the answer had said', async () => {
    const work = createTool({ id: 'work', description: 'Works', execute: async () => 1 })
    const model = createModel(async function* (_options, index) {
      if (index > 0) throw new Error('no')
      yield* textParts('I work.')
      yield { type: 'tool-call', toolCallId: 'c', toolName: 'work', input: '{}' }
      yield finish('tool-calls')
    })
    const { agent, storage } = await setUp({ model, tools: { work } })
    await fail(agent, 'generate', 'One', { ...asked, modelSettings: { maxRetries: 0 } })
    expect(model.calls).toHaveLength(2)
    expect(await shown(storage)).toStrictEqual(['user: One (failed)'])
  })

  it('is not stored where it was refused, where memory is only read, or where nothing can be', async () => {
    const model = failingModel(new Error('no'))
    const { agent, storage, lines } = await setUp({ model })
    for (const method of METHODS) {
      await fail(agent, method, 'One', { ...asked, activeTools: ['none'] })
      await fail(agent, method, 'One', { ...asked, maxSteps: 0 })
      await fail(agent, method, { role: 'user', content: '' })
    }
    expect(model.calls).toHaveLength(0)
    const memory = { ...asked.memory, options: { readOnly: true } }
    for (const method of METHODS) await fail(agent, method, 'One', { memory })
    const closed: MemoryStorage = {
      ...storage,
      commitExchange: () => Promise.reject(new Error('The disk is full.')),
    }
    agent.setStorage(closed)
    for (const method of METHODS) await fail(agent, method, 'One')
    expect(await shown(storage)).toBeUndefined()
    // The fault of the storage is in the log, and the caller is told of the answer's own.
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'A question without an answer could not be stored.' },
      { message: 'A question without an answer could not be stored.' },
    ])
  })

  it('is not tried again to be stored where the answer could not be', async () => {
    const { agent, storage } = await setUp()
    let commits = 0
    const closed: MemoryStorage = {
      ...storage,
      commitExchange: () => {
        commits += 1
        return Promise.reject(new Error('The disk is full.'))
      },
    }
    agent.setStorage(closed)
    expect(await fail(agent, 'generate', 'One')).toMatchObject({ code: 'answer_unstored' })
    const memory = { ...asked.memory, thread: 'u' }
    expect(await fail(agent, 'stream', 'One', { memory })).toMatchObject({
      code: 'answer_unstored',
    })
    expect(commits).toBe(2)
  })

  it('is told to the model in the next turn where it was stopped, and not where it failed', async () => {
    const { agent, storage } = await setUp({ model: failingFirst(1) })
    await fail(agent, 'generate', 'Poison', { ...asked, modelSettings: { maxRetries: 0 } })
    const controller = new AbortController()
    controller.abort()
    await fail(agent, 'generate', 'Never mind', { ...asked, abortSignal: controller.signal })
    const model = textModel('Yes.')
    const { rememberedMessages } = await agent.generate('And now?', { ...asked, model })
    expect(model.calls.map(textsOf)).toStrictEqual([['user: Never mind', 'user: And now?']])
    expect(rememberedMessages.map(({ content }) => content.content)).toStrictEqual(['Never mind'])
    expect(await shown(storage)).toStrictEqual([
      'user: Poison (failed)',
      'user: Never mind (stopped)',
      'user: And now?',
      'assistant: Yes.',
    ])
  })

  it('takes no place of what is remembered where it failed', async () => {
    const { agent, model } = await setUp()
    await agent.generate('One', asked)
    const failing = failingModel(new Error('no'))
    for (let count = 0; count < 12; count++) {
      await fail(agent, 'generate', 'Poison', { ...asked, model: failing })
    }
    await agent.generate('Two', asked)
    expect(textsOf(model.calls[1] ?? expect.unreachable())).toStrictEqual([
      'user: One',
      'assistant: Yes.',
      'user: Two',
    ])
  })

  it.each(METHODS)(
    'gives its place to the answer of the same message that comes about: %s',
    async (method) => {
      const { agent, storage, model } = await setUp()
      const message = { id: 'u1', role: 'user', content: 'One' }
      const failing = failingModel(new Error('no'))
      for (let count = 0; count < 3; count++) {
        await fail(agent, method, [message], { ...asked, model: failing })
      }
      expect(await shown(storage)).toStrictEqual(['user: One (failed)'])
      await agent.generate('Meanwhile', asked)
      if (method === 'generate') await agent.generate([message], asked)
      else await (await agent.stream([message], asked)).getFullOutput()
      expect(await shown(storage)).toStrictEqual([
        'user: Meanwhile',
        'assistant: Yes.',
        'user: One',
        'assistant: Yes.',
      ])
      const page = await storage.listMessages(ALICE, 't', { perPage: 9 })
      expect(page).toMatchObject({ total: 4 })
      expect(page?.messages[2]).toMatchObject({ id: 'u1' })
      expect(page?.messages[2]?.content).not.toHaveProperty('metadata')
      expect(textsOf(model.calls[1] ?? expect.unreachable())).toStrictEqual([
        'user: Meanwhile',
        'assistant: Yes.',
        'user: One',
      ])
    },
  )

  it('says how its last try ended, and is not marked again once it was answered', async () => {
    const { agent, storage } = await setUp()
    const message = { id: 'u1', role: 'user', content: 'One' }
    const failing = failingModel(new Error('no'))
    await fail(agent, 'generate', [message], { ...asked, model: failing })
    const controller = new AbortController()
    controller.abort()
    await fail(agent, 'generate', [message], { ...asked, abortSignal: controller.signal })
    expect(await shown(storage)).toStrictEqual(['user: One (stopped)'])
    await agent.generate([message], asked)
    await fail(agent, 'generate', [message], { ...asked, model: failing })
    expect(await shown(storage)).toStrictEqual(['user: One', 'assistant: Yes.'])
  })

  it('is asked with those before it that were not answered either', async () => {
    const { agent, storage, model } = await setUp()
    const messages = ['One', 'Two'].map((content) => ({ id: content, role: 'user', content }))
    await fail(agent, 'generate', messages, { ...asked, model: failingModel(new Error('no')) })
    await agent.generate(messages, asked)
    expect(textsOf(model.calls[0] ?? expect.unreachable())).toStrictEqual([
      'user: One',
      'user: Two',
    ])
    expect(await shown(storage)).toStrictEqual(['user: One', 'user: Two', 'assistant: Yes.'])
  })
})
