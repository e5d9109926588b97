import type { LoopTools } from '../loop/call.js'
import type { PendingCall } from '../loop/content.js'
import type { RequestContext } from '../request-context.js'
import { argumentsDigest } from '../run/arguments-digest.js'
import { personOf } from '../run/person.js'
import type { NewRunApproval } from '../run/run-storage.js'

/** What somebody has to approve, for each call that waits. */
export function toApprovals(
  pending: readonly PendingCall[],
  tools: LoopTools,
  requestContext: RequestContext,
): NewRunApproval[] {
  const asker = personOf(requestContext)
  return pending.flatMap(({ toolCallId, toolName, input }) => {
    const approval = tools.get(toolName)?.approval
    if (approval === undefined) return []
    const { toolId, byOther, ttlMs } = approval
    const args = input ?? null
    return {
      toolCallId,
      toolId,
      toolName,
      args,
      digest: argumentsDigest(args),
      byOther,
      asker,
      ttlMs,
    }
  })
}
