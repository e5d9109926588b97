import type { Database } from './database.js'
import { StorageError } from '../error.js'

/** How long after a trial that failed the next one is made, in milliseconds. */
const TRIAL_INTERVAL_MS = 1000

/** Whether an error says that the database did not write, and not that it was given what it may not store. */
function isWriteFault(error: unknown): error is StorageError {
  if (!StorageError.isInstance(error)) return false
  return error.code === 'storage_unavailable' || error.code === 'storage_failed'
}

/**
 * Knows whether a database can write, from the writes that fail. After one, it is to show by a trial that it can,
 * before anybody is told so. One trial runs at a time, and the next one a second after the last began to fail.
 *
 * It is not a `Silence`, which keeps work from waiting: that one refuses the work itself, lets a piece of it be the trial,
 * and refuses the others meanwhile. This one refuses nothing but its question, tries by a write of its own, which only a
 * question begins, and all who ask wait for the same trial.
 */
export class WriteCheck {
  readonly #tryToWrite: () => Promise<void>
  readonly #now: () => number
  #fault: StorageError | undefined
  #trial: Promise<void> | undefined
  #nextTrialAt = 0

  /**
   * @param tryToWrite - a small write; rejects where it fails
   * @param now - milliseconds, by a clock that only goes forward
   */
  constructor(tryToWrite: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#tryToWrite = tryToWrite
    this.#now = now
  }

  /** Takes note of a write that failed. */
  noteFailure(error: unknown): void {
    if (isWriteFault(error)) this.#fault ??= error
  }

  /**
   * Resolves where the database can write, as far as is known.
   * @throws {StorageError} `storage_unavailable`, with the reason of the last failure
   */
  async requireWritable(): Promise<void> {
    if (this.#fault === undefined) return
    if (this.#trial === undefined && this.#now() < this.#nextTrialAt) throw this.#refusal()
    this.#trial ??= this.#try().finally(() => {
      this.#trial = undefined
    })
    await this.#trial
  }

  async #try(): Promise<void> {
    try {
      await this.#tryToWrite()
    } catch (error) {
      this.#nextTrialAt = this.#now() + TRIAL_INTERVAL_MS
      if (!isWriteFault(error)) throw error
      this.#fault = error
      throw this.#refusal()
    }
    this.#fault = undefined
  }

  #refusal(): StorageError {
    const { message = '', fault, driverCode } = this.#fault ?? {}
    return new StorageError('storage_unavailable', message, { fault, driverCode })
  }
}

/** The same database, whose writes tell the check where they fail. */
export function watchWrites(database: Database, check: Pick<WriteCheck, 'noteFailure'>): Database {
  return {
    ...database,
    async write(work) {
      try {
        return await database.write(work)
      } catch (error) {
        check.noteFailure(error)
        throw error
      }
    },
  }
}
