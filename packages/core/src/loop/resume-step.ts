import type { LoopDecision, LoopResume } from './call.js'
import type { PendingCall, ToolCallContent, ToolOutcome } from './content.js'
import { toResponseMessages } from './response-messages.js'
import type { RunningAnswer } from './running-step.js'
import type { Step } from './step.js'
import { inOrderOfEnds, resumeTool } from './tools.js'
import { tellOutput } from '../tool/tell-output.js'

const DECLINED = 'The tool call was not approved by the user.'

/** What a call comes to that nobody makes. */
function decline(
  { toolCallId, toolName, input, providerMetadata }: PendingCall,
  { reason }: LoopDecision,
): ToolOutcome {
  const output = reason === undefined ? DECLINED : `${DECLINED} Reason: ${reason}`
  const call = { toolCallId, toolName, input, providerExecuted: false, providerMetadata }
  return { type: 'tool-result', ...call, output, told: tellOutput(output) }
}

/**
 * Makes the calls of a suspended step that were approved, and goes on with those that were resumed, all at once, and tells of each call, and of what it came to when
 * it ends.
 * @returns the step as it stands then: what nobody has decided on waits on, as does what waits anew
 * @throws the signal's reason
 */
export async function* resumeStep(
  { call, interrupt, span }: RunningAnswer,
  { suspended, decisions }: LoopResume,
): AsyncGenerator<ToolCallContent | ToolOutcome, Step, undefined> {
  const content = [...suspended.content]
  const pending = suspended.pending.filter(({ toolCallId }) => !decisions.has(toolCallId))
  // Readers of this leg alone have not seen the calls, and take no result without one.
  for (const part of suspended.content) {
    if (part.type === 'tool-call' && decisions.has(part.toolCallId)) yield part
  }
  const work = suspended.pending.flatMap((pending): Promise<ToolOutcome | PendingCall>[] => {
    const decision = decisions.get(pending.toolCallId)
    if (decision === undefined) return []
    if (!decision.isApproved) return [Promise.resolve(decline(pending, decision))]
    return [resumeTool(pending, decision.resumeData, call, interrupt, span)]
  })
  for (const ending of inOrderOfEnds(work)) {
    const outcome = await interrupt.until(ending)
    if (outcome.type === 'tool-pending') pending.push(outcome)
    else {
      content.push(outcome)
      yield outcome
    }
  }
  return { ...suspended, content, pending, messages: toResponseMessages(content) }
}
