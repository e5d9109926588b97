import { ScopeError } from '@signet/auth'
import { InputError } from '../error.js'
import type { RequestContext } from '../request-context.js'
import { peopleOf, personOf, runOwner } from './person.js'
import { RunError } from './run-error.js'
import type { ApprovalPage, ClaimRefusal, RunApproval, RunStorage } from './run-storage.js'

/** Which approvals an approver wants to see. */
export interface InboxQuery {
  /** The tools of the application, of which those are shown that the caller may approve. */
  readonly toolIds: readonly string[]
  readonly page?: number | undefined
  readonly perPage: number
}

/**
 * The calls that wait for somebody else than who asked and that this caller may approve, of all owners.
 * @throws what the storage throws
 */
export async function listInbox(
  runs: RunStorage,
  requestContext: RequestContext,
  { toolIds, ...page }: InboxQuery,
): Promise<ApprovalPage> {
  const mine = toolIds.filter((toolId) => requestContext.allows(`tools:approve:${toolId}`))
  return runs.listApprovals({ ...page, toolIds: mine })
}

/** What an approver decides. */
export interface OtherDecision {
  readonly approvalId: string
  /** The tool that the approver means; the permission is asked for it. */
  readonly toolId: string
  readonly isApproved: boolean
  /** The digest of the arguments that were shown. Default: those that are stored. */
  readonly digest?: string | undefined
}

const MISSING = 'Nobody has such a call, or it does not wait for a decision.'
const SAME =
  'Somebody else than who asked must approve the call, who neither owns the run nor has a part in the request.'

function refuse(refusal: ClaimRefusal): never {
  switch (refusal) {
    case 'missing':
      throw new RunError('run_missing', MISSING)
    case 'expired':
      throw new RunError('approval_expired', 'Nobody may approve the call any more.')
    case 'changed':
      throw new InputError('The decision cannot be used.', [
        { field: 'digest', message: 'The arguments of the call are others.' },
      ])
    default:
      throw new RunError('run_not_suspended', 'The call was decided already, or the run has ended.')
  }
}

/** Refuses who is the asker, or has a part in what they asked. */
async function requireOther(
  runs: RunStorage,
  owner: string,
  runId: string,
  requestContext: RequestContext,
): Promise<void> {
  const run = await runs.get(owner, runId)
  const people: unknown = run?.caller?.['people']
  // Where it is not known who asked, nobody is another.
  const asked = Array.isArray(people) ? new Set<unknown>(people) : undefined
  const isPart = asked === undefined || peopleOf(requestContext).some((each) => asked.has(each))
  if (isPart || runOwner(requestContext) === owner) throw new RunError('approval_by_other', SAME)
}

/**
 * Writes down what somebody else than who asked decides of a call; its owner then goes on with the run.
 * @returns the approval before the decision
 * @throws {ScopeError} `tools:approve:<tool>`
 * @throws {RunError} `run_missing`, `approval_by_other`, `approval_expired` or `run_not_suspended`
 * @throws {InputError} for a digest of other arguments
 * @throws what the storage throws
 */
export async function decideAsOther(
  runs: RunStorage,
  requestContext: RequestContext,
  { approvalId, toolId, isApproved, digest }: OtherDecision,
): Promise<RunApproval> {
  const permission = `tools:approve:${toolId}` as const
  if (!requestContext.allows(permission)) {
    throw new ScopeError(permission, requestContext.principal?.ignoredGrants)
  }
  const found = await runs.findApproval(approvalId)
  if (found === undefined || found.approval.toolId !== toolId || !found.approval.byOther) {
    return refuse('missing')
  }
  const { owner, approval } = found
  await requireOther(runs, owner, approval.runId, requestContext)
  const refusal = await runs.decide(owner, approval.runId, {
    toolCallId: approval.toolCallId,
    state: isApproved ? 'approved' : 'declined',
    decider: personOf(requestContext),
    digest: digest ?? approval.digest,
  })
  return refusal === undefined ? approval : refuse(refusal)
}
