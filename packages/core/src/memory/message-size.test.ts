import { createPrincipal, DEFAULT_ROLES } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { textModel, type TestModel } from '@signet/test-support/application/model'
import { describeStores } from '@signet/test-support/store/stores'
import { Agent, type AgentConfig } from '../agent/agent.js'
import type { AgentChunk } from '../answer/chunk.js'
import { AnswerError } from '../error.js'
import { RequestContext } from '../request-context.js'
import { Memory } from './memory.js'
import { MAX_MESSAGE_BYTES, MAX_MESSAGE_PARTS, MESSAGE_TOO_LARGE } from './message-size.js'
import { ownerKey } from './owner.js'
import type { MemoryPart, MemoryStorage } from './storage.js'

const ALICE = ownerKey({ resourceId: 'alice' })
const principal = createPrincipal({ sub: 'alice', permissions: ['*'] }, { roles: DEFAULT_ROLES })
const asked = {
  requestContext: new RequestContext([], { principal }),
  memory: { thread: 't' },
}
const tooLarge = { issues: [{ field: 'messages', message: MESSAGE_TOO_LARGE }] }
/** It is stored twice: as a part, and as the text of all parts. */
const HALF = 'x'.repeat(MAX_MESSAGE_BYTES / 2)
const words = (count: number) =>
  Array.from({ length: count }, () => ({ type: 'text', text: 'x' }) as const)

describeStores(
  'a message of an agent that remembers',
  (stores) => {
    async function setUp(
      config: Partial<AgentConfig> = {},
    ): Promise<{ agent: Agent; storage: MemoryStorage; model: TestModel }> {
      const { memory: storage } = await stores.open()
      const model = textModel('Noted.')
      const facts = { id: 'agent', name: 'Agent', instructions: '' }
      const agent = new Agent({ ...facts, model, memory: new Memory(), ...config })
      agent.setStorage(storage)
      agent.setLogger({ debug() {}, info() {}, warn() {}, error() {} })
      return { agent, storage, model }
    }

    it.each([
      ['text', HALF],
      ['text beyond ASCII', '天'.repeat(MAX_MESSAGE_BYTES / 6)],
    ] as const)(
      'is refused before the model is asked where it has too much %s',
      async (_, said) => {
        const { agent, storage, model } = await setUp()
        await expect(agent.generate(said, asked)).rejects.toMatchObject(tooLarge)
        await expect(agent.stream(said, asked)).rejects.toMatchObject(tooLarge)
        expect(model.calls).toHaveLength(0)
        expect(await storage.getThread(ALICE, 't')).toBeUndefined()
      },
    )

    it.each([
      ['text', HALF.slice(200)],
      ['parts', [{ role: 'user', content: words(MAX_MESSAGE_PARTS) }]],
    ] as const)('is stored where it has the most %s', async (_, said) => {
      const { agent, storage } = await setUp()
      await agent.generate(said, asked)
      expect(await storage.lastMessages(ALICE, 't', 9)).toHaveLength(2)
    })

    it('is not measured where nothing is to be stored', async () => {
      const { agent, model } = await setUp()
      await agent.generate(HALF, { ...asked, memory: undefined })
      await agent.generate(HALF, { ...asked, memory: { thread: 't', options: { readOnly: true } } })
      expect(model.calls).toHaveLength(2)
    })

    describe('that answers', () => {
      const config = { model: textModel('x'.repeat(MAX_MESSAGE_BYTES)) }
      const expectQuestionAlone = async (storage: MemoryStorage) => {
        const page = await storage.listMessages(ALICE, 't', { perPage: 9 })
        const said = page?.messages.map(({ role, content }) => [role, content.content])
        expect(said).toStrictEqual([['user', 'Fill it']])
        expect(page?.messages[0]?.content.metadata).toStrictEqual({ signet: { answer: 'failed' } })
      }

      it('is a failure that says why where it is too large, and stores the question alone', async () => {
        const { agent, storage } = await setUp(config)
        const error: unknown = await agent.generate('Fill it', asked).catch((thrown) => thrown)
        expect(error).toSatisfy(AnswerError.isInstance)
        expect(error).toMatchObject({
          issues: [{ field: 'memory', message: expect.stringContaining(MESSAGE_TOO_LARGE) }],
        })
        await expectQuestionAlone(storage)
      })

      it('ends a stream with the reason, and stores the question alone', async () => {
        const { agent, storage } = await setUp(config)
        const chunks: AgentChunk[] = []
        const stream = await agent.stream('Fill it', asked)
        for await (const chunk of stream.fullStream) chunks.push(chunk)
        const [error, finish] = chunks.slice(-2)
        expect(error).toMatchObject({
          type: 'error',
          payload: { error: { message: expect.stringContaining(MESSAGE_TOO_LARGE) } },
        })
        expect(finish).toMatchObject({ payload: { stepResult: { reason: 'error' } } })
        await expectQuestionAlone(storage)
      })

      it('is answered where nothing is to be stored', async () => {
        const { agent } = await setUp(config)
        const { text } = await agent.generate('Fill it', { ...asked, memory: undefined })
        expect(text).toHaveLength(MAX_MESSAGE_BYTES)
      })
    })

    it('takes the result of a tool of the client only as far as it has room', async () => {
      const { agent, storage, model } = await setUp()
      const call: MemoryPart = {
        type: 'tool-invocation',
        toolInvocation: { toolCallId: 'c', toolName: 'paint', state: 'call', args: {} },
      }
      const fill: MemoryPart = { type: 'text', text: HALF }
      await storage.commitExchange(ALICE, {
        thread: { id: 't' },
        messages: [
          { id: 'm', role: 'assistant', createdAt: 0, content: { format: 2, parts: [fill, call] } },
        ],
      })
      const answer = (value: string) => {
        const output = { type: 'json', value } as const
        const result = { type: 'tool-result', toolCallId: 'c', toolName: 'paint', output }
        return agent.generate([{ role: 'tool', content: [result] }], asked)
      }
      const stateOf = async () => {
        const [message] = await storage.getMessages(ALICE, [{ id: 'm' }])
        return message?.content.parts[1]?.['toolInvocation']
      }
      await expect(answer(HALF)).rejects.toMatchObject(tooLarge)
      expect(model.calls).toHaveLength(0)
      expect(await stateOf()).toMatchObject({ state: 'call' })
      await answer('painted')
      expect(await stateOf()).toMatchObject({ state: 'result', result: 'painted' })
    })
  },
  ['libsql'],
)
