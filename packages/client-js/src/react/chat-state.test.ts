import { describe, expect, it } from 'vitest'
import type { AgentChunk } from '../chunk.js'
import type { StoredMessage } from '../thread.js'
import { EMPTY_CHAT, reduceChat, type ChatEvent, type ChatState } from './chat-state.js'

function chunk<Type extends AgentChunk['type']>(
  type: Type,
  payload: Extract<AgentChunk, { type: Type }>['payload'],
): ChatEvent {
  return {
    type: 'chunk',
    id: 'a',
    chunk: { type, runId: 'r', from: 'AGENT', payload } as AgentChunk,
  }
}

const ask: ChatEvent = { type: 'ask', id: 'q', text: 'Weather?' }
const call = { toolCallId: 'c', toolName: 'weather', args: { place: 'London' } }
const text = (piece: string) => chunk('text-delta', { id: '1', text: piece })

function after(...events: readonly ChatEvent[]): ChatState {
  return events.reduce(reduceChat, EMPTY_CHAT)
}

const question = { id: 'q', role: 'user', text: 'Weather?', toolCalls: [] }

describe('a chat', () => {
  it('has the question at once, and waits for the answer', () => {
    expect(after(ask)).toStrictEqual({
      messages: [question],
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
      { id: 'a', role: 'assistant', text: 'Sunny', toolCalls: [] },
    ])
    expect(reduceChat(state, { type: 'end' })).toStrictEqual({ ...state, status: 'ready' })
  })

  it('shows a call of a tool, and then what it came to', () => {
    const running = after(ask, chunk('tool-call', call))
    expect(running.messages[1]?.toolCalls).toStrictEqual([{ ...call, state: 'running' }])
    const done = reduceChat(running, chunk('tool-result', { ...call, result: 21 }))
    expect(done.messages[1]?.toolCalls).toStrictEqual([{ ...call, state: 'done', result: 21 }])
    const error = { name: 'ToolError', message: 'No such place.' }
    const failed = reduceChat(running, chunk('tool-error', { ...call, error }))
    expect(failed.messages[1]?.toolCalls).toStrictEqual([
      { ...call, state: 'failed', error: 'No such place.' },
    ])
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

  it('keeps the code of an error chunk that has one', () => {
    const error = { name: 'Error', message: 'It is not kept.', code: 'answer_unstored' }
    const state = after(ask, text('Sun'), chunk('error', { error }), { type: 'end' })
    expect(state).toMatchObject({ status: 'error', error: { code: 'answer_unstored' } })
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
      expect(state.messages[1]?.toolCalls).toStrictEqual([{ ...call, state: 'failed' }])
    },
  )

  it('makes a message of its own of each answer', () => {
    const first = after(ask, text('Sun'), { type: 'end' })
    const second = [{ ...ask, id: 'q2' }, { ...text('Rain'), id: 'a2' } as ChatEvent].reduce(
      reduceChat,
      first,
    )
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
          { type: 'text', text: 'Sun' },
          { type: 'text', text: 'ny' },
        ],
      }),
    ]
    const loading = after({ type: 'load' })
    expect(loading.status).toBe('loading')
    expect(reduceChat(loading, { type: 'loaded', messages })).toStrictEqual({
      messages: [
        { id: 'user', role: 'user', text: 'Weather?', toolCalls: [] },
        {
          id: 'assistant',
          role: 'assistant',
          text: 'Sunny',
          toolCalls: [
            { ...call, state: 'done', result: 21 },
            { ...call, state: 'failed' },
          ],
        },
      ],
      status: 'ready',
      error: undefined,
    })
  })
})
