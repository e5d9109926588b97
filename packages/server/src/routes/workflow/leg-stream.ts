import { TokenError } from '@signet/auth'
import { PUBLIC_REASON } from '@signet/auth/internal'
import { logFailure, type WorkflowChunk } from '@signet/core'
import { withSignsOfLife } from '../../answer/sign-of-life.js'
import { Reply } from '../../http/reply.js'
import type { HandlerContext } from '../../route/route.js'
import type { BegunLeg } from './leg.js'
import { tellFailure } from './told-failure.js'

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

const DONE = 'data: [DONE]\n\n'

function event(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

/** A chunk as the wire shows it. */
function viewChunk(chunk: WorkflowChunk): unknown {
  if (chunk.type !== 'workflow-step-result') return chunk
  const { payload } = chunk
  if (!('error' in payload) || payload.error === undefined) return chunk
  return { ...chunk, payload: { ...payload, error: tellFailure(payload.error) } }
}

/** The last event of a stream that broke off. Why it did is for the log, unless the token was revoked. */
function errorEvent(runId: string, error: unknown): string {
  const fields = TokenError.isInstance(error)
    ? { message: PUBLIC_REASON[error.code], code: error.code }
    : { message: 'The stream failed. The log of the server says why.', code: 'answer_failed' }
  const payload = { error: { name: 'Error', ...fields } }
  return event({ type: 'error', runId, from: 'WORKFLOW', payload })
}

/**
 * Sends the chunks of a leg as server-sent events, and `[DONE]` behind the last one. The leg goes on when its client
 * leaves, and neither waits for it: a client that leaves too many chunks unread loses the stream. No deadline ends a
 * stream: it ends with its leg.
 */
export function sendLeg(input: HandlerContext, { runId, reader, first }: BegunLeg): Reply {
  let pending = first
  let broken: Error | undefined
  let isOver = false
  input.onBreakOff((error) => {
    broken = error
    // Ends a read that waits.
    void reader.cancel(error)
  })
  input.release()

  async function nextText(): Promise<string | undefined> {
    const chunk = pending ?? (await reader.read()).value
    pending = undefined
    if (broken !== undefined) throw broken
    return chunk && event(viewChunk(chunk))
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
        if (text !== undefined) return { done: false, value: text }
        close()
        return { done: false, value: DONE }
      } catch (error) {
        if (broken === undefined) {
          input.noteFailure('answer_failed')
          logFailure(input.logger, 'A stream failed.', { requestId: input.requestId }, error)
        }
        close()
        return { done: false, value: errorEvent(runId, error) + DONE }
      }
    },
    async return() {
      if (!isOver) {
        input.noteFailure('client_gone')
        close()
        await reader.cancel()
      }
      return { done: true, value: undefined }
    },
  }
  const signs = withSignsOfLife(events)
  return new Reply({ [Symbol.asyncIterator]: () => signs }, 200, { ...HEADERS })
}
