import { describe, expect, it, vi } from 'vitest'
import type { Message } from '../message.js'
import type { AgentChunk } from '../chunk.js'
import type { StoredMessage } from '../thread.js'
import { Chat, type ChatSource } from './chat.js'

const delta = (text: string): AgentChunk => ({
  type: 'text-delta',
  runId: 'r',
  from: 'AGENT',
  payload: { id: '1', text },
})

const STORED: StoredMessage = {
  id: 's1',
  role: 'user',
  type: 'text',
  createdAt: '2030-01-01T00:00:00.000Z',
  threadId: 't',
  resourceId: 'alice',
  content: { format: 2, parts: [{ type: 'text', text: 'before' }] },
}

/** A chat whose answers come when the test says so. */
function createTestChat(options: Partial<ChatSource> = {}) {
  const asked: (readonly Message[])[] = []
  const signals: AbortSignal[] = []
  let push: (chunk: AgentChunk | undefined | Error) => void = () => undefined
  const source: ChatSource = {
    isRemembering: false,
    load: async () => ({ messages: [STORED], hasMore: false }),
    decide: async () => {
      throw new Error('Nothing is to be decided here.')
    },
    async ask(messages, signal) {
      asked.push(messages)
      signals.push(signal)
      const queue: (AgentChunk | undefined | Error)[] = []
      let wake: () => void = () => undefined
      push = (chunk) => {
        queue.push(chunk)
        wake()
      }
      return (async function* () {
        for (;;) {
          if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
          const next = queue.shift()
          if (next === undefined) return
          if (next instanceof Error) throw next
          yield next
        }
      })()
    },
    ...options,
  }
  const chat = new Chat(source)
  const texts = () => chat.getState().messages.map(({ text }) => text)
  return { chat, asked, signals, texts, push: (chunk?: AgentChunk | Error) => push(chunk) }
}

const CALL = { toolCallId: 'c', toolName: 'pay', args: { amount: 5 } }
const start = (messageId: string): AgentChunk => ({
  type: 'start',
  runId: 'r',
  from: 'AGENT',
  payload: { id: 'agent', messageId },
})
const called = (type: 'tool-call' | 'tool-call-approval'): AgentChunk => ({
  type,
  runId: 'r',
  from: 'AGENT',
  payload: CALL,
})
const RESULT: AgentChunk = {
  type: 'tool-result',
  runId: 'r',
  from: 'AGENT',
  payload: { ...CALL, result: 'paid' },
}
const APPROVED = { runId: 'r', toolCallId: 'c', isApproved: true } as const

async function* chunksOf(...chunks: readonly AgentChunk[]) {
  yield* chunks
}

