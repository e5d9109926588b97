import type { AssistantModelMessage, ModelMessage, ToolModelMessage, UserModelMessage } from 'ai'
import { convertToLanguageModelPrompt, resolveLanguageModel } from 'ai/internal'
import { MockLanguageModelV3 } from 'ai/test'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toPlainPrompt } from './prompt.js'

/** What the AI SDK makes of the same messages. */
async function bySdk(messages: readonly ModelMessage[]): Promise<unknown> {
  const model = resolveLanguageModel(new MockLanguageModelV3())
  return convertToLanguageModelPrompt({
    prompt: { instructions: 'Be brief.', messages: [...messages] },
    supportedUrls: await model.supportedUrls,
    download: async (files) => files.map(() => null),
    provider: 'mock',
  })
}

const options = fc.option(fc.constant({ provider: { key: 'value' } }), { nil: undefined })
const text = fc.record({
  type: fc.constant('text' as const),
  text: fc.constantFrom('', 'Hi'),
  providerOptions: options,
})
const reasoning = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.string(),
  providerOptions: options,
})
const toolCallId = fc.constantFrom('a', 'b')
const toolName = fc.constant('tool')
const toolCall = fc.record({
  type: fc.constant('tool-call' as const),
  toolCallId,
  toolName,
  input: fc.jsonValue(),
  providerExecuted: fc.constantFrom(true, undefined),
  providerOptions: options,
})
const toolResult = fc.record({
  type: fc.constant('tool-result' as const),
  toolCallId,
  toolName,
  output: fc.constantFrom(
    { type: 'text' as const, value: 'done' },
    { type: 'json' as const, value: { done: true } },
    { type: 'error-text' as const, value: 'broken' },
    { type: 'error-json' as const, value: ['broken'] },
  ),
  providerOptions: options,
})
const user: fc.Arbitrary<UserModelMessage> = fc.record({
  role: fc.constant('user' as const),
  content: fc.oneof(fc.string(), fc.array(text, { maxLength: 3 })),
  providerOptions: options,
})
const assistant: fc.Arbitrary<AssistantModelMessage> = fc.record({
  role: fc.constant('assistant' as const),
  content: fc.oneof(
    fc.string(),
    fc.array(fc.oneof(text, reasoning, toolCall, toolResult), { maxLength: 3 }),
  ),
  providerOptions: options,
})
const tool: fc.Arbitrary<ToolModelMessage> = fc.record({
  role: fc.constant('tool' as const),
  content: fc.array(toolResult, { maxLength: 2 }),
  providerOptions: options,
})
const system = fc.record({
  role: fc.constant('system' as const),
  content: fc.string(),
  providerOptions: options,
})
const messages = fc.array(fc.oneof(user, assistant, tool, system), { maxLength: 6 })

describe('messages without files', () => {
  it('are put to a model as the AI SDK puts them, or left to it', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(messages, async (asked) => {
        const plain = toPlainPrompt('Be brief.', structuredClone(asked))
        if (plain === undefined) return
        taken += 1
        expect(plain).toEqual(await bySdk(asked))
      }),
      { numRuns: 2000 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  it('that are a whole tool turn are not left to it', () => {
    const call = { type: 'tool-call', toolCallId: 'a', toolName: 'tool', input: {} } as const
    const output = { type: 'json', value: 1 } as const
    const turn: ModelMessage[] = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [call, { ...call, toolCallId: 'b' }] },
      { role: 'tool', content: [{ ...call, type: 'tool-result', output }] },
      { role: 'tool', content: [{ ...call, type: 'tool-result', toolCallId: 'b', output }] },
      { role: 'assistant', content: 'Done.' },
    ]

    expect(toPlainPrompt('Be brief.', turn)).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant' },
      { role: 'tool', content: [{ toolCallId: 'a' }, { toolCallId: 'b' }] },
      { role: 'assistant', content: [{ text: 'Done.' }] },
    ])
  })
})

describe('messages that are left to the AI SDK', () => {
  const call = { type: 'tool-call', toolCallId: 'a', toolName: 'tool', input: {} } as const
  const file = { type: 'file', data: 'aGk=', mediaType: 'image/png' } as const

  it.each<[string, ModelMessage[]]>([
    ['a file of a user', [{ role: 'user', content: [file] }]],
    ['an image of a user', [{ role: 'user', content: [{ type: 'image', image: 'aGk=' }] }]],
    ['a file of a model', [{ role: 'assistant', content: [file] }]],
    [
      'a file of a tool',
      [
        { role: 'assistant', content: [call] },
        {
          role: 'tool',
          content: [{ ...call, type: 'tool-result', output: { type: 'content', value: [] } }],
        },
      ],
    ],
    ['a call that nobody answered', [{ role: 'assistant', content: [call] }]],
    [
      'a call that is answered too late',
      [
        { role: 'assistant', content: [call] },
        { role: 'user', content: 'Hi' },
        {
          role: 'tool',
          content: [{ ...call, type: 'tool-result', output: { type: 'text', value: '' } }],
        },
      ],
    ],
  ])('hold %s', (_, asked) => {
    expect(toPlainPrompt('Be brief.', asked)).toBeUndefined()
  })
})
