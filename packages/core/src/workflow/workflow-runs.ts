import type { RequestContext } from '../request-context.js'
import type { JudgeCaller } from '../run/caller.js'
import type { OpenRunStatus } from '../run/run-storage.js'
import type { NewRunOptions } from './new-run.js'
import type { Run } from './run.js'
import type { RunJournal, WorkflowSnapshot, WorkflowStatus } from './snapshot.js'

/** What runs need of their workflow. */
export interface RunnableWorkflow {
  readonly id: string
  /** As `WorkflowSnapshot` has it. */
  readonly graph: string
  /**
   * What is known of a run that has not started.
   * @throws {ConfigurationError} `option_invalid`
   */
  newRun(options: NewRunOptions): WorkflowSnapshot
  /** The run that a snapshot is of. */
  restore(snapshot: WorkflowSnapshot, journal: RunJournal): Run
}

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

/** How many runs of a workflow have not ended, by how they stand. */
export type WorkflowRunCounts = Readonly<Record<OpenRunStatus, number>>

/** Lets runs go on without a request. */
export interface RunAttendant {
  /**
   * Takes up runs that are due, and those whose process ended while they were at work: bounded, and each by one of all
   * instances. They go on beside the caller.
   * @returns how many there were
   * @throws what the storage throws
   */
  takeUp(): Promise<number>
  /** Takes no more up, lets go of what is at work, so that others take it up, and waits for the steps at work. */
  end(): Promise<void>
}

/** The runs of an application's workflows, each of an owner. What routes and schedules go through. */
export interface WorkflowRuns {
  /**
   * Makes a run that waits for its start; gives the known one where the caller has one of this id.
   * @throws {ConfigurationError} `option_invalid` for an id that can be none, and a workflow without `commit`
   * @throws {RunError} `run_missing` for a stranger, who owns no runs; `run_exists` where another workflow or an agent has
   *   a run of this id; `runs_full` where too many have not ended
   */
  open(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    options?: Pick<NewRunOptions, 'runId' | 'resourceId'>,
  ): Promise<Run>
  /** The run of the caller; undefined where they have none of this id. */
  find(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<Run | undefined>
  /**
   * A run of the caller as it stands, and again when it has changed: until it ends, waits for somebody or is deleted, or the
   * signal fires. Nothing where they have none of this id.
   */
  watch(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
    signal: AbortSignal,
  ): AsyncGenerator<WorkflowSnapshot, undefined>
  list(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    query: WorkflowRunQuery,
  ): Promise<WorkflowRunPage>
  /**
   * How many runs of the caller have not ended, by the ids of their workflows. Workflows of which there is none are left out.
   */
  count(requestContext: RequestContext): Promise<ReadonlyMap<string, WorkflowRunCounts>>
  /**
   * Ends a run, also one that another instance runs: its steps are told by `abortSignal`.
   * @returns false where the caller has no such run, or it has ended
   */
  cancel(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<boolean>
  /**
   * Deletes a run, and cancels it before.
   * @returns false where the caller has no such run
   */
  delete(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<boolean>
  /**
   * Lets runs go on without a request: longer sleeps then end their legs, and whoever calls `takeUp` often goes on
   * with them.
   * @param judge - who they go on as
   */
  attend(judge: JudgeCaller): RunAttendant
}
