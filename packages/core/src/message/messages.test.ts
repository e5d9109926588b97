import { assistantModelMessageSchema, systemModelMessageSchema, userModelMessageSchema } from 'ai'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BOUNDS } from '../bounds.js'
import { InputError } from '../error.js'
import { readMessages, readQuestion } from './messages.js'

/** What reading messages rejects with; fails the test when they are read, or when it is another error. */
async function refusal(messages: unknown): Promise<InputError> {
  const error = await readMessages(messages).then(
    () => expect.unreachable('It did not reject.'),
    (reason: unknown) => reason,
  )
  if (!InputError.isInstance(error)) throw error
  return error
}

async function refusedFields(messages: unknown): Promise<string[]> {
  const error = await refusal(messages)
  expect(error.code).toBe('request_invalid')
  expect(error.issues.every(({ message }) => message !== '')).toBe(true)
  return error.issues.map(({ field }) => field)
}

const user = (content: unknown) => [{ role: 'user', content }]
const chat = (...parts: readonly object[]) => [{ id: '1', role: 'user', parts }]

describe('texts', () => {
  it('are a question of the user', async () => {
    expect(await readMessages('Hi')).toEqual([{ role: 'user', content: 'Hi' }])
  })

  it('in a list are one question each', async () => {
    expect(await readMessages(['Hi', 'there'])).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'there' },
    ])
  })

  it.each(['\uD800', 'a\uDFFFb', '\u0000', '🌍', ' Hi '])('are not changed: %j', async (text) => {
    expect(await readMessages(text)).toEqual(user(text))
    expect(await readMessages(user(text))).toEqual(user(text))
    expect(await readMessages(chat({ type: 'text', text }))).toEqual(user([{ type: 'text', text }]))
  })

  it.each([
    ['', 'messages'],
    ['   ', 'messages'],
    ['\n\t', 'messages'],
    [[''], 'messages.0'],
    [['Hi', ' '], 'messages.1'],
    [{ role: 'user', content: ' ' }, 'messages.content'],
    [[{ role: 'user', content: [] }], 'messages.0.content'],
    [[{ role: 'user', content: [{ type: 'text', text: '' }] }], 'messages.0.content'],
  ])('are refused when empty: %j', async (messages, field) => {
    expect(await refusedFields(messages)).toEqual([field])
  })
})

describe('messages as models take them', () => {
  it.each([
    ['one outside of a list', { role: 'user', content: 'Hi' }, user('Hi')],
    ['a user with a text', user('Hi'), user('Hi')],
    [
      'a user with parts',
      user([
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: 'aGk=', mediaType: 'image/png' },
      ]),
      user([
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: 'aGk=', mediaType: 'image/png' },
      ]),
    ],
    [
      'a system message',
      [{ role: 'system', content: 'Be brief.' }],
      [{ role: 'system', content: 'Be brief.' }],
    ],
  ])('are read: %s', async (_, messages, read) => {
    expect(await readMessages(messages)).toEqual(read)
  })

  it('may be a whole conversation', async () => {
    const conversation = [
      { role: 'user', content: 'Weather in Oslo?' },
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'c', toolName: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'weather',
            output: { type: 'json', value: { degrees: 21 } },
          },
        ],
      },
      { role: 'assistant', content: 'It is 21 degrees.' },
      { role: 'user', content: 'Thanks' },
    ]

    expect(await readMessages(conversation)).toEqual(conversation)
  })

  it('lose what no model takes', async () => {
    const messages = [{ role: 'user', content: 'Hi', id: 'x', createdAt: 1, isAdmin: true }]

    expect(await readMessages(messages)).toEqual(user('Hi'))
  })

  it.each([
    ['nothing', undefined, ['messages']],
    ['null', null, ['messages']],
    ['no messages', [], ['messages']],
    ['a number', 5, ['messages']],
    ['a boolean', true, ['messages']],
    ['an object without a role', {}, ['messages']],
    ['null in a list', [null], ['messages.0']],
    ['a number in a list', ['Hi', 5], ['messages.1']],
    ['a list in a list', [['Hi']], ['messages.0']],
    ['an unknown role', [{ role: 'wizard', content: 'Hi' }], ['messages.0']],
    ['a role in capitals', [{ role: 'User', content: 'Hi' }], ['messages.0.role']],
    ['a role that is inherited', [{ role: 'constructor', content: 'Hi' }], ['messages.0']],
    ['a role that is no text', [{ role: ['user'], content: 'Hi' }], ['messages.0']],
    [
      'a role that cannot become a text',
      [{ role: { toString: 1 }, content: 'Hi' }],
      ['messages.0'],
    ],
    ['no content', [{ role: 'user' }], ['messages.0.content']],
    ['content that is a number', user(5), ['messages.0.content']],
    ['content that is null', user(null), ['messages.0.content']],
    ['a part of an unknown type', user([{ type: 'video' }]), ['messages.0.content']],
    ['a text part without a text', user([{ type: 'text', text: 5 }]), ['messages.0.content']],
    [
      'a system message in parts',
      [{ role: 'system', content: [{ type: 'text', text: 'Hi' }] }],
      ['messages.0.content'],
    ],
    ['a tool message that is a text', [{ role: 'tool', content: 'Hi' }], ['messages.0.content']],
    [
      'a tool message without results',
      [{ role: 'tool', content: [{ type: 'text', text: 'Hi' }] }],
      ['messages.0.content.0'],
    ],
    [
      'a tool call without an id',
      [{ role: 'assistant', content: [{ type: 'tool-call', toolName: 'x', input: {} }] }],
      ['messages.0.content'],
    ],
  ])('are refused: %s', async (_, messages, fields) => {
    expect(await refusedFields(messages)).toEqual(fields)
  })

  it('are not read in part: one bad message refuses all', async () => {
    expect(await refusedFields([...user('Hi'), { role: 'user', content: 5 }])).toEqual([
      'messages.1.content',
    ])
  })
})

