import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { expect, it } from 'vitest'
import { z } from 'zod'
import {
  createModel,
  finish,
  textModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { describeStores } from '@signet/test-support/store/stores'
import { Agent } from '../agent/agent.js'
import { ToolError } from '../error.js'
import { createTool, type Tool } from '../tool/create-tool.js'
import { Memory } from './memory.js'
import { ownerKey } from './owner.js'

const ALICE = ownerKey({ resourceId: 'alice' })
const asked = { memory: { thread: 't', resource: 'alice' } }

type Part = LanguageModelV3StreamPart

/** A text or a thought, with what its provider says of it at its end. */
function said(type: 'text' | 'reasoning', id: string, words: string, state?: object): Part[] {
  return [
    { type: `${type}-start`, id },
    { type: `${type}-delta`, id, delta: words },
    { type: `${type}-end`, id, ...(state && { providerMetadata: { test: state as never } }) },
  ]
}

function call(toolCallId: string, toolName: string, state?: object, input = '{}'): Part {
  const common = { type: 'tool-call', toolCallId, toolName, input } as const
  return state === undefined ? common : { ...common, providerMetadata: { test: state as never } }
}

/** Thinks, says, calls two tools, the second with this input; says and calls again; then answers. */
function thinkingModel(input = '{}', second = 'look'): TestModel {
  const turns: readonly (readonly Part[])[] = [
    [
      ...said('reasoning', 'r1', 'Hm.', { signature: 'of r1' }),
      ...said('text', 't1', 'First I look.', { itemId: 'msg_1' }),
      call('c1', 'look', { itemId: 'fc_1', thoughtSignature: 'of c1' }),
      call('c2', second, undefined, input),
      finish('tool-calls'),
    ],
    [
      ...said('reasoning', 'r2', ''),
      ...said('text', 't2', 'Then again.'),
      call('c3', 'look'),
      finish('tool-calls'),
    ],
    [...said('reasoning', 'r3', 'Plain.'), ...said('text', 't3', 'All seen.'), finish()],
  ]
  return createModel(async function* (_options, index) {
    yield* turns[index] ?? turns[2] ?? []
  })
}

const look = createTool({ id: 'look', description: 'Looks', execute: async () => ({ seen: 1 }) })

describeStores('an answer of several parts', (stores) => {
  async function setUp(model: TestModel, tool: Tool = look) {
    const { memory: storage } = await stores.open()
    const config = { id: 'agent', name: 'Agent', instructions: '', memory: new Memory() }
    const agent = new Agent({ ...config, model, tools: { look: tool } })
    agent.setStorage(storage)
    agent.setLogger({ debug() {}, info() {}, warn() {}, error() {} })
    const ask = async (text: string) => await (await agent.stream(text, asked)).getFullOutput()
    const storedMessages = () => storage.lastMessages(ALICE, 't', 9)
    const stored = async () => {
      const messages = await storedMessages()
      return messages.findLast(({ role }) => role === 'assistant')?.content
    }
    return { agent, ask, stored, storedMessages }
  }

  it('is stored in the order in which they came, each as a part of its own', async () => {
    const { ask, stored } = await setUp(thinkingModel())
    await ask('Look!')
    const content = await stored()
    const shown = content?.parts.map((part) => {
      const { toolCallId } = Object(part['toolInvocation'])
      return [part.type, part['text'] ?? part['reasoning'] ?? toolCallId]
    })
    expect(shown).toStrictEqual([
      ['reasoning', 'Hm.'],
      ['text', 'First I look.'],
      ['tool-invocation', 'c1'],
      ['tool-invocation', 'c2'],
      ['step-start', undefined],
      ['text', 'Then again.'],
      ['tool-invocation', 'c3'],
      ['step-start', undefined],
      ['reasoning', 'Plain.'],
      ['text', 'All seen.'],
    ])
    expect(content?.parts[0]).toMatchObject({ details: [{ type: 'text', text: 'Hm.' }] })
    expect(content?.content).toBe('First I look.Then again.All seen.')
  })

  it('comes back to the model in that order, with what its provider needs of it', async () => {
    const { agent, ask } = await setUp(thinkingModel())
    await ask('Look!')
    const next = textModel('Yes.')
    await agent.generate('And?', { ...asked, model: next })
    const prompt = next.calls[0]?.prompt.slice(1).map(({ role, content }) => {
      if (typeof content === 'string') return [role, content]
      const parts = content.map((part) => {
        const words = part.type === 'text' || part.type === 'reasoning' ? part.text : undefined
        const state = 'providerOptions' in part ? part.providerOptions?.['test'] : undefined
        return [part.type, words ?? Reflect.get(part, 'toolCallId'), ...(state ? [state] : [])]
      })
      return [role, parts]
    })
    expect(prompt).toStrictEqual([
      ['user', [['text', 'Look!']]],
      [
        'assistant',
        [
          ['reasoning', 'Hm.', { signature: 'of r1' }],
          ['text', 'First I look.', { itemId: 'msg_1' }],
          ['tool-call', 'c1', { itemId: 'fc_1', thoughtSignature: 'of c1' }],
          ['tool-call', 'c2'],
        ],
      ],
      [
        'tool',
        [
          ['tool-result', 'c1'],
          ['tool-result', 'c2'],
        ],
      ],
      [
        'assistant',
        [
          ['text', 'Then again.'],
          ['tool-call', 'c3'],
        ],
      ],
      ['tool', [['tool-result', 'c3']]],
      // What it thought before it answered, no provider asks for.
      ['assistant', [['text', 'All seen.']]],
      ['user', [['text', 'And?']]],
    ])
  })

  it.each([
    ['behind', new Date(1000)],
    ['ahead', new Date('2999-01-01')],
  ])('has the time of this server where the clock of the model is %s', async (_, timestamp) => {
    const model = createModel(async function* () {
      yield { type: 'response-metadata', id: 'r', timestamp }
      yield* said('text', 't', 'Hello.')
      yield finish()
    })
    const { ask, storedMessages } = await setUp(model)
    const before = Date.now()
    const { messages } = await ask('Hi')
    const [question, answer] = await storedMessages()
    expect(answer?.createdAt).toBeGreaterThanOrEqual(question?.createdAt ?? Infinity)
    expect(question?.createdAt).toBeGreaterThanOrEqual(before)
    expect(answer?.createdAt).toBeLessThanOrEqual(Date.now())
    expect(answer?.content.parts).toMatchObject([{ createdAt: answer?.createdAt }])
    expect(messages[1]?.createdAt).toStrictEqual(new Date(answer?.createdAt ?? NaN))
  })

  it('shows nobody what is for its provider alone', async () => {
    const { agent, ask } = await setUp(thinkingModel())
    const output = await ask('Look!')
    const { messages, response } = output
    const shown = JSON.stringify([messages, response.dbMessages, response.uiMessages])
    expect(shown).not.toMatch(/providerState|of r1|of c1|fc_1/)
    expect(response.uiMessages[0]?.parts[0]).toStrictEqual({
      type: 'reasoning',
      text: 'Hm.',
      state: 'done',
    })
    const next = await agent.generate('And?', { ...asked, model: textModel('Yes.') })
    expect(JSON.stringify(next.rememberedMessages)).not.toMatch(/providerState|of r1/)
  })

  const seeing = (seen: () => number) =>
    createTool({
      id: 'look',
      description: 'Looks',
      inputSchema: z.object({ far: z.boolean().optional() }),
      outputSchema: z.object({ seen: z.number() }),
      execute: async (_input, { agent }) => ({ seen: agent?.toolCallId === 'c2' ? seen() : 1 }),
    })
  const fail = (error: Error) => () => {
    throw error
  }

  it.each([
    ['says why', seeing(fail(new ToolError('It is dark.'))), undefined, 'ToolError: It is dark.'],
    ['throws', seeing(fail(new Error('s3cret'))), undefined, 'ToolError: The tool look failed.'],
    [
      'returns what it must not',
      seeing(() => 's3cret' as never),
      undefined,
      'ToolError: The tool look failed.',
    ],
    ['is given what it does not take', seeing(() => 1), '{"far":"s3cret"}', /input.*far/],
    ['is given what is not JSON', seeing(() => 1), '{oops', /JSON/],
  ])('comes back whole, with the words of its failure, where a tool %s', async (...each) => {
    const [, tool, input, words] = each
    const model = thinkingModel(input)
    const { agent, ask, stored } = await setUp(model, tool)
    const { messages, response } = await ask('Look!')
    const told = model.calls[1]?.prompt.at(-1)?.content[1]
    const output = Reflect.get(Object(told), 'output')
    expect(output).toStrictEqual({
      type: 'error-text',
      value: typeof words === 'string' ? words : expect.stringMatching(words),
    })

    const failed = { toolCallId: 'c2', state: 'output-error', errorText: output.value }
    const parts = (await stored())?.parts
    expect(parts?.[2]).toMatchObject({ toolInvocation: { state: 'result', result: { seen: 1 } } })
    expect(parts?.[3]).toMatchObject({ toolInvocation: failed })
    expect(parts?.[3]?.['toolInvocation']).not.toHaveProperty('result')
    expect(messages.at(-1)?.content.parts[3]).toMatchObject({ toolInvocation: failed })
    expect(response.uiMessages[0]?.parts[3]).toMatchObject({ type: 'tool-look', ...failed })
    expect(output.value).not.toContain('s3cret')

    const next = textModel('Yes.')
    await agent.generate('And?', { ...asked, model: next })
    expect(next.calls[0]?.prompt.slice(2, 4)).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.', providerOptions: { test: { signature: 'of r1' } } },
          { type: 'text', providerOptions: { test: { itemId: 'msg_1' } } },
          { toolCallId: 'c1', providerOptions: { test: { itemId: 'fc_1' } } },
          { toolCallId: 'c2' },
        ],
      },
      { role: 'tool', content: [{ toolCallId: 'c1' }, { toolCallId: 'c2', output }] },
    ])
  })

  it('comes back without thoughts and state where nobody has answered one of its calls', async () => {
    const { agent, stored } = await setUp(thinkingModel('{}', 'paint'))
    await (await agent.stream('Look!', { ...asked, clientTools: { paint: {} } })).getFullOutput()
    expect((await stored())?.parts[3]).toMatchObject({ toolInvocation: { state: 'call' } })
    const next = textModel('Yes.')
    await agent.generate('And?', { ...asked, model: next })
    const answer = next.calls[0]?.prompt.find(({ role }) => role === 'assistant')
    expect(answer?.content).toMatchObject([{ type: 'text' }, { toolCallId: 'c1' }])
    expect(JSON.stringify(answer)).not.toMatch(/of r1|fc_1|msg_1/)
  })
})
