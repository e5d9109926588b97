import type { Principal } from '@signet/auth'
import { usageOfLeg, type AgentOutput, type AgentStream } from '@signet/core'
import { sendAnswer } from '../../answer/send-answer.js'
import type { HandlerInput } from '../../route/route.js'

/** A request that goes on with a suspended answer. */
type GoingOn<Body> = HandlerInput<{ readonly agentId: string }, unknown, Body, Principal>

/** Sends the rest of a suspended answer piece by piece. */
export function streamOn<Body>(input: GoingOn<Body>, answer: AgentStream): unknown {
  // The first step that ends was begun, and counted, before.
  return sendAnswer(input, answer, 1)
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
