import { contextText, type RequestContextInput } from './request-context.js'
import type { Api, CallOptions } from './request.js'
import type { WorkflowStatus } from './workflow-chunk.js'
import {
  WorkflowRun,
  type RunMessage,
  type WorkflowFailure,
  type WorkflowStepResult,
} from './workflow-run.js'

/** What a workflow is. Schemas are `{ "json": <JSON Schema> }`, as text. */
export interface WorkflowDetails {
  readonly name: string
  readonly description?: string | undefined
  /** Empty in partial lists. */
  readonly steps: Readonly<Record<string, unknown>>
  readonly allSteps: Readonly<Record<string, unknown>>
  readonly stepGraph: readonly unknown[]
  readonly inputSchema?: string | undefined
  readonly outputSchema?: string | undefined
  readonly stateSchema?: string | undefined
}

/** Which runs of the caller are wanted. */
export interface ListRunsParams {
  readonly status?: WorkflowStatus | undefined
  /** ISO 8601, or a date: those that were made then or later. */
  readonly fromDate?: Date | string | undefined
  /** Those that were made then or before. */
  readonly toDate?: Date | string | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  readonly perPage?: number | undefined
}

/** A run in a list. */
export interface ListedRun {
  readonly runId: string
  readonly workflowName: string
  readonly resourceId?: string | undefined
  /** ISO 8601. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly snapshot: {
    readonly status: WorkflowStatus
    readonly error?: WorkflowFailure | undefined
  }
}

/** All that is told of one run. */
export interface RunDetails extends Omit<ListedRun, 'snapshot'> {
  readonly status: WorkflowStatus
  readonly payload?: unknown
  readonly result?: unknown
  readonly error?: WorkflowFailure | undefined
  readonly steps?: Readonly<Record<string, WorkflowStepResult>> | undefined
}

/** What of a run is wanted. */
export interface RunByIdParams {
  /** Such as `['result', 'steps']`. Default: all. */
  readonly fields?: readonly string[] | undefined
  /** Whether the steps of nested workflows are among its steps. Default: true. */
  readonly withNestedWorkflows?: boolean | undefined
}

function dateText(date: Date | string | undefined): string | undefined {
  return typeof date === 'object' ? date.toISOString() : date
}

/** A workflow of the server. */
export class Workflow {
  readonly #api: Api
  readonly #id: string

  /** Made by `MastraClient.getWorkflow`. */
  constructor(api: Api, workflowId: string) {
    this.#api = api
    this.#id = workflowId
  }

  /**
   * What the workflow is.
   * @throws {MastraClientError} `not_found`
   */
  details(requestContext?: RequestContextInput, options?: CallOptions): Promise<WorkflowDetails> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ path: ['workflows', this.#id], query, ...options })
  }

  /** The caller's runs, the newest first, and how many there are on all pages. */
  runs(
    { fromDate, toDate, ...params }: ListRunsParams = {},
    options?: CallOptions,
  ): Promise<{ readonly runs: readonly ListedRun[]; readonly total: number }> {
    const query = { ...params, fromDate: dateText(fromDate), toDate: dateText(toDate) }
    return this.#api.json({ path: this.#runs(), query, ...options })
  }

  /**
   * A run of the caller.
   * @throws {MastraClientError} `not_found`, also for the run of somebody else
   */
  runById(
    runId: string,
    { fields, withNestedWorkflows }: RunByIdParams = {},
    options?: CallOptions,
  ): Promise<RunDetails> {
    const query = { fields: fields?.join(), withNestedWorkflows }
    return this.#api.json({ path: this.#runs(runId), query, ...options })
  }

  /** Deletes a run of the caller; one at work is canceled. */
  deleteRunById(runId: string, options?: CallOptions): Promise<RunMessage> {
    return this.#api.json({ method: 'DELETE', path: this.#runs(runId), ...options })
  }

  /**
   * Makes a run, which waits until it is started; of a `runId` that the caller has, that run.
   * @param params - `runId`: default a random one
   */
  async createRun(
    { runId }: { readonly runId?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<WorkflowRun> {
    const path = ['workflows', this.#id, 'create-run']
    const made = await this.#api.json<{ readonly runId: string }>({
      method: 'POST',
      path,
      query: { runId },
      ...options,
    })
    return new WorkflowRun(this.#api, this.#id, made.runId)
  }

  #runs(...more: readonly string[]): readonly string[] {
    return ['workflows', this.#id, 'runs', ...more]
  }
}
