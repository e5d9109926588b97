import { TokenError } from '@signet/auth'
import type { AgentChunk } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { responseOf } from '../http/reply.js'
import { eventStream, type EventStreamOptions } from './event-stream.js'

const delta = (text: string): AgentChunk => ({
  type: 'text-delta',
  runId: 'run-1',
  from: 'AGENT',
  payload: { id: '1', text },
})

/** A source that knows how far it was read, and whether it was cancelled. */
function createSource(
  chunks: () => AsyncGenerator<AgentChunk>,
  aborter: AbortController = new AbortController(),
) {
  const state = {
    pulls: 0,
    returns: 0,
    ends: 0,
    settles: 0,
    chunks: 0,
    cancels: 0,
    errors: [] as unknown[],
  }
  const inner = chunks()
  const fullStream: AsyncIterable<AgentChunk> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        state.pulls++
        return inner.next()
      },
      return(value: unknown) {
        state.returns++
        return inner.return(value)
      },
    }),
  }
  const options: EventStreamOptions<AgentChunk> = {
    toJson: JSON.stringify,
    signal: aborter.signal,
    onChunk: () => void state.chunks++,
    onCancel: () => void state.cancels++,
    onEnd: () => void state.ends++,
    onSettled: () => void state.settles++,
    onError: (error) => void state.errors.push(error),
  }
  return {
    state,
    aborter,
    response: responseOf(eventStream({ runId: 'run-1', fullStream }, options)),
  }
}

const DONE = 'data: [DONE]\n\n'
const eventOf = (chunk: unknown) => `data: ${JSON.stringify(chunk)}\n\n`
const ABORT = eventOf({ type: 'abort', runId: 'run-1', from: 'AGENT', payload: {} })
const FAILURE = eventOf({
  type: 'error',
  runId: 'run-1',
  from: 'AGENT',
  payload: {
    error: { name: 'Error', message: 'The answer failed. The log of the server says why.' },
  },
})

describe('eventStream', () => {
  it('sends each chunk as one data line, then [DONE]', async () => {
    const { response, state } = createSource(async function* () {
      yield delta('One\ntwo\r\n\n')
      yield delta('€')
    })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toStrictEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    const text = await response.text()
    expect(text).toBe(eventOf(delta('One\ntwo\r\n\n')) + eventOf(delta('€')) + DONE)
    expect(text).not.toContain('\r')
    expect(state).toMatchObject({ ends: 1, errors: [] })
  })

  it('sends [DONE] alone for an answer without chunks', async () => {
    const { response } = createSource(async function* () {})
    expect(await response.text()).toBe(DONE)
  })

  it('asks for no chunk before the client has room for it', async () => {
    const { response, state } = createSource(async function* () {
      for (;;) yield delta('x')
    })
    const reader = response.body?.getReader()
    for (let read = 0; read < 5; read++) await reader?.read()
    await new Promise(setImmediate)
    expect(state.pulls).toBeLessThanOrEqual(6)
    await reader?.cancel()
  })

  it('cancels its source when the client is gone, once, also in the middle of a chunk', async () => {
    const stuck = createDeferred()
    const { response, state } = createSource(async function* () {
      yield delta('x')
      await stuck.promise
      yield delta('too late')
    })
    const reader = response.body?.getReader()
    await reader?.read()
    await new Promise(setImmediate)
    const reading = reader?.read()
    await reader?.cancel()
    expect(await reading).toStrictEqual({ done: true, value: undefined })
    stuck.resolve()
    await new Promise(setImmediate)
    expect(state).toStrictEqual({
      pulls: 2,
      returns: 1,
      ends: 1,
      settles: 1,
      chunks: 1,
      cancels: 1,
      errors: [],
    })
  })

  it('reports no failure that follows from the cancellation', async () => {
    const stuck = createDeferred()
    const { response, state } = createSource(async function* () {
      await stuck.promise
      yield delta('never')
    })
    await response.body?.cancel()
    stuck.reject(new Error('aborted'))
    await new Promise(setImmediate)
    expect(state).toMatchObject({ ends: 1, errors: [] })
  })

  it('ends an answer that breaks off with a chunk that says so, and nothing of why', async () => {
    const failure = new Error('key sk-123 refused')
    const { response, state } = createSource(async function* () {
      yield delta('x')
      throw failure
    })
    expect(await response.text()).toBe(eventOf(delta('x')) + FAILURE + DONE)
    expect(state).toMatchObject({ ends: 1, errors: [failure] })
  })

  it('ends so also where the first chunk fails, after the status is sent', async () => {
    const { response, state } = createSource(async function* () {
      yield await Promise.reject(new Error('x'))
    })
    expect(await response.text()).toBe(FAILURE + DONE)
    expect(state.errors).toHaveLength(1)
  })

  it('ends so where a chunk holds what JSON cannot express, and cancels its source', async () => {
    const { response, state } = createSource(async function* () {
      yield { type: 'source', runId: 'run-1', from: 'AGENT', payload: { value: 1n } }
      yield delta('never')
    })
    expect(await response.text()).toBe(FAILURE + DONE)
    expect(state).toMatchObject({ pulls: 1, returns: 1, ends: 1, errors: [expect.any(TypeError)] })
  })

  it('ends when its signal fires, also where its source is stuck', async () => {
    const { response, state, aborter } = createSource(async function* () {
      yield delta('x')
      await new Promise(() => {})
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe(eventOf(delta('x')))
    aborter.abort()
    expect((await reader?.read())?.value).toBe(ABORT + DONE)
    expect(await reader?.read()).toStrictEqual({ done: true, value: undefined })
    expect(state).toMatchObject({ ends: 1, errors: [] })
  })

  it('ends with an error that has the code where its token was revoked', async () => {
    const { response, state, aborter } = createSource(async function* () {
      yield await new Promise<never>(() => {})
    })
    aborter.abort(new TokenError('token_revoked', 'for the log'))
    const error = {
      name: 'Error',
      message: 'The token has been revoked.',
      code: 'token_revoked',
    }
    const chunk = { type: 'error', runId: 'run-1', from: 'AGENT', payload: { error } }
    expect(await response.text()).toBe(eventOf(chunk) + DONE)
    expect(state).toMatchObject({ ends: 1, errors: [] })
  })

  it('begins nothing when its signal has fired before', async () => {
    const aborter = new AbortController()
    aborter.abort()
    const { response, state } = createSource(async function* () {
      yield delta('x')
    }, aborter)
    expect(await response.text()).toBe(ABORT + DONE)
    expect(state).toStrictEqual({
      pulls: 0,
      returns: 1,
      ends: 1,
      settles: 1,
      chunks: 0,
      cancels: 0,
      errors: [],
    })
  })

  it('does nothing more when its signal fires after the end', async () => {
    const { response, state, aborter } = createSource(async function* () {
      yield delta('x')
    })
    expect(await response.text()).toBe(eventOf(delta('x')) + DONE)
    aborter.abort()
    expect(state).toMatchObject({ ends: 1, errors: [] })
  })
})
