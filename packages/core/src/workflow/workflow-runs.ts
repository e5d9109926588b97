import type { RequestContext } from '../request-context.js'
import { runOwner } from '../run/person.js'
import type { NewRunOptions } from './new-run.js'
import type { Run } from './run.js'
import type { WorkflowSnapshot, WorkflowStatus } from './snapshot.js'
import type { AnyWorkflow } from './workflow.js'

/** Which runs of a caller are wanted. */
export interface WorkflowRunQuery {
  /** Only those that stand so. */
  readonly status?: WorkflowStatus | undefined
  /** Only those of this resource, in the words of the application. */
  readonly resourceId?: string | undefined
  /** Only those that were made then or later. */
  readonly fromDate?: Date | undefined
  /** Only those that were made then or before. */
  readonly toDate?: Date | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** At least 1. */
  readonly perPage: number
}

/** A page of runs, the newest first. */
export interface WorkflowRunPage {
  /** Without `input`, `state`, `records` and `result`: `find` gives a run with them. */
  readonly runs: readonly WorkflowSnapshot[]
  /** How many there are on all pages. */
  readonly total: number
}

/** How many runs stand how. */
export type WorkflowRunCounts = Readonly<Record<WorkflowStatus, number>>

/** The runs of an application's workflows, each of an owner. What routes and schedules go through. */
export interface WorkflowRuns {
  /**
   * Makes a run that waits for its start; gives the known one where the caller has one of this id.
   * @throws {ConfigurationError} `option_invalid` for an id that can be none, and a workflow without `commit`
   * @throws {WorkflowError} `runs_full`
   * @throws {RunError} `run_missing` for a stranger, who owns no runs
   */
  open(
    workflow: AnyWorkflow,
    requestContext: RequestContext,
    options?: Pick<NewRunOptions, 'runId' | 'resourceId'>,
  ): Promise<Run>
  /** The run of the caller; undefined where they have none of this id. */
  find(
    workflow: AnyWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<Run | undefined>
  list(
    workflow: AnyWorkflow,
    requestContext: RequestContext,
    query: WorkflowRunQuery,
  ): Promise<WorkflowRunPage>
  /** How many runs of the caller stand how. */
  count(workflow: AnyWorkflow, requestContext: RequestContext): Promise<WorkflowRunCounts>
  /**
   * Ends a run, also one that another instance runs: its steps are told by `abortSignal`.
   * @returns false where the caller has no such run, or it has ended
   */
  cancel(workflow: AnyWorkflow, requestContext: RequestContext, runId: string): Promise<boolean>
  /**
   * Deletes a run, and cancels it before.
   * @returns false where the caller has no such run
   */
  delete(workflow: AnyWorkflow, requestContext: RequestContext, runId: string): Promise<boolean>
}

const NO_RUNS: WorkflowRunCounts = Object.freeze({
  pending: 0,
  running: 0,
  waiting: 0,
  suspended: 0,
  success: 0,
  failed: 0,
  canceled: 0,
})

function isWanted(run: WorkflowSnapshot, query: WorkflowRunQuery): boolean {
  const { status, resourceId, fromDate, toDate } = query
  return (
    (status === undefined || run.status === status) &&
    (resourceId === undefined || run.resourceId === resourceId) &&
    (fromDate === undefined || run.createdAt >= fromDate.getTime()) &&
    (toDate === undefined || run.createdAt <= toDate.getTime())
  )
}

function listed(run: Run): WorkflowSnapshot {
  const { input: _input, result: _result, ...snapshot } = run.snapshot()
  return { ...snapshot, state: {}, records: {} }
}

/** Runs that the process alone keeps. */
export function createWorkflowRuns(): WorkflowRuns {
  return {
    open: async (workflow, requestContext, options) =>
      workflow.openRun(runOwner(requestContext), options),
    find: async (workflow, requestContext, runId) =>
      workflow.findRun(runOwner(requestContext), runId),
    async list(workflow, requestContext, query) {
      const { page = 0, perPage } = query
      const runs = workflow
        .listRuns(runOwner(requestContext))
        .map(listed)
        .filter((run) => isWanted(run, query))
      return { runs: runs.slice(page * perPage, (page + 1) * perPage), total: runs.length }
    },
    async count(workflow, requestContext) {
      const counts = { ...NO_RUNS }
      for (const { status } of workflow.listRuns(runOwner(requestContext))) counts[status]++
      return counts
    },
    async cancel(workflow, requestContext, runId) {
      const run = workflow.findRun(runOwner(requestContext), runId)
      if (run === undefined || run.isOver) return false
      await run.cancel()
      return true
    },
    async delete(workflow, requestContext, runId) {
      const owner = runOwner(requestContext)
      const run = workflow.findRun(owner, runId)
      if (run === undefined) return false
      await run.cancel()
      workflow.deleteRun(owner, runId)
      return true
    },
  }
}
