import { expect, it } from 'vitest'
import {
  createModel,
  failingModel,
  finish,
  textModel,
  textParts,
  toolModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { describeStores } from '@signet/test-support/store/stores'
import { Agent, type AgentConfig } from '../agent/agent.js'
import { createTool } from '../tool/create-tool.js'
import { Memory, type MemoryOptions } from './memory.js'
import { ownerKey } from './owner.js'
import type { MemoryStorage } from './storage.js'

const ownerOf = (resourceId: string) => ownerKey({ resourceId })
const inThread = (thread: string, resource = 'alice') => ({ memory: { thread, resource } })

const user = (id: string, text = id) => ({ id, role: 'user', parts: [{ type: 'text', text }] })
const said = (id: string, text = 'Yes.') => ({
  id,
  role: 'assistant',
  parts: [{ type: 'step-start' }, { type: 'text', text }],
})

/** The prompt of the last call as `role: text` lines. */
function lastPrompt({ calls }: TestModel): string[] {
  return (calls.at(-1)?.prompt ?? []).flatMap(({ role, content }) => {
    if (typeof content === 'string') return []
    const parts = content.map((part) => (part.type === 'text' ? part.text : part.type))
    return [`${role}: ${parts.join(', ')}`]
  })
}

describeStores('the conversation that a client sends again', (stores) => {
  async function setUp(config: Partial<AgentConfig> = {}, options: MemoryOptions = {}) {
    const { memory: storage } = await stores.open()
    const model = textModel('Yes.')
    const agent = new Agent({
      id: 'agent',
      name: 'Agent',
      instructions: '',
      model,
      memory: new Memory({ options }),
      ...config,
    })
    agent.setStorage(storage)
    return { agent, storage, model }
  }

  /** What a thread has, and that it counts so much. */
  async function shown(storage: MemoryStorage, thread = 't', owner = 'alice'): Promise<string[]> {
    const page = await storage.listMessages(ownerOf(owner), thread, { perPage: 1000 })
    expect(page?.total).toBe(page?.messages.length)
    return (page?.messages ?? []).map(({ role, content }) => `${role}: ${content.content}`)
  }

  it('is neither told nor stored twice, however many turns it has', async () => {
    const { agent, storage, model } = await setUp()
    const conversation: object[] = []
    for (const id of ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8']) {
      conversation.push(user(id))
      const { response } = await agent.generate(conversation, inThread('t'))
      const [answer] = response.dbMessages
      conversation.push(said(answer?.id ?? '', answer?.content.content))
    }
    expect(await shown(storage)).toHaveLength(16)
    // Ten are remembered; what is older is not told because a client sent it again.
    expect(lastPrompt(model)).toHaveLength(11)
    expect(lastPrompt(model).slice(-3)).toStrictEqual(['user: u7', 'assistant: Yes.', 'user: u8'])
  })

  it('is so also where its client has other ids for the answers, and where nothing is remembered', async () => {
    for (const lastMessages of [10, false] as const) {
      const { agent, storage, model } = await setUp({}, { lastMessages })
      await agent.generate([user('u1')], inThread('t'))
      await agent.generate([user('u1'), said('mine-1'), user('u2')], inThread('t'))
      await agent.generate(
        [user('u1'), said('mine-1'), user('u2'), said('mine-2'), user('u3')],
        inThread('t'),
      )
      expect(await shown(storage)).toHaveLength(6)
      expect(lastPrompt(model).filter((line) => line === 'user: u3')).toHaveLength(1)
      expect(lastPrompt(model)).toHaveLength(lastMessages === false ? 1 : 5)
    }
  })

  it('keeps the ids of its client', async () => {
    const { agent, storage } = await setUp()
    const { messages } = await agent.generate([user('u1')], inThread('t'))
    expect(messages[0]?.id).toBe('u1')
    expect(await storage.getMessages(ownerOf('alice'), [{ id: 'u1' }])).toHaveLength(1)
  })

  it('is taken for new as far as the thread does not have it', async () => {
    const { agent, storage, model } = await setUp()
    // As from a conversation that was kept elsewhere until now.
    await agent.generate([user('u1'), said('a1', 'Elsewhere.'), user('u2')], inThread('t'))
    expect(await shown(storage)).toStrictEqual([
      'user: u1',
      'assistant: Elsewhere.',
      'user: u2',
      'assistant: Yes.',
    ])
    expect(lastPrompt(model)).toStrictEqual(['user: u1', 'assistant: Elsewhere.', 'user: u2'])
  })

  it('is as it was before where messages have no ids', async () => {
    const { agent, storage } = await setUp()
    for (let turn = 0; turn < 2; turn++) {
      await agent.generate([{ role: 'user', content: 'Hi' }], inThread('t'))
    }
    expect(await shown(storage)).toHaveLength(4)
  })

  it('may end with a question that has an answer, which is then answered again', async () => {
    const { agent, storage, model } = await setUp()
    for (const id of ['u1', 'u2', 'u3']) await agent.generate([user(id)], inThread('t'))
    await agent.generate([user('u1'), said('x'), user('u2', 'u2, edited')], inThread('t'))
    expect(lastPrompt(model)).toStrictEqual(['user: u1', 'assistant: Yes.', 'user: u2, edited'])
    expect(await shown(storage)).toStrictEqual([
      'user: u1',
      'assistant: Yes.',
      'user: u2',
      'assistant: Yes.',
      'user: u3',
      'assistant: Yes.',
      'user: u2, edited',
      'assistant: Yes.',
    ])
  })

  it('changes nothing that was answered, and stores each other text under its id once', async () => {
    const { agent, storage, model } = await setUp()
    const file = { type: 'file', mediaType: 'text/plain', url: 'data:text/plain;base64,aGk=' }
    const withFile = { id: 'u1', role: 'user', parts: [{ type: 'text', text: 'u1' }, file] }
    for (let turn = 0; turn < 2; turn++) {
      for (const message of [user('u1'), user('u1', 'edited'), withFile]) {
        await agent.generate([message], inThread('t'))
      }
    }
    const lines = await shown(storage)
    expect(lines.filter((line) => line !== 'assistant: Yes.')).toStrictEqual([
      'user: u1',
      'user: edited',
      'user: u1',
    ])
    expect(lines).toHaveLength(9)
    await agent.generate([user('u1', 'edited'), said('x'), user('u2')], inThread('t'))
    expect(lastPrompt(model).filter((line) => line === 'user: edited')).toHaveLength(1)
    expect(await shown(storage)).toHaveLength(11)
  })

  it('keeps another text under an id that is answered also where its answer fails', async () => {
    const { agent, storage } = await setUp()
    await agent.generate([user('u1')], inThread('t'))
    const failing = new Agent({
      id: 'agent',
      name: 'Agent',
      instructions: '',
      model: failingModel(new Error('no')),
      memory: new Memory(),
    })
    failing.setStorage(storage)
    for (const text of ['u1', 'edited']) {
      await expect(failing.generate([user('u1', text)], inThread('t'))).rejects.toThrow()
    }
    expect(await shown(storage)).toStrictEqual(['user: u1', 'assistant: Yes.', 'user: edited'])
    // Its answer takes its place.
    await agent.generate([user('u1', 'edited')], inThread('t'))
    expect(await shown(storage)).toStrictEqual([
      'user: u1',
      'assistant: Yes.',
      'user: edited',
      'assistant: Yes.',
    ])
  })

  it('takes over nothing of another thread or owner, and tells nothing of it', async () => {
    const { agent, storage, model } = await setUp()
    await agent.generate([user('u1', 'secret')], inThread('other'))
    await agent.generate([user('u1', 'hers')], inThread('t', 'bob'))
    for (let turn = 0; turn < 2; turn++) {
      await agent.generate([user('u1', 'mine'), said('a'), user(`v${turn}`)], inThread('t'))
    }
    const mine = ['user: mine', 'assistant: Yes.', 'user: v0', 'assistant: Yes.']
    expect(await shown(storage)).toStrictEqual([...mine, 'user: v1', 'assistant: Yes.'])
    expect(lastPrompt(model)).toStrictEqual([...mine, 'user: v1'])
    expect(await shown(storage, 'other')).toStrictEqual(['user: secret', 'assistant: Yes.'])
    expect(await shown(storage, 't', 'bob')).toStrictEqual(['user: hers', 'assistant: Yes.'])
  })

  it('does not make a question of an answer that has its id', async () => {
    const { agent, storage } = await setUp()
    const { response } = await agent.generate([user('u1')], inThread('t'))
    const answerId = response.dbMessages[0]?.id ?? ''
    for (let turn = 0; turn < 2; turn++) {
      await agent.generate([user(answerId, 'Not an answer')], inThread('t'))
    }
    expect(await shown(storage)).toStrictEqual([
      'user: u1',
      'assistant: Yes.',
      'user: Not an answer',
      'assistant: Yes.',
      'assistant: Yes.',
    ])
  })

  it('may be asked twice at once', async () => {
    const { agent, storage } = await setUp()
    const answers = [1, 2].map(() => agent.generate([user('u1')], inThread('t')))
    expect(await Promise.all(answers)).toHaveLength(2)
    expect(await shown(storage)).toStrictEqual(['user: u1', 'assistant: Yes.', 'assistant: Yes.'])
  })

  it('may be asked at once with one id in two threads, and in two texts', async () => {
    // Both have looked for the id before the first of them is stored.
    const waiting: (() => void)[] = []
    let isTogether = true
    const meet = () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        if (!isTogether || waiting.length === 2) for (const go of waiting.splice(0)) go()
      })
    const model = createModel(async function* () {
      await meet()
      yield* textParts('Yes.')
      yield finish()
    })
    const { agent, storage } = await setUp({ model })
    await Promise.all(['t', 'v'].map((thread) => agent.generate([user('u1')], inThread(thread))))
    for (const thread of ['t', 'v']) {
      expect(await shown(storage, thread)).toStrictEqual(['user: u1', 'assistant: Yes.'])
    }
    // Each thread finds it again.
    isTogether = false
    await agent.generate([user('u1'), said('x'), user('u2')], inThread('v'))
    expect(await shown(storage, 'v')).toHaveLength(4)

    isTogether = true
    await Promise.all(['a', 'b'].map((text) => agent.generate([user('u3', text)], inThread('w'))))
    const lines = await shown(storage, 'w')
    expect(lines.toSorted()).toStrictEqual([
      'assistant: Yes.',
      'assistant: Yes.',
      'user: a',
      'user: b',
    ])
  })

  it('completes a call of a message that is known, and leaves no result without its call', async () => {
    const tool = { description: 'Looks', inputSchema: { type: 'object' as const } }
    const model = toolModel('look')
    const { agent, storage } = await setUp({ model })
    const options = { ...inThread('t'), clientTools: { look: tool } }
    const { response } = await agent.generate([user('u1')], options)
    const id = response.dbMessages[0]?.id ?? ''
    const result = {
      type: 'tool-look',
      toolCallId: 'call-1',
      state: 'output-available',
      input: {},
      output: 'seen',
    }
    const answer = { id, role: 'assistant', parts: [{ type: 'step-start' }, result] }
    await agent.generate([user('u1'), answer], options)
    expect(lastPrompt(model)).toStrictEqual([
      'user: u1',
      'assistant: tool-call',
      'tool: tool-result',
    ])
    const page = await storage.listMessages(ownerOf('alice'), 't', { perPage: 9 })
    expect(page?.messages.map(({ role }) => role)).toStrictEqual(['user', 'assistant', 'assistant'])
    expect(page?.messages[1]?.content.parts[0]).toMatchObject({
      toolInvocation: { state: 'result', result: 'seen' },
    })
    const short = { memory: { ...options.memory, options: { lastMessages: 1 } } }
    await agent.generate([user('u1'), answer, user('u2')], { ...options, ...short })
    const told = lastPrompt(model).join('\n')
    expect(told.match(/tool-result/g)?.length).toBe(told.match(/tool-call/g)?.length)
  })

  it('looks nothing up where no message has an id', async () => {
    const { agent, storage } = await setUp({
      tools: { look: createTool({ id: 'look', description: '', execute: async () => 1 }) },
    })
    let looks = 0
    agent.setStorage({
      ...storage,
      findMessages: (...args) => {
        looks += 1
        return storage.findMessages(...args)
      },
    })
    await agent.generate('Hi', inThread('t'))
    expect(looks).toBe(0)
    await agent.generate([user('u1')], inThread('t'))
    expect(looks).toBe(1)
  })
})
