import { describe, expect, it } from 'vitest'
import type { AgentChunk } from '../chunk.js'
import type { StoredMessage } from '../thread.js'
import { EMPTY_CHAT, reduceChat, type ChatEvent, type ChatState } from './chat-state.js'

function chunk<Type extends AgentChunk['type']>(
  type: Type,
  payload: Extract<AgentChunk, { type: Type }>['payload'],
) {
  return chunksAt(0, { type, runId: 'r', from: 'AGENT', payload } as AgentChunk)
}

function chunksAt(
  at: number,
  ...chunks: readonly AgentChunk[]
): Extract<ChatEvent, { type: 'chunks' }> {
  return { type: 'chunks', id: 'a', chunks: chunks.map((each) => ({ chunk: each, at })) }
}

const ask: ChatEvent = { type: 'ask', id: 'q', text: 'Weather?' }
const call = { toolCallId: 'c', toolName: 'weather', args: { place: 'London' } }
const text = (piece: string) => chunk('text-delta', { id: '1', text: piece })

function after(...events: readonly ChatEvent[]): ChatState {
  return events.reduce(reduceChat, EMPTY_CHAT)
}

const said = (words: string, state = 'done') => ({ type: 'text', id: '1', text: words, state })
const question = {
  id: 'q',
  role: 'user',
  parts: [{ type: 'text', text: 'Weather?', state: 'done' }],
  text: 'Weather?',
  toolCalls: [],
}
const ran = { ...call, startedAt: 0 }