describe('messages as a chat shows them', () => {
  it('are read', async () => {
    const parts = [
      { type: 'text', text: 'What is this?' },
      { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,aGk=' },
    ]

    expect(await readMessages(chat(...parts))).toMatchObject([
      { role: 'user', content: [{ type: 'text' }, { type: 'file', mediaType: 'image/png' }] },
    ])
  })

  it('need no id', async () => {
    const messages = [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }]

    expect(await readMessages(messages)).toEqual(user([{ type: 'text', text: 'Hi' }]))
  })

  it('may hold calls of tools that were answered', async () => {
    const part = {
      type: 'tool-weather',
      toolCallId: 'c',
      state: 'output-available',
      input: { city: 'Oslo' },
      output: { degrees: 21 },
    }

    expect(await readMessages([{ role: 'assistant', parts: [part] }])).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'weather' }] },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            output: { type: 'json', value: { degrees: 21 } },
          },
        ],
      },
    ])
  })

  it.each([
    ['no parts', chat()],
    ['an unknown role', [{ role: 'wizard', parts: [{ type: 'text', text: 'Hi' }] }]],
    ['a role that is no text', [{ role: { toString: 1 }, parts: [{ type: 'text', text: 'Hi' }] }]],
    ['a part of an unknown type', chat({ type: 'video' })],
    ['a text part without a text', chat({ type: 'text', text: 5 })],
    ['a part that is null', [{ role: 'user', parts: [null] }]],
  ])('are refused: %s', async (_, messages) => {
    expect(await refusedFields(messages)).toEqual(['messages.0'])
  })

  it('are refused when nothing of them reaches a model', async () => {
    const part = { type: 'tool-weather', toolCallId: 'c', state: 'input-streaming' }

    expect(await refusedFields([{ role: 'assistant', parts: [part] }])).toEqual(['messages'])
  })
})

