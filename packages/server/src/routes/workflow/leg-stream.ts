import { TokenError } from '@signet/auth'
import { PUBLIC_REASON } from '@signet/auth/internal'
import { logFailure, type WorkflowChunk } from '@signet/core'
import { withSignsOfLife } from '../../answer/sign-of-life.js'
import { Reply } from '../../http/reply.js'
import { errorCode } from '../../error/error-response.js'
import type { HandlerContext } from '../../route/route.js'
import type { BegunLeg } from './leg.js'
import { tellFailure } from './told-failure.js'

/** What a stream needs of its request. */
export type StreamContext = Pick<
  HandlerContext,
  'stop' | 'onBreakOff' | 'noteFailure' | 'logger' | 'requestId'
>

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

/** White space before a value of JSON, which its readers pass over. */
const SIGN = ' '

/** A chunk, and the record separator behind it. Clients of Mastra read streams of workflows in no other form. */
function record(chunk: unknown): string {
  return `${JSON.stringify(chunk)}\x1E`
}

/** A chunk as the wire shows it. */
function viewChunk(chunk: WorkflowChunk): unknown {
  if (chunk.type !== 'workflow-step-result') return chunk
  const { payload } = chunk
  if (!('error' in payload) || payload.error === undefined) return chunk
  return { ...chunk, payload: { ...payload, error: tellFailure(payload.error) } }
}

/** Why a stream broke off, as its client is told: the rest is for the log. */
function tellBreakOff(error: unknown): { readonly message: string; readonly code: string } {
  if (TokenError.isInstance(error)) {
    return { message: PUBLIC_REASON[error.code], code: error.code }
  }
  const code = errorCode(error)
  if (code === 'deadline_exceeded') return { message: 'The run goes on. Observe it again.', code }
  return { message: 'The stream failed. The log of the server says why.', code: 'answer_failed' }
}

/** The last chunk of a stream that broke off. */
function errorRecord(runId: string, error: unknown): string {
  const payload = { error: { name: 'Error', ...tellBreakOff(error) } }
  return record({ type: 'error', runId, from: 'WORKFLOW', payload })
}

/**
 * Sends the chunks of a leg. The leg goes on when its client leaves, and does not wait for it: a client that leaves too
 * many chunks unread loses the stream. No deadline ends a stream: it ends with its leg.
 */
export function sendLeg(input: HandlerContext, leg: BegunLeg): Reply {
  input.release()
  return sendChunks(input, leg)
}

/** Sends chunks of a run. The last one is `workflow-finish`, or `error` where the stream broke off. */
export function sendChunks(input: StreamContext, { runId, reader, first }: BegunLeg): Reply {
  let pending = first
  let broken: Error | undefined
  let isOver = false
  input.onBreakOff((error) => {
    broken = error
    // Ends a read that waits. A stream that has failed already cannot be canceled.
    reader.cancel(error).catch(() => undefined)
  })

  async function nextText(): Promise<string | undefined> {
    const chunk = pending ?? (await reader.read()).value
    pending = undefined
    if (broken !== undefined) throw broken
    return chunk && record(viewChunk(chunk))
  }

  function close(): void {
    isOver = true
    input.stop()
  }

  const events: AsyncIterator<string, undefined> = {
    async next() {
      if (isOver) return { done: true, value: undefined }
      try {
        const text = await nextText()
        if (isOver) return { done: true, value: undefined }
        if (text !== undefined) return { done: false, value: text }
        close()
        return { done: true, value: undefined }
      } catch (error) {
        // Its client left meanwhile.
        if (isOver) return { done: true, value: undefined }
        if (broken === undefined) {
          input.noteFailure('answer_failed')
          logFailure(input.logger, 'A stream failed.', { requestId: input.requestId }, error)
        }
        close()
        return { done: false, value: errorRecord(runId, error) }
      }
    },
    async return() {
      if (!isOver) {
        input.noteFailure('client_gone')
        close()
        await reader.cancel().catch(() => undefined)
      }
      return { done: true, value: undefined }
    },
  }
  const signs = withSignsOfLife(events, SIGN)
  return new Reply({ [Symbol.asyncIterator]: () => signs }, 200, { ...HEADERS })
}
