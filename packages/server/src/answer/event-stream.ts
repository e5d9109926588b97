import { AsyncResource } from 'node:async_hooks'
import { Reply } from '../http/reply.js'
import { TokenError } from '@signet/auth'
import { PUBLIC_REASON, waitAtMost } from '@signet/auth/internal'
import type { AgentChunk } from '@signet/core'
import { withSignsOfLife } from './sign-of-life.js'

/** How long an answer that is ended is waited for before its client is told, in milliseconds. */
const SETTLE_MS = 1000

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

/** What a stream obeys and tells, beside what it sends. */
export interface EventStreamOptions<Chunk> {
  /** Ends the stream, whether or not the answer ends by itself. */
  readonly signal: AbortSignal
  /** The JSON of a chunk, on one line. */
  readonly toJson: (chunk: Chunk) => string
  /** Is told each chunk before it is sent. */
  onChunk(chunk: Chunk): void
  /** The client is gone before the end. */
  onCancel(): void
  /** Nothing more will be sent: the answer is complete, was ended, or its client is gone. */
  onEnd(): void
  /** Nothing of the answer goes on any more, and what is to be kept of it is kept. */
  onSettled(): void
  /** The answer broke off, or holds what JSON cannot express. */
  onError(error: unknown): void
}

function event(json: string): string {
  return `data: ${json}\n\n`
}

function chunkEvent(chunk: AgentChunk): string {
  return event(JSON.stringify(chunk))
}

const DONE = 'data: [DONE]\n\n'

function errorEvent(
  runId: string,
  fields: { readonly message: string; readonly code?: string | undefined },
): string {
  const error = { name: 'Error', ...fields }
  return chunkEvent({ type: 'error', runId, from: 'AGENT', payload: { error } })
}

/** The last event of an answer that broke off. Why it did is for the log. */
function failureEvent(runId: string): string {
  return errorEvent(runId, { message: 'The answer failed. The log of the server says why.' })
}

/** The last event of an answer that was ended: an error where its token was revoked. */
function endEvent(runId: string, reason: unknown): string {
  if (!TokenError.isInstance(reason))
    return chunkEvent({ type: 'abort', runId, from: 'AGENT', payload: {} })
  const { code } = reason
  return errorEvent(runId, { message: PUBLIC_REASON[code], code })
}

/**
 * Sends an answer as server-sent events: one `data:` line of JSON for each chunk, then `data: [DONE]`; and a comment
 * after each 10 seconds in which nothing comes. Asks for the next chunk only when the client has room for it, and stops
 * the answer when the client is gone. An answer that breaks off ends with an `error` chunk, and so does one whose token
 * is revoked, with the code `token_revoked`; one that the signal ends for another reason, with an `abort` chunk.
 */
export function eventStream<Chunk>(
  answer: { readonly runId: string; readonly fullStream: AsyncIterable<Chunk> },
  options: EventStreamOptions<Chunk>,
): Reply {
  const { runId } = answer
  const { signal, toJson, onChunk, onCancel, onEnd, onSettled, onError } = options
  const chunks = answer.fullStream[Symbol.asyncIterator]()
  // The client's pace is not part of the request: what the answer does belongs to the context that began it.
  const nextChunk = AsyncResource.bind(() => chunks.next())
  let isOver = false
  /** Whether the last event is still to come. */
  let isSettling = false
  /** Text that nobody has asked for yet: the end, where it came by itself. */
  let unread: string | undefined
  let deliver: ((result: IteratorResult<string, undefined>) => void) | undefined

  function give(value: string): void {
    const waiting = deliver
    deliver = undefined
    if (waiting === undefined) unread = value
    else waiting({ done: false, value })
  }

  /** Releases the answer, and resolves when it has ended. It may be stuck, so nobody waits for it for long. */
  async function end(): Promise<void> {
    isOver = true
    signal.removeEventListener('abort', endNow)
    onEnd()
    try {
      await chunks.return?.()
    } catch {
      // It was given up.
    }
    onSettled()
  }

  function close(last: string): void {
    if (isOver) return
    void end()
    give(last + DONE)
  }

  /** Ends the answer, and tells so once its question is kept. */
  async function breakOff(): Promise<void> {
    if (isOver) return
    isSettling = true
    await waitAtMost(end(), SETTLE_MS)
    isSettling = false
    give(endEvent(runId, signal.reason) + DONE)
  }

  function endNow(): void {
    void breakOff()
  }

  async function advance(): Promise<void> {
    try {
      const next = await nextChunk()
      if (next.done === true) close('')
      else if (!isOver) {
        onChunk(next.value)
        give(event(toJson(next.value)))
      }
    } catch (error) {
      if (!isOver) onError(error)
      close(failureEvent(runId))
    }
  }

  if (signal.aborted) endNow()
  else signal.addEventListener('abort', endNow)

  const events: AsyncIterator<string, undefined> = {
    next: () =>
      new Promise((resolve) => {
        deliver = resolve
        if (unread !== undefined) {
          give(unread)
          unread = undefined
        } else if (isOver && !isSettling) resolve({ done: true, value: undefined })
        else if (!isOver) void advance()
      }),
    async return() {
      if (!isOver) {
        onCancel()
        void end()
      }
      isSettling = false
      unread = undefined
      deliver?.({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
  }
  const signs = withSignsOfLife(events)
  return new Reply({ [Symbol.asyncIterator]: () => signs }, 200, { ...HEADERS })
}
