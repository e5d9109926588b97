import type { Principal } from '@signet/auth'
import { logFailure, usageOfLeg, type AgentOutput, type AgentStream } from '@signet/core'
import { eventStream } from '../../answer/event-stream.js'
import { followAnswer } from '../../answer/follow-answer.js'
import type { HandlerInput } from '../../route/route.js'

/** A request that goes on with a suspended answer. */
type GoingOn<Body> = HandlerInput<{ readonly agentId: string }, unknown, Body, Principal>

/** Sends the rest of a suspended answer piece by piece. */
export function streamOn<Body>(input: GoingOn<Body>, answer: AgentStream): unknown {
  const { signal } = input
  return eventStream(answer, {
    signal,
    // The first step that ends was begun, and counted, before.
    onChunk: followAnswer(input, 1),
    onCancel: () => input.noteFailure('client_gone'),
    onEnd: () => input.stop(),
    onSettled: input.holdOpen(),
    onError(error) {
      input.noteFailure('answer_failed')
      logFailure(input.logger, 'A stream failed.', { requestId: input.requestId }, error)
    },
  })
}

/** Sends a suspended answer at once, when it is whole. */
export async function generateOn<Body>(
  input: GoingOn<Body>,
  goOn: () => Promise<AgentOutput>,
): Promise<AgentOutput> {
  const settle = input.holdOpen()
  try {
    const output = await goOn()
    input.noteUsage(usageOfLeg(output))
    return output
  } finally {
    settle()
  }
}
