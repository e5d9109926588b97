import { AsyncResource } from 'node:async_hooks'
import { PUBLIC_REASON, TokenError } from '@signet/auth'
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
  /** Is told each chunk before it is sent. */
  onChunk(chunk: AgentChunk): void
  /** The client is gone before the end. */
  onCancel(): void
  /** Nothing more will be sent: the answer is complete, was ended, or its client is gone. */
  onEnd(): void
  /** The answer broke off, or holds what JSON cannot express. */
  onError(error: unknown): void
}

function event(chunk: AgentChunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

const DONE = 'data: [DONE]\n\n'

function errorEvent(
  runId: string,
  fields: { readonly message: string; readonly code?: string },
): string {
  const error = { name: 'Error', ...fields }
  return event({ type: 'error', runId, from: 'AGENT', payload: { error } })
}

/** The last event of an answer that broke off. Why it did is for the log. */
function failureEvent(runId: string): string {
  return errorEvent(runId, { message: 'The answer failed. The log of the server says why.' })
}

/** The last event of an answer that was ended: an error where its token was withdrawn. */
function endEvent(runId: string, reason: unknown): string {
  if (!TokenError.isInstance(reason))
    return event({ type: 'abort', runId, from: 'AGENT', payload: {} })
  const { code } = reason
  return errorEvent(runId, { message: PUBLIC_REASON[code], code })
}

/**
 * Sends an answer as server-sent events: one `data:` line of JSON for each chunk, then
 * `data: [DONE]`. Asks for the next chunk only when the client has room for it, and stops the answer
 * when the client is gone. An answer that breaks off ends with an `error` chunk, and so does one whose
 * token is withdrawn, with the code `token_revoked`; one that the signal ends for another reason, with an
 * `abort` chunk.
 */
export function eventStream(
  answer: Pick<AgentStream, 'runId' | 'fullStream'>,
  options: EventStreamOptions,
): Response {
  const { runId } = answer
  const { signal, onChunk, onCancel, onEnd, onError } = options
  const chunks = answer.fullStream[Symbol.asyncIterator]()
  // The client's pace is no part of the request: what the answer does belongs to the context that began it.
  const nextChunk = AsyncResource.bind(() => chunks.next())
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
      const endNow = () => close(controller, endEvent(runId, signal.reason))
      if (signal.aborted) endNow()
      else signal.addEventListener('abort', endNow, { once: true })
    },
    async pull(controller) {
      try {
        const next = await nextChunk()
        if (next.done === true) close(controller, '')
        else if (!isOver) {
          onChunk(next.value)
          controller.enqueue(encoder.encode(event(next.value)))
        }
      } catch (error) {
        if (!isOver) onError(error)
        close(controller, failureEvent(runId))
      }
    },
    cancel() {
      onCancel()
      end()
    },
  })
  return new Response(body, { headers: HEADERS })
}
