import { earliestNow } from '@signet/auth/internal'
import type { AuditStore, Logger } from '@signet/core'

const DAY_MS = 86_400_000
/** When old records are looked for: soon after the first new one, and then again and again. */
const FIRST_MS = 60_000
const AGAIN_MS = 3_600_000
/** So few at a time, with a pause between, that no request waits for it. */
const BATCH = 1000
const PAUSE_MS = 100

/** Deletes records once they are old, beside the requests. */
export class Retention {
  readonly #store: AuditStore
  readonly #logger: Logger
  readonly #days: number
  #timer: NodeJS.Timeout | undefined
  #pruning: Promise<void> | undefined
  #hasBegun = false
  #hasEnded = false

  /** @param days - how long a record is kept */
  constructor(store: AuditStore, logger: Logger, days: number) {
    this.#store = store
    this.#logger = logger
    this.#days = days
  }

  /** Begins, where it has not. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#pruneIn(FIRST_MS)
  }

  /** Ends, once the batch that is being deleted is. */
  async end(): Promise<void> {
    this.#hasBegun = true
    this.#hasEnded = true
    clearTimeout(this.#timer)
    await this.#pruning
  }

  #pruneIn(ms: number): void {
    if (this.#hasEnded) return
    this.#timer = setTimeout(() => {
      this.#pruning = this.#prune()
    }, ms).unref()
  }

  async #prune(): Promise<void> {
    try {
      // A clock that is set forward by a year makes no record old.
      const before = Math.floor(earliestNow()) - this.#days * DAY_MS
      const pruned = await this.#store.prune(before, BATCH)
      this.#pruneIn(pruned === BATCH ? PAUSE_MS : AGAIN_MS)
    } catch (error) {
      this.#logger.warn('Old records of the audit could not be deleted just now.', { error })
      this.#pruneIn(AGAIN_MS)
    }
  }
}
