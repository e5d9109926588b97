import { describe, expect, it, vi } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import type { DecisionCode } from '../error/error-response.js'
import { isStream, cancelProducer, responseOf } from '../http/reply.js'
import { followBody, followResponse, type ResponseContext } from './followed-response.js'

function follow(response: Response, context: ResponseContext): Response {
  return responseOf(followResponse(response, context))
}

/** A request whose end a test sees, and whose answer it can break off. */
function createContext() {
  const listeners: ((error: Error) => void)[] = []
  const stop = vi.fn<() => void>()
  const release = vi.fn<() => void>()
  const noteFailure = vi.fn<(code: DecisionCode) => void>()
  return {
    stop,
    release,
    noteFailure,
    onBreakOff: (listener: (error: Error) => void) => void listeners.push(listener),
    breakOff: (error: Error) => listeners.forEach((listener) => listener(error)),
  }
}

const encoder = new TextEncoder()

describe('followResponse', () => {
  it('ends at once where there is no body', () => {
    const context = createContext()
    const response = new Response(null, { status: 204 })
    expect(follow(response, context)).toMatchObject({ status: 204, body: null })
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.release).not.toHaveBeenCalled()
  })

  it('keeps status, headers and body, and ends after the last of it', async () => {
    const context = createContext()
    const original = new Response('a body', { status: 418, headers: { 'x-kind': 'tea' } })
    const response = follow(original, context)
    expect([response.status, response.headers.get('x-kind')]).toStrictEqual([418, 'tea'])
    expect(context.release).toHaveBeenCalledOnce()
    expect(context.stop).not.toHaveBeenCalled()
    expect(await response.text()).toBe('a body')
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.noteFailure).not.toHaveBeenCalled()
  })

  it('ends when the client is gone, and cancels the body', async () => {
    const context = createContext()
    const cancelled = createDeferred<void>()
    const body = new ReadableStream({ cancel: () => cancelled.resolve() })
    await follow(new Response(body), context).body?.cancel('gone')
    await cancelled.promise
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.noteFailure.mock.calls).toStrictEqual([['client_gone']])
  })

  it('ends when the body fails, with its error', async () => {
    const context = createContext()
    const failure = new Error('broken')
    const body = new ReadableStream({ pull: (controller) => controller.error(failure) })
    await expect(follow(new Response(body), context).text()).rejects.toBe(failure)
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.noteFailure).toHaveBeenCalledOnce()
  })

  it('ends as failed when what it makes cannot be sent, and cancels the body', async () => {
    const context = createContext()
    const cancelled = createDeferred<unknown>()
    const body = new ReadableStream({ cancel: (reason) => cancelled.resolve(reason) })
    const reply = followResponse(new Response(body), context)
    const fault = new Error('no bytes')
    if (isStream(reply.body)) await cancelProducer(reply.body[Symbol.asyncIterator](), fault)
    expect(await cancelled.promise).toBe(fault)
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.noteFailure.mock.calls).toStrictEqual([['answer_failed']])
  })

  it('breaks off when it is told to, and cancels the body, also in the middle of a read', async () => {
    const context = createContext()
    const cancelled = createDeferred<unknown>()
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(encoder.encode('x')),
      cancel: (reason) => cancelled.resolve(reason),
    })
    const reader = follow(new Response(body), context).body?.getReader()
    await reader?.read()
    const reading = reader?.read()
    const reason = new Error('revoked')
    context.breakOff(reason)
    await expect(reading).rejects.toBe(reason)
    expect(await cancelled.promise).toBe(reason)
    expect(context.stop).toHaveBeenCalled()
  })

  it('minds nothing that comes after its end', async () => {
    const context = createContext()
    const response = follow(new Response('x'), context)
    expect(await response.text()).toBe('x')
    expect(() => context.breakOff(new Error('late'))).not.toThrow()
  })
})

describe('followBody', () => {
  const gone = new Error('gone')

  function failing(lastOf?: (error: unknown) => Uint8Array | undefined) {
    const context = createContext()
    const reader = { read: () => Promise.reject(gone), cancel: () => Promise.resolve() }
    const body = followBody(reader, context, lastOf)
    return { context, chunks: body[Symbol.asyncIterator]() }
  }

  it('tells a last word in place of a failure, and then that it is over', async () => {
    const last = encoder.encode('last')
    const { context, chunks } = failing((error) => (error === gone ? last : undefined))
    expect(await chunks.next()).toStrictEqual({ done: false, value: last })
    expect(context.stop).toHaveBeenCalledOnce()
    expect(context.noteFailure.mock.calls).toStrictEqual([['answer_failed']])
    for (let round = 0; round < 2; round++)
      expect(await chunks.next()).toStrictEqual({ done: true, value: undefined })
    expect(context.stop).toHaveBeenCalledOnce()
  })

  it.each([['there is none', () => undefined] as const, ['nobody has one', undefined] as const])(
    'fails where %s',
    async (_, lastOf) => {
      const { context, chunks } = failing(lastOf)
      await expect(chunks.next()).rejects.toBe(gone)
      expect(context.stop).toHaveBeenCalledOnce()
    },
  )

  it('tells a last word of what it was broken off with', async () => {
    const context = createContext()
    const waiting = createDeferred<{ done: true; value: undefined }>()
    const reader = {
      read: () => waiting.promise,
      cancel: async () => waiting.resolve({ done: true, value: undefined }),
    }
    const body = followBody(reader, context, (error) => encoder.encode(String(error)))
    const chunks = body[Symbol.asyncIterator]()
    const next = chunks.next()
    context.breakOff(gone)
    expect(await next).toStrictEqual({ done: false, value: encoder.encode('Error: gone') })
    expect(context.noteFailure).not.toHaveBeenCalled()
    expect((await chunks.next()).done).toBe(true)
  })
})
