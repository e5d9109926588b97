import type { AgentChunk, AgentStream } from '@signet/core'

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

/** What a stream heeds and tells, beside what it sends. */
export interface EventStreamOptions {
  /** Ends the stream, whether or not the answer ends by itself. */
  readonly signal: AbortSignal
  /** Nothing more will be sent: the answer is complete, was ended, or its client is gone. */
  onEnd(): void
  /** The answer broke off, or holds what JSON cannot express. */
  onError(error: unknown): void
}

function event(chunk: AgentChunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

const DONE = 'data: [DONE]\n\n'

/** The last event of an answer that broke off. Why it did is for the log. */
function failureEvent(runId: string): string {
  const error = { name: 'Error', message: 'The answer failed. The log of the server says why.' }
  return event({ type: 'error', runId, from: 'AGENT', payload: { error } })
}

/**
 * Sends an answer as server-sent events: one `data:` line of JSON for each chunk, then
 * `data: [DONE]`. Asks for the next chunk only when the client has room for it, and stops the answer
 * when the client is gone. An answer that breaks off ends with an `error` chunk, one that is ended by
 * the signal with an `abort` chunk.
 */
export function eventStream(
  answer: Pick<AgentStream, 'runId' | 'fullStream'>,
  options: EventStreamOptions,
): Response {
  const { runId } = answer
  const { signal, onEnd, onError } = options
  const chunks = answer.fullStream[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let isOver = false

  /** Lets go of the answer; it may be stuck, so nobody waits for it. */
  function end(): void {
    isOver = true
    onEnd()
    void Promise.resolve(chunks.return?.()).catch(() => undefined)
  }

  function close(controller: ReadableStreamDefaultController<Uint8Array>, last: string): void {
    if (isOver) return
    controller.enqueue(encoder.encode(last + DONE))
    controller.close()
    end()
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const abort = event({ type: 'abort', runId, from: 'AGENT', payload: {} })
      if (signal.aborted) close(controller, abort)
      else signal.addEventListener('abort', () => close(controller, abort), { once: true })
    },
    async pull(controller) {
      try {
        const next = await chunks.next()
        if (next.done === true) close(controller, '')
        else if (!isOver) controller.enqueue(encoder.encode(event(next.value)))
      } catch (error) {
        if (!isOver) onError(error)
        close(controller, failureEvent(runId))
      }
    },
    cancel: end,
  })
  return new Response(body, { headers: HEADERS })
}