describe('Chat, with a call that waits for a decision', () => {
  /** A chat in which the agent has asked to make a call. */
  async function createWaitingChat(options: Partial<ChatSource> = {}) {
    const test = createTestChat({
      ask: async () =>
        chunksOf(
          start('m'),
          delta('Let me pay.'),
          called('tool-call'),
          called('tool-call-approval'),
        ),
      decide: async () => chunksOf(start('m'), called('tool-call'), RESULT, delta(' Done.')),
      ...options,
    })
    await test.chat.send('Pay.')
    return test
  }
  const callsOf = (chat: Chat) => chat.getState().messages.flatMap(({ toolCalls }) => toolCalls)

  it('is ready again, and the call has not failed', async () => {
    const { chat } = await createWaitingChat()
    expect(chat.getState().status).toBe('ready')
    expect(callsOf(chat)).toStrictEqual([{ ...CALL, state: 'waiting', runId: 'r' }])
  })

  it('shows what the tool of a suspended call asks for', async () => {
    const suspendPayload = { question: 'Which account?' }
    const { chat } = await createWaitingChat({
      ask: async () =>
        chunksOf(start('m'), called('tool-call'), {
          type: 'tool-call-suspended',
          runId: 'r',
          from: 'AGENT',
          payload: { ...CALL, suspendPayload, resumeSchema: '{}' },
        }),
    })
    expect(chat.getState().status).toBe('ready')
    expect(callsOf(chat)).toStrictEqual([
      { ...CALL, state: 'waiting', runId: 'r', suspendPayload, resumeSchema: '{}' },
    ])
  })

  it('continues the answer in its message after the decision', async () => {
    const { chat, texts } = await createWaitingChat()
    const seen: string[] = []
    chat.subscribe(() => seen.push(chat.getState().status))
    expect(await chat.decide(APPROVED)).toBe(true)
    expect(texts()).toStrictEqual(['Pay.', 'Let me pay. Done.'])
    expect(callsOf(chat)).toStrictEqual([
      expect.objectContaining({ state: 'done', result: 'paid' }),
    ])
    expect(new Set(seen)).toStrictEqual(new Set(['submitted', 'streaming', 'ready']))
  })

  it('passes the reason of a refusal on', async () => {
    const decide = vi.fn<ChatSource['decide']>(async () => chunksOf(called('tool-call'), RESULT))
    const { chat } = await createWaitingChat({ decide })
    const declined = { ...APPROVED, isApproved: false, reason: 'Too much.' }
    await chat.decide(declined)
    expect(decide).toHaveBeenCalledWith(declined, expect.any(AbortSignal))
  })

  it('leaves the call as it was where the decision does not count, and says why', async () => {
    const refusal = new Error('Somebody else must approve it.')
    const { chat } = await createWaitingChat({ decide: () => Promise.reject(refusal) })
    await expect(chat.decide(APPROVED)).rejects.toBe(refusal)
    expect(chat.getState()).toMatchObject({ status: 'ready', error: undefined })
    expect(callsOf(chat)).toStrictEqual([{ ...CALL, state: 'waiting', runId: 'r' }])
  })

  it('continues an earlier answer where it stands', async () => {
    const answers = [
      chunksOf(start('m'), called('tool-call'), called('tool-call-approval')),
      chunksOf(start('n'), delta('Hello.')),
    ]
    const { chat, texts } = await createWaitingChat({
      ask: async () => answers.shift() ?? chunksOf(),
    })
    await chat.send('Hi.')
    await chat.decide(APPROVED)
    expect(texts()).toStrictEqual(['Pay.', ' Done.', 'Hi.', 'Hello.'])
  })

  it('decides on no call that does not wait here, and not while an answer comes', async () => {
    const { chat } = await createWaitingChat()
    expect(await chat.decide({ ...APPROVED, toolCallId: 'other' })).toBe(false)
    expect(await chat.decide({ ...APPROVED, runId: 'other' })).toBe(false)
    const sent = chat.send('More.')
    expect(await chat.decide(APPROVED)).toBe(false)
    await sent
    await chat.decide(APPROVED)
    expect(await chat.decide(APPROVED)).toBe(false)
  })

  it('resolves where the reader stops it before it is decided', async () => {
    const { chat } = await createWaitingChat({
      decide: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    const decided = chat.decide(APPROVED)
    chat.stop()
    expect(await decided).toBe(true)
    expect(chat.getState().status).toBe('ready')
  })

  it('shows what waits in a thread that is read', async () => {
    const suspended = [
      {
        runId: 'r',
        status: 'suspended',
        suspendedAt: '2030-01-01T00:00:00.000Z',
        toolCalls: [
          {
            ...CALL,
            requiresApproval: true,
            approval: {
              toolId: 'pay',
              by: 'asker',
              state: 'waiting',
              expiresAt: '2030-01-02T00:00:00.000Z',
            },
          },
        ],
      },
    ] as const
    const { chat, texts } = createTestChat({
      isRemembering: true,
      load: async () => ({ messages: [STORED], hasMore: false, suspended }),
      decide: async () => chunksOf(start('m'), called('tool-call'), RESULT, delta('Done.')),
    })
    await chat.load()
    expect(callsOf(chat)).toStrictEqual([{ ...CALL, state: 'waiting', runId: 'r' }])
    await chat.decide(APPROVED)
    expect(texts()).toStrictEqual(['before', 'Done.'])
  })
})

describe('Chat', () => {
  it('sends a question, shows the answer while it comes, and is ready again', async () => {
    const { chat, push, texts } = createTestChat()
    const seen: string[] = []
    chat.subscribe(() => seen.push(chat.getState().status))
    const sent = chat.send('Weather?')
    await vi.waitFor(() => expect(chat.getState().status).toBe('submitted'))
    push(delta('Sun'))
    push(delta('ny'))
    push()
    expect(await sent).toBe(true)
    expect(texts()).toStrictEqual(['Weather?', 'Sunny'])
    expect(seen).toStrictEqual(['submitted', 'streaming', 'ready'])
  })

  it('sends all that was said before, without a thread', async () => {
    const { chat, asked, push } = createTestChat()
    const first = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push(delta('two'))
    push()
    await first
    const second = chat.send('three')
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    push()
    await second
    expect(asked[1]).toStrictEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
    ])
  })

  it('sends only what is new, with a thread that remembers', async () => {
    const { chat, asked, push, texts } = createTestChat({ isRemembering: true })
    expect(chat.getState().status).toBe('loading')
    await chat.load()
    expect(chat.getState().status).toBe('ready')
    expect(texts()).toStrictEqual(['before'])
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push()
    await sent
    expect(asked).toStrictEqual([[{ id: expect.any(String), role: 'user', content: 'one' }]])
  })

  it('tells its listeners once of chunks that come between two frames', async () => {
    const { chat, asked, push, texts } = createTestChat()
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    const listener = vi.fn<() => void>()
    chat.subscribe(listener)
    for (let index = 0; index < 1000; index++) push(delta('x'))
    push()
    await sent
    expect(texts()[1]).toHaveLength(1000)
    // The chunks and the end.
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('keeps what came before it was stopped, also what no frame has shown yet', async () => {
    const { chat, asked, push, texts } = createTestChat()
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push(delta('half'))
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    chat.stop()
    expect(texts()).toStrictEqual(['one', 'half'])
    push()
    await sent
  })

  it('can be stopped while chunks come without a pause', async () => {
    const end = performance.now() + 5000
    let isWhole = false
    const { chat } = createTestChat({
      ask: async () =>
        (async function* () {
          while (performance.now() < end) yield delta('x')
          isWhole = true
        })(),
    })
    const sent = chat.send('one')
    await new Promise((resolve) => setTimeout(resolve, 50))
    chat.stop()
    await sent
    expect(isWhole).toBe(false)
  })

  it('knows the request of an answer that failed', async () => {
    const headers = new Headers({ 'x-request-id': 'request-1' })
    const error = { name: 'Error', message: 'The answer failed.' }
    const { chat } = createTestChat({
      ask: async () =>
        Object.assign(
          (async function* (): AsyncGenerator<AgentChunk> {
            yield { type: 'error', runId: 'r', from: 'AGENT', payload: { error } }
          })(),
          { headers },
        ),
    })
    await chat.send('one')
    expect(chat.getState()).toMatchObject({ status: 'error', error: { requestId: 'request-1' } })
  })

  it('asks again by the id of the question, where a thread remembers it', async () => {
    const { chat, asked, push } = createTestChat({ isRemembering: true })
    await chat.load()
    const first = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push(new Error('cut'))
    await first
    const second = chat.retry()
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    push()
    await second
    expect(asked[1]).toStrictEqual(asked[0])
    const third = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(3))
    push()
    await third
    expect(asked[2]).not.toStrictEqual(asked[0])
  })

  it('reads nothing without a thread', async () => {
    const load = vi.fn<ChatSource['load']>(async () => ({ messages: [STORED], hasMore: false }))
    const { chat, texts } = createTestChat({ load })
    await chat.load()
    expect(chat.getState().status).toBe('ready')
    expect(load).not.toHaveBeenCalled()
    expect(texts()).toStrictEqual([])
  })

  it('sends one question at a time, and no blank one', async () => {
    const { chat, asked, push } = createTestChat()
    expect(await chat.send(' \n')).toBe(false)
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(await chat.send('two')).toBe(false)
    push()
    await sent
    expect(asked).toHaveLength(1)
    const again = chat.send('two')
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    push()
    expect(await again).toBe(true)
  })

  it('says why an answer failed, and can go on', async () => {
    const { chat, asked, push, texts } = createTestChat()
    const error = new Error('cut')
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push(delta('half'))
    push(error)
    expect(await sent).toBe(true)
    expect(chat.getState()).toMatchObject({ status: 'error', error })
    expect(texts()).toStrictEqual(['one', 'half'])
    const again = chat.send('two')
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    expect(chat.getState().error).toBeUndefined()
    push()
    await again
    expect(chat.getState().status).toBe('ready')
  })

  it('says why the thread could not be read', async () => {
    const error = new Error('no')
    const { chat } = createTestChat({ isRemembering: true, load: () => Promise.reject(error) })
    await chat.load()
    expect(chat.getState()).toMatchObject({ status: 'error', error })
  })

  it('stops the agent, keeps what came, and obeys nothing that comes later', async () => {
    const { chat, asked, signals, push, texts } = createTestChat()
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push(delta('half'))
    await vi.waitFor(() => expect(texts()).toStrictEqual(['one', 'half']))
    chat.stop()
    expect(signals[0]?.aborted).toBe(true)
    expect(chat.getState()).toMatchObject({ status: 'ready', error: undefined })
    push(delta(' more'))
    push(new Error('aborted'))
    await sent
    expect(texts()).toStrictEqual(['one', 'half'])
    expect(chat.getState()).toMatchObject({ status: 'ready', error: undefined })
  })

  it('has nothing to stop where nothing is under way', () => {
    const { chat } = createTestChat()
    const listener = vi.fn<() => void>()
    chat.subscribe(listener)
    chat.stop()
    expect(listener).not.toHaveBeenCalled()
  })

  it('keeps its state the same object while nothing happens, and stops telling who has left', async () => {
    const { chat, push, asked } = createTestChat()
    const listener = vi.fn<() => void>()
    const leave = chat.subscribe(listener)
    expect(chat.getState()).toBe(chat.getState())
    leave()
    const sent = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push()
    await sent
    expect(listener).not.toHaveBeenCalled()
  })

  it('asks again in place of an answer that failed', async () => {
    const { chat, asked, push, texts } = createTestChat()
    expect(await chat.retry()).toBe(false)
    const first = chat.send('one')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(await chat.retry()).toBe(false)
    push(delta('half'))
    push(new Error('cut'))
    await first
    expect(chat.getState().status).toBe('error')
    const second = chat.retry()
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    push(delta('whole'))
    push()
    expect(await second).toBe(true)
    expect(texts()).toStrictEqual(['one', 'whole'])
    expect(asked[1]).toStrictEqual([{ role: 'user', content: 'one' }])
  })

  it('takes a question as soon as it says that it is ready', async () => {
    const { chat, push, asked } = createTestChat({ isRemembering: true })
    const sent: Promise<boolean>[] = []
    const end = chat.subscribe(() => {
      if (chat.getState().status === 'ready') sent.push(chat.send('one'))
    })
    await chat.load()
    end()
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    push()
    expect(await Promise.all(sent)).toStrictEqual([true])
  })

  it('reads earlier messages page by page, and says where they cannot be read', async () => {
    const named = (id: string) => ({ ...STORED, id })
    const pages = [
      { messages: [named('c')], hasMore: true },
      // What was said since has moved the pages.
      { messages: [named('c')], hasMore: true },
      { messages: [named('b')], hasMore: true },
    ]
    const load = vi.fn<ChatSource['load']>(async (_signal, page) => {
      const found = pages[page]
      if (found === undefined) throw new Error('away')
      return found
    })
    const { chat } = createTestChat({ isRemembering: true, load })
    await chat.load()
    expect(chat.getState().hasEarlier).toBe(true)
    const both = [chat.loadEarlier(), chat.loadEarlier()]
    expect(await Promise.all(both)).toStrictEqual([true, true])
    expect(chat.getState().messages.map(({ id }) => id)).toStrictEqual(['b', 'c'])
    expect(load).toHaveBeenCalledTimes(3)
    expect(await chat.loadEarlier()).toBe(false)
    expect(chat.getState()).toMatchObject({ status: 'ready', hasEarlier: true })
  })
})
