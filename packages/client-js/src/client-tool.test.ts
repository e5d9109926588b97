import { describe, expect, it, vi } from 'vitest'
import { answerCalls, describeTools, type ClientTools, type PausedAnswer } from './client-tool.js'

type Execute = (input: unknown) => unknown

const call = (toolName: string, toolCallId = 'call-1') => ({ toolCallId, toolName, args: { n: 1 } })

const paused: PausedAnswer = {
  question: 'Paint the wall',
  isStored: false,
  said: [{ role: 'assistant', content: [] }],
  reason: 'tool-calls',
  pending: [call('paint')],
}

const tools = (execute: Execute): ClientTools => ({ paint: { execute } })

describe('answerCalls', () => {
  it('runs the tools that an answer waits for, and goes on with all that was said', async () => {
    const execute = vi.fn<Execute>(async () => ({ painted: true }))
    const pending = [call('paint', 'a'), call('paint', 'b')]
    const answered = await answerCalls({ ...paused, pending }, tools(execute), undefined)
    expect(execute).toHaveBeenCalledTimes(2)
    expect(execute).toHaveBeenCalledWith({ n: 1 }, { abortSignal: undefined })
    const result = { painted: true }
    expect(answered?.results).toStrictEqual(pending.map((each) => ({ ...each, result })))
    const part = (toolCallId: string) => ({
      type: 'tool-result',
      toolCallId,
      toolName: 'paint',
      output: { type: 'json', value: result },
    })
    expect(answered?.messages).toStrictEqual([
      'Paint the wall',
      { role: 'assistant', content: [] },
      { role: 'tool', content: [part('a'), part('b')] },
    ])
  })

  it('keeps the messages of a question that is a list', async () => {
    const question = ['a', { role: 'user' as const, content: 'b' }]
    const answered = await answerCalls(
      { ...paused, question },
      tools(() => 1),
      undefined,
    )
    expect(answered?.messages).toMatchObject([...question, ...paused.said, { role: 'tool' }])
  })

  it('does not repeat a question that the server remembers', async () => {
    const answered = await answerCalls(
      { ...paused, isStored: true },
      tools(() => 1),
      undefined,
    )
    expect(answered?.messages).toMatchObject([...paused.said, { role: 'tool' }])
  })

  it('tells the model null of a tool that returns nothing', async () => {
    const answered = await answerCalls(
      paused,
      tools(() => undefined),
      undefined,
    )
    expect(answered?.results[0]?.result).toBeNull()
  })

  it.each([
    ['an error', () => Promise.reject(new Error('No paint.'))],
    ['no error', () => Promise.reject('No paint.')],
  ])('tells the model why a tool failed that throws %s', async (_case, execute) => {
    const answered = await answerCalls(paused, tools(execute), undefined)
    expect(answered?.messages).toMatchObject([
      {},
      {},
      { content: [{ output: { type: 'error-text', value: 'No paint.' } }] },
    ])
    expect(answered?.results[0]?.result).toStrictEqual({ error: 'No paint.' })
  })

  it('throws the reason of a signal that fired while a tool ran', async () => {
    const controller = new AbortController()
    const reason = new Error('no longer wanted')
    const execute = () => {
      controller.abort(reason)
      throw new Error('x')
    }
    await expect(answerCalls(paused, tools(execute), controller.signal)).rejects.toBe(reason)
  })

  it.each<[string, Partial<PausedAnswer>, ClientTools | undefined]>([
    ['it has no tools', {}, undefined],
    ['the answer ended for another reason', { reason: 'stop' }, tools(() => 1)],
    ['every call is answered', { pending: [] }, tools(() => 1)],
    ['the tool is another one', { pending: [call('other')] }, tools(() => 1)],
    ['the tool says what it is, but not what it does', {}, { paint: { description: 'x' } }],
    ['the name is of every object', { pending: [call('constructor')] }, tools(() => 1)],
    ['it knows only one of two', { pending: [call('paint'), call('other')] }, tools(() => 1)],
  ])('leaves an answer to the caller where %s, and runs nothing', async (_case, facts, given) => {
    const execute = vi.fn<Execute>()
    const spied = given?.['paint']?.execute === undefined ? given : tools(execute)
    expect(await answerCalls({ ...paused, ...facts }, spied, undefined)).toBeUndefined()
    expect(execute).not.toHaveBeenCalled()
  })
})

describe('describeTools', () => {
  it('says what tools are, and not what they do', () => {
    const inputSchema = { type: 'object' }
    const described = describeTools({
      paint: { description: 'Paints', inputSchema, execute: vi.fn<Execute>() },
    })
    expect(JSON.parse(JSON.stringify(described))).toStrictEqual({
      paint: { description: 'Paints', inputSchema },
    })
    expect(describeTools(undefined)).toBeUndefined()
  })
})