describe('what client-js sends after it has run a tool of its own', () => {
  const call = { type: 'tool-call', toolCallId: 'c', toolName: 'paint', input: { color: 'blue' } }

  it('is read where the answer came whole', async () => {
    const result = {
      type: 'tool-result',
      toolCallId: 'c',
      toolName: 'paint',
      result: { done: true },
    }
    const messages = [
      { role: 'assistant', content: [call] },
      { role: 'tool', content: [result] },
    ]

    expect(await readMessages(messages)).toEqual([
      { role: 'assistant', content: [call] },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'paint',
            output: { type: 'json', value: { done: true } },
          },
        ],
      },
    ])
  })

  it('is read where the tool returned nothing, which JSON leaves out', async () => {
    const result = { type: 'tool-result', toolCallId: 'c', toolName: 'paint' }

    expect(await readMessages([{ role: 'tool', content: [result] }])).toMatchObject([
      { content: [{ output: { type: 'json', value: null } }] },
    ])
  })

  it('is read where the answer came as a stream', async () => {
    const served = { toolCallId: 's', toolName: 'weather', args: { city: 'Oslo' } }
    const invocations = [
      { ...served, state: 'result', step: 0, result: { degrees: 21 } },
      { toolCallId: 'c', toolName: 'paint', args: { color: 'blue' }, state: 'call', step: 0 },
    ]
    const answer = {
      id: 'm',
      createdAt: '2026-11-23T16:01:27.158Z',
      revisionId: 'r',
      role: 'assistant',
      content: 'One moment.',
      parts: [
        { type: 'step-start' },
        { type: 'tool-invocation', toolInvocation: invocations[0] },
        { type: 'text', text: 'One moment.' },
        { type: 'tool-invocation', toolInvocation: invocations[1] },
      ],
      toolInvocations: invocations,
    }
    const result = { ...call, type: 'tool-result', result: { done: true } }

    expect(await readMessages([answer, { role: 'tool', content: [result] }])).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 's', toolName: 'weather', input: { city: 'Oslo' } },
          { type: 'text', text: 'One moment.' },
          call,
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 's',
            toolName: 'weather',
            output: { type: 'json', value: { degrees: 21 } },
          },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'paint',
            output: { type: 'json', value: { done: true } },
          },
        ],
      },
    ])
  })

  it('is read where the call failed', async () => {
    const failed = { toolCallId: 'c', toolName: 'paint', state: 'output-error' }
    const toolInvocation = { ...failed, args: {}, errorText: 'It is dark.' }
    const parts = [{ type: 'tool-invocation', toolInvocation }]

    expect(await readMessages([{ role: 'assistant', content: '', parts }])).toMatchObject([
      { content: [{ type: 'tool-call', toolCallId: 'c' }] },
      { content: [{ toolCallId: 'c', output: { type: 'error-text', value: 'It is dark.' } }] },
    ])
  })

  it.each([
    ['a result without an id', { type: 'tool-result', toolName: 'paint', result: 1 }],
    ['a result without a name', { type: 'tool-result', toolCallId: 'c', result: 1 }],
    ['a result that is null', null],
  ])('is refused: %s', async (_, part) => {
    const fields = await refusedFields([{ role: 'tool', content: [part] }])

    expect(fields[0]).toMatch(/^messages\.0\.content\.0/)
  })

  it('is refused where an invocation has no id', async () => {
    const parts = [{ type: 'tool-invocation', toolInvocation: 'paint' }]

    expect(await refusedFields([{ role: 'assistant', content: '', parts }])).toEqual([
      'messages.0.content',
    ])
  })
})

describe('approvals of tool calls', () => {
  const call = { type: 'tool-call', toolCallId: 'c', toolName: 'weather', input: {} }
  const request = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' }
  const response = { type: 'tool-approval-response', approvalId: 'a', approved: true }

  it('are refused in the messages of a model', async () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [call, request] },
      { role: 'tool', content: [response] },
    ]

    expect(await refusedFields(messages)).toEqual(['messages.1'])
    expect(await refusedFields([{ role: 'tool', content: [response] }])).toEqual(['messages.0'])
  })

  it('are refused in the messages of a chat', async () => {
    const part = {
      type: 'tool-weather',
      toolCallId: 'c',
      state: 'approval-responded',
      input: {},
      approval: { id: 'a', approved: true },
    }

    expect(await refusedFields([{ role: 'assistant', parts: [part] }])).toEqual(['messages.0'])
  })
})

describe('the ids of messages', () => {
  const user = (id: unknown) => ({ role: 'user', content: 'Hi', id })

  it('are what their client calls them, where it has a name for them', async () => {
    const ids = [undefined, null, '', 'u1', 'a b/ü', 'x'.repeat(BOUNDS.idCharacters.limit)]
    const read = await readQuestion(ids.map(user))
    expect(read.map(({ id }) => id)).toStrictEqual([
      undefined,
      undefined,
      undefined,
      ...ids.slice(3),
    ])
  })

  it('are one for all that a chat message becomes', async () => {
    const parts = [
      { type: 'text', text: 'I look.' },
      { type: 'tool-look', toolCallId: 'c', state: 'output-available', input: {}, output: 1 },
      { type: 'step-start' },
      { type: 'text', text: 'It is 1.' },
    ]
    const read = await readQuestion([{ id: 'a1', role: 'assistant', parts }])
    expect(read.map(({ id, message }) => [id, message.role])).toStrictEqual([
      ['a1', 'assistant'],
      ['a1', 'tool'],
      ['a1', 'assistant'],
    ])
  })

  it.each([
    ['a number', 1],
    ['an object', {}],
    ['of 256 characters', 'x'.repeat(256)],
    ['with NUL', 'a\0'],
    ['with half of a surrogate pair', 'a\ud800'],
    ['that no URL can name', '..'],
    [
      'that looks like a credential',
      `${'eyJhbGciOiJIUzI1NiJ9'}.${'eyJzdWIiOiJhbm4ifQ'}.${'x'.repeat(43)}`,
    ],
  ])('are refused: %s', async (_kind, id) => {
    expect(await refusedFields([user('u1'), user(id)])).toEqual(['messages.1.id'])
  })

  it('are refused where two messages have the same', async () => {
    expect(await refusedFields([user('u1'), user('u2'), user('u1')])).toEqual(['messages.2.id'])
  })
})

