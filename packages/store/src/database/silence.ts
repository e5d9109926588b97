import type { Database } from './database.js'
import { StorageError } from '../error.js'

/** For how long a database that does not answer is not asked, in milliseconds; then one piece of work tries it. */
const PAUSE_MS = 1000
/** No answer in time; a lock that somebody else kept all the while. */
const UNANSWERED = /^(?:ETIMEDOUT|55P03|SQLITE_BUSY(?:_.+)?)$/

function isUnanswered(error: unknown): error is StorageError {
  return StorageError.isInstance(error) && UNANSWERED.test(error.driverCode ?? '')
}

/**
 * Whether one kind of work is answered. Once a piece of it has waited without an answer, and no other has been answered
 * meanwhile, nobody waits as long again: for a second all are refused, then one of them tries.
 */
export class Silence {
  readonly #now: () => number
  #fault: StorageError | undefined
  #pausedUntil = 0
  #isTried = false
  #answeredAt = -Infinity

  /** @param now - milliseconds, by a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @throws {StorageError} `storage_unavailable` where an answer is not to be expected */
  requireAnswers(): void {
    const fault = this.#fault
    if (fault === undefined || (this.#now() >= this.#pausedUntil && !this.#isTried)) return
    const { message, fault: reason, driverCode } = fault
    throw new StorageError('storage_unavailable', message, { fault: reason, driverCode })
  }

  /** @throws {StorageError} as `requireAnswers`, and what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.requireAnswers()
    const isTrial = this.#fault !== undefined
    if (isTrial) this.#isTried = true
    const beganAt = this.#now()
    try {
      const value = await work()
      this.#noteAnswer()
      return value
    } catch (error) {
      if (!isUnanswered(error)) this.#noteAnswer()
      else if (this.#answeredAt < beganAt) this.#pause(error)
      throw error
    } finally {
      if (isTrial) this.#isTried = false
    }
  }

  #noteAnswer(): void {
    this.#answeredAt = this.#now()
    this.#fault = undefined
  }

  #pause(fault: StorageError): void {
    this.#fault = fault
    this.#pausedUntil = this.#now() + PAUSE_MS
  }
}

/**
 * The same database for one kind of work, refused at once while it does not answer. What reads and what writes is told
 * apart: a lock may keep out one of them.
 */
export function refuseWhileSilent(database: Database): Database {
  const reads = new Silence()
  const writes = new Silence()
  return {
    ...database,
    requireAnswers: (kind) => (kind === 'read' ? reads : writes).requireAnswers(),
    read: (work) => reads.run(() => database.read(work)),
    write: (work) => writes.run(() => database.write(work)),
  }
}
