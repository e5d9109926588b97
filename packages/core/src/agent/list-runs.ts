import { RequestContext } from '../request-context.js'
import type { RunApproval, RunRecord, RunStorage } from '../run/run-storage.js'
import { runOwner } from '../run/person.js'

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

/** A suspended answer, as the wire shows it. */
export interface SuspendedRun {
  readonly runId: string
  readonly status: 'suspended'
  readonly threadId?: string | undefined
  readonly resourceId?: string | undefined
  readonly suspendedAt: Date
  /** The calls that wait for a decision. */
  readonly toolCalls: readonly {
    readonly toolCallId: string
    readonly toolName: string
    readonly args: unknown
    readonly requiresApproval: boolean
  }[]
}

/** A page of suspended answers, and how many there are on all pages. */
export interface SuspendedRunPage {
  readonly runs: readonly SuspendedRun[]
  readonly total: number
}

const PER_PAGE = 100

function view(run: RunRecord, approvals: readonly RunApproval[]): SuspendedRun {
  const { id: runId, threadId, resourceId, createdAt, suspendedAt = createdAt } = run
  return {
    runId,
    status: 'suspended',
    ...(threadId !== undefined && { threadId }),
    ...(resourceId !== undefined && { resourceId }),
    suspendedAt: new Date(suspendedAt),
    toolCalls: approvals
      .filter(({ state }) => state === 'waiting')
      .map(({ toolCallId, toolName, args }) => ({
        toolCallId,
        toolName,
        args,
        requiresApproval: true,
      })),
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
  const waiting = new Map(found.runs.map(({ id }) => [id, new Array<RunApproval>()]))
  for (const approval of await runs.approvalsOf(owner, [...waiting.keys()])) {
    waiting.get(approval.runId)?.push(approval)
  }
  const views = found.runs.map((run) => view(run, waiting.get(run.id) ?? []))
  return { runs: views, total: found.total }
}
