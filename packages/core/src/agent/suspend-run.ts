import { codeOf } from '@signet/auth/internal'
import type { RunFacts } from '../answer/answer.js'
import { AnswerError } from '../error.js'
import type { LoopTools } from '../loop/call.js'
import type { PendingCall } from '../loop/content.js'
import type { RequestContext } from '../request-context.js'
import { argumentsDigest } from '../run/arguments-digest.js'
import { peopleOf, personOf, runOwner } from '../run/person.js'
import { RunError } from '../run/run-error.js'
import type { NewRunApproval, RunStorage, Suspension } from '../run/run-storage.js'

/** Whose run it is, and where it is kept. */
interface RunPlace {
  readonly agentId: string
  readonly runs: RunStorage
  readonly requestContext: RequestContext
}

/**
 * Refuses the id of a run that the caller has: the model is not asked for an answer that could not be suspended.
 * @throws {RunError} `run_exists`
 */
export async function requireNewRun({
  runId,
  runs,
  requestContext,
}: Omit<RunPlace, 'agentId'> & { readonly runId?: string | undefined }): Promise<void> {
  // A stranger has no runs.
  if (runId === undefined || requestContext.isStranger) return
  if ((await runs.get(runOwner(requestContext), runId)) === undefined) return
  throw new RunError('run_exists', 'A run of this id is there already. Leave runId out.')
}

/**
 * Stores a run that waits.
 * @throws {AnswerError} where another run of its id began meanwhile
 */
export async function storeRun(
  { agentId, runs, requestContext }: RunPlace,
  { approvals, ttlMs, snapshot }: Suspension,
  { runId, thread }: Pick<RunFacts, 'runId' | 'thread'>,
): Promise<void> {
  const about = { id: runId, kind: 'agent', target: agentId, ...thread } as const
  try {
    await runs.create(
      runOwner(requestContext),
      { ...about, caller: { people: peopleOf(requestContext) }, snapshot },
      { status: 'suspended', approvals, ttlMs },
    )
  } catch (cause) {
    if (codeOf(cause) !== 'run_exists') throw cause
    throw new AnswerError('The answer cannot wait.', {
      cause,
      issues: [{ field: 'runId', message: 'Another run has this id. Leave it out.' }],
    })
  }
}

/** What is waited for, for each call that waits. */
export function toApprovals(
  pending: readonly PendingCall[],
  tools: LoopTools,
  requestContext: RequestContext,
): NewRunApproval[] {
  const asker = personOf(requestContext)
  return pending.flatMap(({ toolCallId, toolName, input, suspension }) => {
    const { id: toolId, approval, suspensionMs } = tools.get(toolName) ?? {}
    if (toolId === undefined) return []
    const args = input ?? null
    const call = { toolCallId, toolId, toolName, args, digest: argumentsDigest(args), asker }
    if (suspension !== undefined && suspensionMs !== undefined) {
      const { payload } = suspension
      return { ...call, byOther: false, suspension: { payload }, ttlMs: suspensionMs }
    }
    return approval === undefined
      ? []
      : { ...call, byOther: approval.byOther, ttlMs: approval.ttlMs }
  })
}