describe('messages of text alone', () => {
  const schemas = {
    system: systemModelMessageSchema,
    user: userModelMessageSchema,
    assistant: assistantModelMessageSchema,
  }

  it.each(['system', 'user', 'assistant'] as const)(
    'are read as the schema of the AI SDK reads them: %s',
    async (role) => {
      const member = fc.oneof(fc.string(), fc.constantFrom(undefined, null, 1, [], {}, { a: {} }))
      const message = fc.record(
        {
          role: fc.constant(role),
          content: member,
          providerOptions: member,
          id: fc.constantFrom(undefined, null, '', 'a'),
        },
        { requiredKeys: ['role'] },
      )
      await fc.assert(
        fc.asyncProperty(message, async (asked) => {
          const expected = schemas[role].safeParse(asked)
          const read = await readMessages([asked]).catch((error: unknown) => error)
          if (expected.success && String(asked.content).trim() !== '') {
            expect(read).toEqual([expected.data])
          } else if (!expected.success) expect(InputError.isInstance(read)).toBe(true)
        }),
      )
    },
  )
})

describe('how much there may be', () => {
  /** A list that fails the test when one of its elements is read. */
  function unread(length: number): unknown[] {
    const list: unknown[] = Array.from({ length })
    const isIndex = (name: PropertyKey) => typeof name === 'string' && /^\d+$/.test(name)
    return new Proxy(list, {
      get: (target, name, receiver): unknown =>
        isIndex(name) ? expect.unreachable() : Reflect.get(target, name, receiver),
    })
  }
  const { messages, partsPerMessage, parts } = BOUNDS
  const part = { type: 'text', text: 'Hi' }
  const times = <Value>(length: number, value: Value) => Array.from({ length }, () => value)

  it('is 1,000 messages; one more is refused before any of them is read', async () => {
    expect(await readMessages(times(messages.limit, 'Hi'))).toHaveLength(messages.limit)
    expect(await refusedFields(unread(messages.limit + 1))).toStrictEqual(['messages'])
  })

  it.each(['content', 'parts'])(
    'is 1,000 parts of one message in `%s`; one more is refused before any of them is read',
    async (name) => {
      const full = times(partsPerMessage.limit, part)
      expect(await readMessages({ role: 'user', [name]: full })).toMatchObject([{ content: full }])
      const message = { role: 'user', [name]: unread(partsPerMessage.limit + 1) }
      expect(await refusedFields(['Hi', message])).toStrictEqual(['messages.1'])
    },
  )

  it('is 10,000 parts in all; one more is refused before any of them is read', async () => {
    const count = parts.limit / partsPerMessage.limit
    const full = { role: 'user', content: times(partsPerMessage.limit, part) }
    expect(await readMessages(times(count, full))).toHaveLength(count)
    const long = { role: 'user', content: unread(partsPerMessage.limit) }
    const more = { role: 'user', content: [part] }
    expect(await refusedFields([...times(count, long), more])).toStrictEqual(['messages'])
  })

  it.each([
    ['messages', times(messages.limit, 'Hi'), 1],
    ['parts', times(10, { role: 'user', content: times(partsPerMessage.limit, part) }), 9],
  ])('is read with pauses for other work, where there are many %s', async (_, input, pauses) => {
    let turns = 0
    const turn = () => {
      turns++
      other = setImmediate(turn)
    }
    let other = setImmediate(turn)
    await readMessages(input)
    clearImmediate(other)
    expect(turns).toBeGreaterThanOrEqual(pauses)
  })

  it('is not looked at behind the first message that cannot be used', async () => {
    let reads = 0
    const counted = {
      get role() {
        reads++
        return 'wizard'
      },
      content: 'Hi',
    }
    expect(await refusedFields(times(messages.limit, counted))).toStrictEqual(['messages.0'])
    expect(reads).toBeLessThan(10)
  })
})
