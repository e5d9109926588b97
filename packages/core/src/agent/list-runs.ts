import { RequestContext } from '../request-context.js'
import type { RunApproval, RunRecord, RunStorage } from '../run/run-storage.js'
import { runOwner } from '../run/person.js'
import { isReadable, readSnapshot } from './snapshot.js'

/** Which suspended answers are wanted. */
export interface SuspendedRunQuery {
  /** Whose. Default: those of the application itself. */
  readonly requestContext?: RequestContext | undefined
  readonly threadId?: string | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** From 1; default 100. */
  readonly perPage?: number | undefined
}

/** How a call that waits is decided on, and where that stands. */
export interface CallApproval {
  /** The id of the tool, which permissions name. */
  readonly toolId: string
  /** Who must approve it: who asked, or somebody else. A suspended call is resumed by who asked. */
  readonly by: 'asker' | 'other'
  /** What somebody else decided, if they did: the answer goes on when its owner decides, too. */
  readonly state: 'waiting' | 'approved' | 'declined'
  /** Until when it may be approved, or resumed. */
  readonly expiresAt: Date
}

/** A call that waits, as the wire shows it. */
export interface SuspendedCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  /** Whether it has to be approved; otherwise its tool has suspended it. */
  readonly requiresApproval: boolean
  readonly approval: CallApproval
  /** What its tool said when it suspended the call. */
  readonly suspendPayload?: unknown
}

/** A suspended answer, as the wire shows it. */
export interface SuspendedRun {
  readonly runId: string
  readonly status: 'suspended'
  readonly threadId?: string | undefined
  readonly resourceId?: string | undefined
  readonly suspendedAt: Date
  /** The calls that wait for their owner. */
  readonly toolCalls: readonly SuspendedCall[]
}

/** A page of suspended answers, and how many there are on all pages. */
export interface SuspendedRunPage {
  readonly runs: readonly SuspendedRun[]
  readonly total: number
}

const PER_PAGE = 100

/** Whether somebody else than who asked has decided. */
function isDecidedByOther({ byOther, state }: RunApproval): boolean {
  return byOther && (state === 'approved' || state === 'declined')
}

/** The ids of the calls that a suspended run waits for, whether somebody has decided on them or not. */
async function readPending(
  runs: RunStorage,
  owner: string,
  runId: string,
): Promise<ReadonlySet<string>> {
  const run = await runs.get(owner, runId)
  // What another version stored, or what has gone on since, waits for nothing that can be told.
  if (run?.status !== 'suspended' || !isReadable(run.snapshot)) return new Set()
  const pending = readSnapshot(run.snapshot).steps.at(-1)?.pending ?? []
  return new Set(pending.map(({ toolCallId }) => toolCallId))
}

/** The approvals of a run that its owner still has to decide on: a decision of somebody else does not make the call. */
async function openApprovals(
  runs: RunStorage,
  owner: string,
  runId: string,
  approvals: readonly RunApproval[],
): Promise<readonly RunApproval[]> {
  const isDecided = approvals.some(isDecidedByOther)
  const pending = isDecided ? await readPending(runs, owner, runId) : undefined
  // A call that was approved and then suspended by its tool waits once.
  const newest = new Map(approvals.map((each) => [each.toolCallId, each]))
  return [...newest.values()].filter(
    (each) =>
      each.state === 'waiting' ||
      (isDecidedByOther(each) && pending?.has(each.toolCallId) === true),
  )
}

function viewApproval({ toolId, byOther, state, expiresAt }: RunApproval): CallApproval {
  return {
    toolId,
    by: byOther ? 'other' : 'asker',
    state: state === 'approved' || state === 'declined' ? state : 'waiting',
    expiresAt: new Date(expiresAt),
  }
}

/** What waits, as the wire shows it. */
export function viewCall(approval: RunApproval): SuspendedCall {
  const { toolCallId, toolName, args, suspension } = approval
  return {
    toolCallId,
    toolName,
    args,
    requiresApproval: suspension === undefined,
    approval: viewApproval(approval),
    ...(suspension !== undefined && { suspendPayload: suspension.payload }),
  }
}

function view(run: RunRecord, approvals: readonly RunApproval[]): SuspendedRun {
  const { id: runId, threadId, resourceId, createdAt, suspendedAt = createdAt } = run
  return {
    runId,
    status: 'suspended',
    ...(threadId !== undefined && { threadId }),
    ...(resourceId !== undefined && { resourceId }),
    suspendedAt: new Date(suspendedAt),
    toolCalls: approvals.map(viewCall),
  }
}

/** The answers of an agent that wait, of one owner. */
export async function readSuspendedRuns(
  runs: RunStorage,
  agentId: string,
  { requestContext = new RequestContext(), threadId, page, perPage = PER_PAGE }: SuspendedRunQuery,
): Promise<SuspendedRunPage> {
  const owner = runOwner(requestContext)
  const found = await runs.list(owner, {
    kind: 'agent',
    target: agentId,
    threadId,
    status: 'suspended',
    page,
    perPage,
  })
  const asked = new Map(found.runs.map(({ id }) => [id, new Array<RunApproval>()]))
  for (const approval of await runs.approvalsOf(owner, [...asked.keys()])) {
    asked.get(approval.runId)?.push(approval)
  }
  const views = await Promise.all(
    found.runs.map(async (run) =>
      view(run, await openApprovals(runs, owner, run.id, asked.get(run.id) ?? [])),
    ),
  )
  return { runs: views, total: found.total }
}
