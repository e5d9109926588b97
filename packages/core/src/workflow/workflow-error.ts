import { isMarkedError, markError } from '@signet/auth/internal'

const WORKFLOW_ERROR = Symbol.for('signet.core.workflow-error')

/**
 * Why a run does not start or does not go on:
 * - `run_started`: it was started before
 * - `run_busy`: it is at work, and only one leg of a run works at a time
 * - `run_not_suspended`: it waits for nothing
 * - `step_not_suspended`: the step that is named does not wait
 * - `step_ambiguous`: several steps wait, and none is named
 * - `run_changed`: the workflow has other steps than when the run was stored
 * - `run_unreadable`: what was stored is not the snapshot of a run of this workflow
 */
export type WorkflowErrorCode =
  | 'run_started'
  | 'run_busy'
  | 'run_not_suspended'
  | 'step_not_suspended'
  | 'step_ambiguous'
  | 'run_changed'
  | 'run_unreadable'

/** A run cannot do what it is asked to, in the state that it is in. */
export class WorkflowError extends Error {
  override readonly name = 'WorkflowError'
  readonly code: WorkflowErrorCode

  constructor(code: WorkflowErrorCode, message: string) {
    super(message)
    this.code = code
    markError(this, WORKFLOW_ERROR)
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is WorkflowError {
    return isMarkedError(value, WORKFLOW_ERROR)
  }
}

/** The steps of a run are no more those of its workflow. */
export function changedError(workflowId: string, runId: string): WorkflowError {
  return new WorkflowError(
    'run_changed',
    `The steps of workflow ${workflowId} are not those that the run ${runId} was stored with. Start a new run.`,
  )
}
