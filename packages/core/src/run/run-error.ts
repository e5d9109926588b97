import { isMarkedError, markError } from '@signet/auth/internal'

const RUN_ERROR = Symbol.for('signet.core.run-error')

/**
 * Why a run was not resumed:
 * - `run_missing`: there is no such run, or it does not wait for a decision on this call
 * - `run_not_suspended`: another leg of it runs, it has ended, or the call was decided already
 * - `approval_expired`: nobody may approve it any more
 * - `approval_by_other`: somebody else than who asked must approve it
 * - `run_ended`: it cannot go on, and has ended
 * - `run_exists`: a run of this id is there already
 * - `runs_full`: the owner has too many runs that have not ended, or the process, where it keeps them itself
 */
export type RunErrorCode =
  | 'run_missing'
  | 'run_not_suspended'
  | 'approval_expired'
  | 'approval_by_other'
  | 'run_ended'
  | 'run_exists'
  | 'runs_full'

/** A run was not resumed. The message may be told. */
export class RunError extends Error {
  override readonly name = 'RunError'
  readonly code: RunErrorCode

  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    markError(this, RUN_ERROR)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is RunError {
    return isMarkedError(value, RUN_ERROR)
  }
}
