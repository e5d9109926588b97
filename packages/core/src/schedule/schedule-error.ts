import { isMarkedError, markError } from '@signet/auth/internal'

const SCHEDULE_ERROR = Symbol.for('signet.core.schedule-error')

/**
 * Why a schedule was not made, found or changed:
 * - `schedule_missing`: the owner has no schedule of this id
 * - `schedule_exists`: the owner has a schedule of this id already
 * - `schedule_limit`: the owner has as many schedules as there may be
 * - `schedule_caller`: nobody can judge the caller again when the schedule fires
 */
export type ScheduleErrorCode =
  | 'schedule_missing'
  | 'schedule_exists'
  | 'schedule_limit'
  | 'schedule_caller'

/** What was asked of a schedule was not done. The message may be told. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
  readonly code: ScheduleErrorCode

  constructor(code: ScheduleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    markError(this, SCHEDULE_ERROR)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is ScheduleError {
    return isMarkedError(value, SCHEDULE_ERROR)
  }
}