describe('a chat', () => {
  it('has the question at once, and waits for the answer', () => {
    expect(after(ask)).toStrictEqual({
      messages: [question],
      hasEarlier: false,
      status: 'submitted',
      error: undefined,
    })
  })

  it('gathers the answer piece by piece', () => {
    const state = after(
      ask,
      chunk('start', { id: 'agent', messageId: 'm' }),
      text('Sun'),
      text('ny'),
    )
    expect(state.status).toBe('streaming')
    expect(state.messages).toStrictEqual([
      question,
      { id: 'a', role: 'assistant', parts: [said('Sunny')], text: 'Sunny', toolCalls: [] },
    ])
    expect(reduceChat(state, { type: 'end' })).toStrictEqual({ ...state, status: 'ready' })
  })

  it('shows a call of a tool, and then what it came to', () => {
    const running = after(ask, chunk('tool-call', call))
    expect(running.messages[1]?.toolCalls).toStrictEqual([{ ...ran, state: 'running' }])
    const { chunks } = chunk('tool-result', { ...call, result: 21 })
    const done = reduceChat(running, {
      ...chunksAt(30),
      chunks: chunks.map((each) => ({ ...each, at: 30 })),
    })
    expect(done.messages[1]?.toolCalls).toStrictEqual([
      { ...ran, state: 'done', result: 21, durationMs: 30 },
    ])
    const error = { name: 'ToolError', message: 'No such place.' }
    const failed = reduceChat(running, chunk('tool-error', { ...call, error }))
    expect(failed.messages[1]?.toolCalls).toStrictEqual([
      { ...ran, state: 'failed', error: 'No such place.', durationMs: 0 },
    ])
  })

  const reasoning = (piece: string) => chunk('reasoning-delta', { id: '1', text: piece })
  const shown = (state: ChatState) =>
    state.messages
      .at(-1)
      ?.parts.map((part) =>
        part.type === 'tool-call' ? part.toolCall.state : `${part.type} ${part.text}`,
      )

  it('has thoughts, texts and calls in the order in which they came', () => {
    const events = [
      chunk('reasoning-start', { id: '1' }),
      reasoning('Hm'),
      reasoning('.'),
      chunk('reasoning-end', { id: '1' }),
      chunk('text-start', { id: '1' }),
      text('Let me '),
      text('look.'),
      chunk('text-end', { id: '1' }),
      chunk('tool-call', call),
      chunk('tool-result', { ...call, result: 21 }),
      chunk('text-start', { id: '1' }),
      text('It is 21.'),
      chunk('text-end', { id: '1' }),
    ]
    const state = after(ask, ...events)
    expect(shown(state)).toStrictEqual([
      'reasoning Hm.',
      'text Let me look.',
      'done',
      'text It is 21.',
    ])
    expect(state.messages[1]?.text).toBe('Let me look.It is 21.')
    // What came between two frames is one event.
    const gathered = { ...chunksAt(0), chunks: events.flatMap(({ chunks }) => chunks) }
    expect(after(ask, gathered)).toStrictEqual(state)
  })

  it('begins a new text after a call, also where no chunk says so', () => {
    expect(shown(after(ask, text('a'), chunk('tool-call', call), text('b')))).toStrictEqual([
      'text a',
      'running',
      'text b',
    ])
  })

  it('keeps two texts apart that come at the same time', () => {
    const other = (piece: string) => chunk('text-delta', { id: '2', text: piece })
    const begin = [chunk('text-start', { id: '1' }), chunk('text-start', { id: '2' })]
    expect(shown(after(ask, ...begin, text('a'), other('x'), text('b'), other('y')))).toStrictEqual(
      ['text ab', 'text xy'],
    )
  })

  it('has no part for a text in which nothing was said', () => {
    const start = chunk('reasoning-start', { id: '1' })
    expect(shown(after(ask, start, chunk('reasoning-end', { id: '1' })))).toStrictEqual([])
    expect(shown(after(ask, start, { type: 'end' }))).toStrictEqual([])
  })

  it('has the cause of a call that failed, where the server tells it', () => {
    const error = { name: 'ToolError', message: 'The tool failed.', cause: 'No such table.' }
    const state = after(ask, chunk('tool-call', call), chunk('tool-error', { ...call, error }))
    expect(state.messages[1]?.toolCalls[0]).toMatchObject({
      error: 'The tool failed.',
      cause: 'No such table.',
    })
  })

  it('keeps the objects of messages that have not changed', () => {
    const before = after(ask, text('Sun'), { type: 'end' }, { ...ask, id: 'q2' })
    const state = [{ ...text('Rain'), id: 'a2' }, { type: 'end' } as const].reduce<ChatState>(
      reduceChat,
      before,
    )
    expect(state.messages).toHaveLength(4)
    for (const [index, message] of before.messages.entries()) {
      expect(state.messages[index]).toBe(message)
    }
  })

  it('does not mix up two calls, and makes nothing of a result without a call', () => {
    const other = { ...call, toolCallId: 'd' }
    const state = after(
      ask,
      chunk('tool-call', call),
      chunk('tool-call', other),
      chunk('tool-result', { ...other, result: 2 }),
      chunk('tool-result', { ...call, toolCallId: 'e', result: 3 }),
    )
    expect(state.messages[1]?.toolCalls.map(({ state }) => state)).toStrictEqual([
      'running',
      'done',
    ])
  })

  it.each([
    ['an error chunk', chunk('error', { error: { name: 'Error', message: 'It failed.' } })],
    ['an abort chunk', chunk('abort', {})],
  ])('is in error after %s, and keeps what came before', (_case, event) => {
    const state = after(ask, text('Sun'), event, { type: 'end' })
    expect(state).toMatchObject({ status: 'error', error: { code: 'answer_failed' } })
    expect(state.messages[1]?.text).toBe('Sun')
  })

  it('keeps the code and the cause of an error chunk that has them, and knows its request', () => {
    const error = {
      name: 'Error',
      message: 'It is not kept.',
      code: 'answer_unstored',
      cause: 'Full.',
    }
    const failed = { ...chunk('error', { error }), requestId: 'request-1' }
    expect(after(ask, text('Sun'), failed, { type: 'end' })).toMatchObject({
      status: 'error',
      error: { code: 'answer_unstored', requestId: 'request-1', body: { cause: 'Full.' } },
    })
  })

  it('is in error after a failure, until the next question', () => {
    const error = new Error('cut')
    const failed = after(ask, text('Sun'), { type: 'fail', error })
    expect(failed).toMatchObject({ status: 'error', error })
    expect(reduceChat(failed, { ...ask, id: 'q2' })).toMatchObject({
      status: 'submitted',
      error: undefined,
    })
  })

  it.each<ChatEvent>([{ type: 'end' }, { type: 'fail', error: new Error('cut') }])(
    'has no running call once nothing more comes: $type',
    (event) => {
      const state = after(ask, chunk('tool-call', call), event)
      expect(state.messages[1]?.toolCalls).toStrictEqual([{ ...ran, state: 'failed' }])
    },
  )

  it('makes a message of its own of each answer', () => {
    const first = after(ask, text('Sun'), { type: 'end' })
    const second = [
      { ...ask, id: 'q2' },
      { ...text('Rain'), id: 'a2' },
    ].reduce<ChatState>(reduceChat, first)
    expect(second.messages.map((message) => message.text)).toStrictEqual([
      'Weather?',
      'Sun',
      'Weather?',
      'Rain',
    ])
  })

  it('has the tokens of an answer once it has ended', () => {
    const usage = { inputTokens: 3, outputTokens: 5 }
    const output = { text: 'Sun', toolCalls: [], usage, steps: [] }
    const finish = chunk('finish', {
      messageId: 'm',
      stepResult: { reason: 'stop', isContinued: false },
      output,
      metadata: {},
      messages: { all: [], user: [], nonUser: [] },
      response: { messages: [] },
    })
    expect(after(ask, text('Sun')).messages[1]).not.toHaveProperty('usage')
    expect(after(ask, text('Sun'), finish).messages[1]?.usage).toStrictEqual(usage)
  })

  it('takes back the last question with what came of it, and nothing else', () => {
    const first = after(ask, text('Sun'), { type: 'end' })
    const second = reduceChat(reduceChat(first, { ...ask, id: 'q2' }), { type: 'end' })
    expect(reduceChat(second, { type: 'withdraw' }).messages).toStrictEqual(first.messages)
    expect(reduceChat(first, { type: 'withdraw' }).messages).toStrictEqual([])
    expect(reduceChat(EMPTY_CHAT, { type: 'withdraw' })).toStrictEqual(EMPTY_CHAT)
  })

  it('never changes a state that it gave away', () => {
    const state = after(ask, text('Sun'), chunk('tool-call', call))
    const copy = structuredClone(state)
    reduceChat(state, text('ny'))
    reduceChat(state, chunk('tool-result', { ...call, result: 1 }))
    expect(state).toStrictEqual(copy)
  })
})

