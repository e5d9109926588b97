import { describe, expect, it } from 'vitest'
import { InputError } from '../error.js'
import { readMessages } from './messages.js'

async function issuesOf(messages: unknown) {
  const error = await readMessages(messages).then(
    () => expect.unreachable('They were read.'),
    (reason: unknown) => reason,
  )
  if (!InputError.isInstance(error)) throw error
  return error.issues
}

const user = (content: unknown) => [{ role: 'user', content }]

describe('messages of another framework', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'input_text',
      user([{ type: 'input_text', text: 'Hi' }]),
      'content.0',
      /OpenAI.*Responses.*"type": "text"/,
    ],
    [
      'input_image',
      user([
        { type: 'text', text: 'a' },
        { type: 'input_image', image_url: 'https://a.example' },
      ]),
      'content.1',
      /"type": "image"/,
    ],
    [
      'image_url',
      user([{ type: 'image_url', image_url: { url: 'https://a.example' } }]),
      'content.0',
      /chat completions.*"type": "image"/,
    ],
    [
      'an image of Anthropic',
      user([{ type: 'image', source: { type: 'base64', data: 'aGk=' } }]),
      'content.0',
      /Anthropic/,
    ],
    [
      'tool_result',
      user([{ type: 'tool_result', tool_use_id: 'a', content: 'b' }]),
      'content.0',
      /Anthropic.*"role": "tool"/,
    ],
    [
      'tool_use',
      [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: {} }] }],
      'content.0',
      /Anthropic.*"tool-call"/,
    ],
    [
      'parts of Gemini',
      [{ role: 'user', parts: [{ text: 'Hi' }] }],
      'parts.0',
      /Gemini.*"type": "text"/,
    ],
    [
      'the role of Gemini',
      [{ role: 'model', parts: [{ text: 'Hi' }] }],
      'role',
      /Gemini.*role assistant/,
    ],
    ['a content without types', user([{ text: 'Hi' }]), 'content.0', /Converse.*"type": "text"/],
    [
      'a part of A2A',
      [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
      'parts.0',
      /A2A.*"type": "text"/,
    ],
    [
      'a message of LangChain that was serialized',
      [{ lc: 1, type: 'constructor', id: ['langchain'], kwargs: { content: 'Hi' } }],
      'kwargs',
      /LangChain/,
    ],
    [
      'calls of AG-UI',
      [{ id: 'b', role: 'assistant', toolCalls: [{ id: 't', type: 'function' }] }],
      'toolCalls',
      /AG-UI.*"tool-call"/,
    ],
    [
      'a result of AG-UI',
      [{ id: 'c', role: 'tool', toolCallId: 't', content: 'r' }],
      'toolCallId',
      /AG-UI.*"tool-result"/,
    ],
    [
      'the role developer',
      [{ role: 'developer', content: 'Be brief.' }],
      'role',
      /"role": "system"/,
    ],
    ['the role function', [{ role: 'function', name: 'a', content: 'b' }], 'role', /tool-result/],
    ['the role human', [{ role: 'human', content: 'Hi' }], 'role', /LangChain.*role user/],
    ['the role ai', [{ role: 'ai', content: 'Hi' }], 'role', /role assistant/],
    [
      'a result of OpenAI',
      [{ role: 'tool', tool_call_id: 'a', content: '{}' }],
      'tool_call_id',
      /chat completions.*tool-result/,
    ],
    [
      'calls of OpenAI',
      [{ role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }],
      'tool_calls',
      /chat completions.*tool-call/,
    ],
    [
      'calls of OpenAI beside a text',
      [{ role: 'assistant', content: 'Wait.', tool_calls: [{ id: 'a' }] }],
      'tool_calls',
      /chat completions/,
    ],
    [
      'attachments of AI SDK 4',
      [{ role: 'user', content: 'See.', experimental_attachments: [{ url: 'a' }] }],
      'experimental_attachments',
      /older AI SDK.*"type": "file"/,
    ],
    [
      'calls of AI SDK 3',
      [{ role: 'assistant', content: 'Wait.', toolInvocations: [{ state: 'call' }] }],
      'toolInvocations',
      /older AI SDK/,
    ],
    ['a message of LangChain', [{ type: 'human', content: 'Hi' }], 'type', /LangChain/],
    [
      'a message that LangChain stored',
      [{ lc: 1, type: 'constructor', kwargs: { content: 'Hi' } }],
      'kwargs',
      /LangChain/,
    ],
    [
      'an item of OpenAI',
      [{ type: 'function_call_output', call_id: 'a', output: 'b' }],
      'type',
      /Responses/,
    ],
    ['a text', [{ role: 'user', text: 'Hi' }], 'text', /"content"/],
    ['a message', [{ message: 'Hi' }], 'message', /"role": "user"/],
    ['a prompt', [{ prompt: 'Hi' }], 'prompt', /"role": "user"/],
    [
      'a request within the request',
      [{ messages: user('Hi') }],
      'messages',
      /what is in its messages/,
    ],
  ])(
    'are refused with the form they have, and what to send: %s',
    async (_, messages, place, said) => {
      const last = Array.isArray(messages) ? `messages.0.${place}` : `messages.${place}`
      const [issue, ...others] = await issuesOf(messages)
      expect(issue).toEqual({ field: last, message: expect.stringMatching(said) })
      expect(issue?.message).toMatch(/^It has the form of .*\. Send /)
      expect(others).toEqual([])
    },
  )

  it.each([
    ['of a model', [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]],
    ['of AI SDK 5', [{ id: 'a', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }]],
    [
      'of AI SDK 4, which says its text twice',
      [{ id: 'a', role: 'user', content: 'Hi', parts: [{ type: 'text', text: 'Hi' }] }],
    ],
    [
      'with nothing in what would be lost',
      [{ role: 'user', content: 'Hi', tool_calls: [], experimental_attachments: null }],
    ],
  ])('are read where they are %s', async (_, messages) => {
    expect(await readMessages(messages)).toHaveLength(1)
  })

  it('are no more than a fault where their form is nobody’s', async () => {
    expect(await issuesOf([{ role: 'wizard', content: 'Hi' }])).toEqual([
      {
        field: 'messages.0',
        message: expect.stringMatching(/role of the message is not known.*"role": "user"/),
      },
    ])
    expect(await issuesOf(user([{ type: 'dance' }]))).not.toEqual([
      expect.objectContaining({ message: expect.stringContaining('form of') }),
    ])
  })

  it('are found by their own members alone', async () => {
    const message = Object.assign(Object.create({ tool_calls: [1] }) as object, {
      role: 'user',
      content: 'Hi',
    })
    expect(await readMessages([message])).toHaveLength(1)
    expect(await issuesOf([{ role: '__proto__', content: 'Hi' }])).toMatchObject([
      { field: 'messages.0' },
    ])
  })
})

it('says which role was meant', async () => {
  expect(await issuesOf([{ role: 'User', content: 'Hi' }])).toEqual([
    { field: 'messages.0.role', message: 'The role is not known. Did you mean user?' },
  ])
})

describe('messages that the routes of memory gave', () => {
  const stored = (role: string, parts: readonly object[]) => ({
    id: role,
    role,
    createdAt: '2026-01-01T00:00:00.000Z',
    content: { format: 2, parts },
  })

  it('are taken when they are sent back', async () => {
    const call = { toolCallId: 'a', toolName: 'b', args: {}, state: 'result', result: 1 }
    const read = await readMessages([
      stored('user', [{ type: 'text', text: 'Hi' }]),
      stored('assistant', [
        { type: 'tool-invocation', toolInvocation: call },
        { type: 'text', text: 'Yes' },
      ]),
    ])
    expect(read.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(read[0]?.content).toEqual([{ type: 'text', text: 'Hi' }])
  })

  it('are refused with a format that is not known', async () => {
    const message = { role: 'user', content: { format: 3, parts: [{ type: 'text', text: 'Hi' }] } }
    expect(await issuesOf([message])).not.toEqual([])
  })
})
