import type { WorkflowChunk } from '@signet/core'
import { createLogRecorder } from '@signet/test-support/application/application'
import { refuseUnhandledRejections } from '@signet/test-support/process/unhandled-rejections'
import { createDeferred } from '@signet/test-support/time/deferred'
import { describe, expect, it, vi } from 'vitest'
import type { DecisionCode } from '../../error/error-response.js'
import { responseOf } from '../../http/reply.js'
import { sendChunks } from './leg-stream.js'
import type { BegunLeg } from './leg.js'

refuseUnhandledRejections()

/** A stream to a client, whose request a test can break off. */
function send(reader: BegunLeg['reader']) {
  const listeners: ((error: Error) => void)[] = []
  const { logger, lines } = createLogRecorder()
  const stop = vi.fn<() => void>()
  const noteFailure = vi.fn<(code: DecisionCode) => void>()
  const reply = sendChunks(
    {
      stop,
      noteFailure,
      logger,
      requestId: 'q',
      onBreakOff: (listener) => void listeners.push(listener),
    },
    { runId: 'r', reader, first: undefined },
  )
  const breakOff = (error: Error) => listeners.forEach((listener) => listener(error))
  return { response: responseOf(reply), breakOff, lines, stop, noteFailure }
}

/** A stream that has failed, which nobody has read. */
function failed(): BegunLeg['reader'] {
  const start = (controller: ReadableStreamDefaultController<WorkflowChunk>) =>
    controller.error(new RangeError('Too much is unread.'))
  return new ReadableStream<WorkflowChunk>({ start }).getReader()
}

describe('sendChunks', () => {
  it('logs why a stream fails, and tells its client that it did', async () => {
    const { response, lines, stop, noteFailure } = send(failed())
    expect(await response.text()).toContain('"code":"answer_failed"')
    expect(lines).toMatchObject([{ level: 'error', message: 'A stream failed.' }])
    expect(noteFailure.mock.calls).toStrictEqual([['answer_failed']])
    expect(stop).toHaveBeenCalledOnce()
  })

  it('breaks a stream off that has failed already', async () => {
    const { response, breakOff, lines } = send(failed())
    breakOff(new Error('broken off'))
    expect(await response.text()).toContain('"code":"answer_failed"')
    expect(lines).toStrictEqual([])
  })

  it('lets a client leave a stream that has failed already', async () => {
    const { response, lines, stop, noteFailure } = send(failed())
    await response.body?.cancel()
    expect(lines).toStrictEqual([])
    expect(noteFailure.mock.calls).toStrictEqual([['client_gone']])
    expect(stop).toHaveBeenCalledOnce()
  })

  it('logs nothing where its client leaves while it waits', async () => {
    const waiting = createDeferred<{ readonly value?: WorkflowChunk }>()
    const read = vi.fn<BegunLeg['reader']['read']>(() => waiting.promise)
    const reader = {
      read,
      async cancel() {
        waiting.reject(new DOMException('Nobody reads it.', 'AbortError'))
      },
    }
    const { response, lines, stop, noteFailure } = send(reader)
    const body = response.body?.getReader()
    const next = body?.read()
    await vi.waitFor(() => expect(read).toHaveBeenCalledOnce())
    await body?.cancel()
    expect(await next).toMatchObject({ done: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(lines).toStrictEqual([])
    expect(noteFailure.mock.calls).toStrictEqual([['client_gone']])
    expect(stop).toHaveBeenCalledOnce()
  })
})