describe('a chat that goes on with a thread', () => {
  const stored = (
    role: StoredMessage['role'],
    content: StoredMessage['content'],
  ): StoredMessage => ({
    id: role,
    role,
    type: 'text',
    createdAt: '2030-01-01T00:00:00.000Z',
    threadId: 't',
    resourceId: 'alice',
    content,
  })

  it('shows what persons and agents said, and the tools that were called', () => {
    const invocation = { state: 'result', ...call, result: 21 }
    const failed = { state: 'output-error', ...call, errorText: 'It is dark.' }
    const messages = [
      stored('system', { format: 2, parts: [], content: 'hidden' }),
      stored('user', {
        format: 2,
        parts: [{ type: 'text', text: 'Weather?' }],
        content: 'Weather?',
      }),
      stored('assistant', {
        format: 2,
        parts: [
          { type: 'tool-invocation', toolInvocation: invocation },
          { type: 'tool-invocation', toolInvocation: { ...invocation, state: 'call' } },
          { type: 'tool-invocation', toolInvocation: failed },
          { type: 'text', text: 'Sun' },
          { type: 'text', text: 'ny' },
        ],
      }),
    ]
    const loading = after({ type: 'load' })
    expect(loading.status).toBe('loading')
    expect(reduceChat(loading, { type: 'loaded', messages, hasMore: true })).toStrictEqual({
      messages: [
        { ...question, id: 'user' },
        {
          id: 'assistant',
          role: 'assistant',
          parts: [
            { type: 'tool-call', toolCall: { ...call, state: 'done', result: 21 } },
            { type: 'tool-call', toolCall: { ...call, state: 'failed' } },
            { type: 'tool-call', toolCall: { ...call, state: 'failed', error: 'It is dark.' } },
            { type: 'text', text: 'Sun', state: 'done' },
            { type: 'text', text: 'ny', state: 'done' },
          ],
          text: 'Sunny',
          toolCalls: [
            { ...call, state: 'done', result: 21 },
            { ...call, state: 'failed' },
            { ...call, state: 'failed', error: 'It is dark.' },
          ],
        },
      ],
      hasEarlier: true,
      status: 'ready',
      error: undefined,
    })
  })

  const user = (id: string, metadata?: Readonly<Record<string, unknown>>): StoredMessage => ({
    ...stored('user', {
      format: 2,
      parts: [{ type: 'text', text: id }],
      ...(metadata && { metadata }),
    }),
    id,
  })
  const loaded = (...messages: readonly StoredMessage[]): ChatEvent => ({
    type: 'loaded',
    messages,
    hasMore: true,
  })

  it.each([
    ['a text', { type: 'reasoning', text: 'Hm.' }],
    [
      'a list of texts',
      { type: 'reasoning', reasoning: '', details: [{ type: 'text', text: 'Hm.' }] },
    ],
    ['a member of its own', { type: 'reasoning', reasoning: 'Hm.' }],
  ])('shows what the model thought, stored as %s, in its place', (_case, reasoning) => {
    const parts = [{ type: 'text', text: 'So' }, reasoning, { type: 'text', text: ' it is.' }]
    const { messages } = after(
      loaded(stored('assistant', { format: 2, parts, content: 'So it is.' })),
    )
    expect(messages[0]?.parts.map((part) => ('text' in part ? part.text : ''))).toStrictEqual([
      'So',
      'Hm.',
      ' it is.',
    ])
    expect(messages[0]?.text).toBe('So it is.')
  })

  it('shows the text of a message whose parts have none', () => {
    const { messages } = after(loaded(stored('assistant', { format: 2, parts: [], content: 'Hi' })))
    expect(messages[0]?.parts).toStrictEqual([{ type: 'text', text: 'Hi', state: 'done' }])
  })

  it.each(['failed', 'stopped'])('knows a question whose answer was %s', (answer) => {
    const { messages } = after(loaded(user('one', { signet: { answer } }), user('two')))
    expect(messages.map(({ unanswered }) => unanswered)).toStrictEqual([answer, undefined])
  })

  it.each([null, 'failed', { answer: 'no' }])('makes nothing of a mark like %j', (signet) => {
    expect(after(loaded(user('one', { signet }))).messages[0]).not.toHaveProperty('unanswered')
  })

  it('puts earlier messages before the first, each once', () => {
    const state = after(loaded(user('c'), user('d')), {
      type: 'earlier',
      messages: [user('a'), user('b'), user('c')],
      hasMore: false,
    })
    expect(state.messages.map(({ id }) => id)).toStrictEqual(['a', 'b', 'c', 'd'])
    expect(state.hasEarlier).toBe(false)
  })
})
