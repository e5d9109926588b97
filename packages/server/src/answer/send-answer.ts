import {
  logFailure,
  type AgentChunk,
  type AgentStream,
  type AnswerListener,
  type OngoingAnswer,
  type RunReplay,
} from '@signet/core'
import type { Reply } from '../http/reply.js'
import type { HandlerContext } from '../route/route.js'
import { eventStream } from './event-stream.js'
import { followAnswer } from './follow-answer.js'

const asItIs = (json: string): string => json
const nothing = (): void => undefined

function errorListener(input: HandlerContext): (error: unknown) => void {
  return (error) => {
    input.noteFailure('answer_failed')
    logFailure(input.logger, 'A stream failed.', { requestId: input.requestId }, error)
  }
}

/** Sends an answer that goes on when its client leaves. The request is over when the answer is. */
function sendOngoing(
  input: HandlerContext,
  runId: string,
  { events, ended, listen }: OngoingAnswer,
  listener: AnswerListener,
): Reply {
  listen(listener)
  let onEnd = nothing
  const sent = new Promise<void>((resolve) => {
    onEnd = resolve
  })
  input.goOn(ended, sent)
  return eventStream(
    { runId, fullStream: events },
    {
      signal: input.signal,
      toJson: asItIs,
      onChunk: nothing,
      onCancel: nothing,
      onEnd,
      onSettled: nothing,
      onError: listener.onError,
    },
  )
}

/**
 * Sends an answer piece by piece.
 * @param earlier - how many of the steps that end were counted by an earlier request. Default: none
 */
export function sendAnswer(input: HandlerContext, answer: AgentStream, earlier = 0): Reply {
  const onChunk: (chunk: AgentChunk) => void = followAnswer(input, earlier)
  const onError = errorListener(input)
  if (answer.ongoing !== undefined) {
    return sendOngoing(input, answer.runId, answer.ongoing, { onChunk, onError })
  }
  return eventStream(answer, {
    signal: input.signal,
    toJson: JSON.stringify,
    onChunk,
    onCancel: () => input.noteFailure('client_gone'),
    onEnd: () => input.stop(),
    onSettled: input.holdOpen(),
    onError,
  })
}

/**
 * Sends what an answer told and tells, to somebody who observes it.
 * @param onEnd - is told once they do not any more
 */
export function sendReplay(input: HandlerContext, replay: RunReplay, onEnd: () => void): Reply {
  return eventStream(
    { runId: replay.runId, fullStream: replay.events },
    {
      signal: input.signal,
      toJson: asItIs,
      onChunk: nothing,
      onCancel: () => input.noteFailure('client_gone'),
      onEnd() {
        onEnd()
        input.stop()
      },
      onSettled: nothing,
      onError: errorListener(input),
    },
  )
}
