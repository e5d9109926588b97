import type { StepRecord, StoredFailure, WorkflowStatus } from './snapshot.js'

/** How many tokens the agents of a run have used. */
export interface WorkflowUsage {
  /** Undefined where no model told it. */
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly totalTokens: number | undefined
}

/** What a chunk of a step says beside its id. */
export interface StepPayload {
  readonly stepName: string
  /** The ids of the nested workflows and of the step, with dots between them. */
  readonly id: string
  readonly stepCallId?: string | undefined
  readonly status: StepRecord['status']
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: StoredFailure | undefined
  readonly suspendPayload?: unknown
  readonly resumePayload?: unknown
  /** All times are in milliseconds since 1970. */
  readonly startedAt?: number | undefined
  readonly endedAt?: number | undefined
  readonly suspendedAt?: number | undefined
  readonly resumedAt?: number | undefined
}

/** What one item of a `foreach` has come to. */
interface ProgressPayload {
  readonly stepName: string
  readonly id: string
  readonly completedCount: number
  readonly totalCount: number
  readonly currentIndex: number
  readonly iterationStatus: 'success' | 'failed' | 'suspended'
  readonly iterationOutput?: unknown
}

/** The chunks of a run, without the run's id. */
export type ChunkBody =
  | { readonly type: 'workflow-start'; readonly payload: { readonly workflowId: string } }
  | {
      readonly type:
        | 'workflow-step-start'
        | 'workflow-step-result'
        | 'workflow-step-suspended'
        | 'workflow-step-waiting'
      readonly payload: StepPayload
    }
  | { readonly type: 'workflow-step-progress'; readonly payload: ProgressPayload }
  | {
      readonly type: 'workflow-step-output'
      readonly payload: {
        readonly stepName: string
        readonly output: unknown
        readonly runId: string
      }
    }
  | { readonly type: 'workflow-canceled'; readonly payload: Readonly<Record<string, never>> }
  | {
      readonly type: 'workflow-finish'
      readonly payload: {
        readonly workflowStatus: WorkflowStatus
        readonly metadata: Readonly<Record<string, never>>
        readonly output: { readonly usage: WorkflowUsage }
        readonly finalWorkflowResult?: unknown
      }
    }
  | { readonly type: `data-${string}`; readonly [name: string]: unknown }

/** One piece of the stream of a run. `from` is `USER` for what a step writes. */
export type WorkflowChunk = ChunkBody & {
  readonly runId: string
  readonly from: 'WORKFLOW' | 'USER'
}
