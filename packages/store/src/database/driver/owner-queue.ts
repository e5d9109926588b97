import { StorageError } from '../../error.js'

/** How much work may be done at once. */
export interface OwnerQueueOptions {
  /** For one owner. */
  readonly maxOfOwner: number
  /** For all owners together. */
  readonly maxInAll: number
}

/** How much work of one owner may wait; what comes then is refused. */
const MAX_WAITING = 200

/** Work that waits for a place. */
interface Job {
  /** What nobody else of this owner may work on meanwhile. */
  readonly keys: readonly string[]
  /** Begins. Never rejects. */
  start(): Promise<void>
}

/** What one owner has begun, and what waits, in its order. */
class Lane {
  readonly waiting: Job[] = []
  readonly #held = new Set<string>()
  running = 0

  /**
   * Takes out the first job whose keys are free. A job that waits keeps its keys from those behind it, so that
   * all work on one thing is done in its order.
   */
  take(): Job | undefined {
    const taken = new Set(this.#held)
    const index = this.waiting.findIndex(({ keys }) => {
      const isFree = !keys.some((key) => taken.has(key))
      for (const key of keys) taken.add(key)
      return isFree
    })
    return index < 0 ? undefined : this.waiting.splice(index, 1)[0]
  }

  begin({ keys }: Job): void {
    this.running += 1
    for (const key of keys) this.#held.add(key)
  }

  end({ keys }: Job): void {
    this.running -= 1
    for (const key of keys) this.#held.delete(key)
  }
}

/**
 * Gives places to the work of owners before it takes a connection of the database. Owners get places round robin. Of
 * one owner, work on the same thing is done one after the other, so that none of it holds a connection while it waits
 * for a lock. The work of one owner never takes all connections, however much of it comes at once.
 */
export class OwnerQueue {
  readonly #options: OwnerQueueOptions
  /** The owners that have work. */
  readonly #lanes = new Map<string, Lane>()
  /** Those of them whose work waits; the first of them gets the next place. */
  readonly #waiting = new Map<string, Lane>()
  #running = 0

  constructor(options: OwnerQueueOptions) {
    this.#options = options
  }

  /**
   * Does work of an owner once it has a place.
   *
   * @param keys - what nobody else of this owner may work on meanwhile
   * @throws {StorageError} `storage_unavailable` where 200 pieces of work of this owner wait already
   */
  run<T>(owner: string, keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(owner) ?? new Lane()
    if (lane.waiting.length >= MAX_WAITING) {
      const message = `${MAX_WAITING} requests of this owner wait for the database already.`
      return Promise.reject(new StorageError('storage_unavailable', message))
    }
    this.#lanes.set(owner, lane)
    return new Promise<T>((resolve, reject) => {
      lane.waiting.push({ keys, start: () => work().then(resolve, reject) })
      this.#waiting.set(owner, lane)
      this.#startAll()
    })
  }

  #startAll(): void {
    // Whoever begins something is put behind the others, and so comes again in this loop.
    for (const [owner, lane] of this.#waiting) {
      if (this.#running >= this.#options.maxInAll) return
      const job = lane.running < this.#options.maxOfOwner ? lane.take() : undefined
      if (job !== undefined) this.#start(owner, lane, job)
    }
  }

  #start(owner: string, lane: Lane, job: Job): void {
    this.#waiting.delete(owner)
    if (lane.waiting.length > 0) this.#waiting.set(owner, lane)
    lane.begin(job)
    this.#running += 1
    void job.start().then(() => {
      lane.end(job)
      this.#running -= 1
      if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(owner)
      this.#startAll()
    })
  }
}
