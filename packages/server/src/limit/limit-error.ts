import { pauseStackTraces, resumeStackTraces } from '@signet/auth/internal'
import { RequestError } from '../error/error.js'
import type { LimitStanding } from './limit.js'

/** An answer takes a while: whoever has as many as they may asks again after this, in seconds. */
const RETRY_AFTER_ANSWER = 1

/** Someone asks more often than they may. It has no stack: whoever causes it does so at will. */
export class LimitError extends RequestError {
  /** When to ask again, in whole seconds from now. */
  readonly retryAfterSeconds: number
  /** How the client stands with the limit. */
  readonly standing: LimitStanding

  constructor(message: string, standing: LimitStanding) {
    const limit = pauseStackTraces()
    super('rate_limited', message)
    resumeStackTraces(limit)
    this.standing = standing
    this.retryAfterSeconds = standing.resetSeconds ?? RETRY_AFTER_ANSWER
  }
}
