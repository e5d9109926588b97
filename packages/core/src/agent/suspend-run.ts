import { ownerKey } from '../memory/owner.js'
import type { LoopTools } from '../loop/call.js'
import type { PendingCall } from '../loop/content.js'
import type { RequestContext } from '../request-context.js'
import { argumentsDigest } from '../run/arguments-digest.js'
import { RunError } from '../run/run-error.js'
import type { NewRunApproval, RunPerson } from '../run/run-storage.js'

/** Who asks where the application itself does. No principal has this name, as each has an owner that is not empty. */
const APPLICATION: RunPerson = Object.freeze({ issuer: 'local', subject: '' })

/** Who calls, by the names of their token. */
export function personOf({ principal }: RequestContext): RunPerson {
  if (principal === undefined) return APPLICATION
  const { issuer, subject } = principal
  return { issuer, subject }
}

/**
 * The owner of the runs of a caller.
 * @throws {RunError} `run_missing` for a stranger, who owns none
 */
export function runOwner({ principal, isStranger }: RequestContext): string {
  if (principal !== undefined) return ownerKey(principal)
  if (!isStranger) return ownerKey({ resourceId: APPLICATION.subject })
  throw new RunError('run_missing', 'A caller without a valid token has no runs.')
}

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
    const { toolId, ttlMs } = approval
    const args = input ?? null
    return {
      toolCallId,
      toolId,
      toolName,
      args,
      digest: argumentsDigest(args),
      byOther: false,
      asker,
      ttlMs,
    }
  })
}
