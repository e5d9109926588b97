import { waitAtMost } from '@signet/auth/internal'
import { storageFault, type AuditRecord, type AuditStore, type Logger } from '@signet/core'
import { Loss } from './loss.js'

/**
 * So many records, or so long after the first of them, and a write begins. What a write costs hardly grows with its
 * size: it is made durable once, and every page of an index that it touches is written once.
 */
const BATCH = 2000
const WAIT_MS = 200
/** How many records wait at most. */
const MAX_WAITING = 10_000
const RETRY_MS = 1000
/** How often a batch is tried that the store can be reached for, but does not take. */
const MAX_ATTEMPTS = 3
/** How long the last writes may take. */
const CLOSE_MS = 5000

/**
 * Records on their way into the store: written in batches, one after the other, beside the requests that they
 * are of. While the store cannot be reached they wait, up to a number; what comes then is lost, and counted:
 * once the store takes records again, one of them says how many.
 */
export class RecordQueue {
  readonly #store: AuditStore
  readonly #logger: Logger
  readonly #loss = new Loss()
  /** The first ones may be being written. */
  readonly #records: AuditRecord[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<boolean> | undefined
  #attempts = 0
  #isClosed = false
  #hasGivenUp = false

  constructor(store: AuditStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** How many records wait. */
  get waiting(): number {
    return this.#records.length
  }

  /** How many requests were lost since the start. */
  get lost(): number {
    return this.#loss.total
  }

  /** Takes a record, or counts it as lost. Never waits for the store. */
  add(record: AuditRecord): void {
    if (this.#isClosed || this.#records.length >= MAX_WAITING) {
      this.#lose([record], 'The audit queue is full: requests are not recorded.')
      return
    }
    this.#records.push(record)
    if (this.#records.length === 1) this.#writeIn(WAIT_MS)
    else if (this.#records.length === BATCH && this.#attempts === 0) this.#writeIn(0)
  }

  /** Writes what waits, as far as that can be done in five seconds. What comes later is lost. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    let giveUp = () => {}
    const givenUp = new Promise<void>((resolve) => {
      giveUp = resolve
    })
    const writeAll = async () => {
      await this.#writing
      while (this.#records.length > 0 && !this.#hasGivenUp) {
        if (!(await this.#write())) await waitAtMost(givenUp, RETRY_MS, { keepsAlive: true })
      }
    }
    await waitAtMost(writeAll(), CLOSE_MS, { keepsAlive: true })
    this.#hasGivenUp = true
    giveUp()
    const left = this.#records.splice(0)
    if (left.length > 0) this.#loss.add(left)
    if (this.#loss.untold > 0) this.#tell(this.#loss.untold)
  }

  /** Has a batch written, unless one is being written: that one sees to what comes after. */
  #writeIn(ms: number): void {
    if (this.#writing !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#writeNext(), ms).unref()
  }

  async #writeNext(): Promise<void> {
    this.#writing = this.#write()
    const isWritten = await this.#writing
    this.#writing = undefined
    if (this.#isClosed || this.#records.length === 0) return
    const isFull = this.#records.length >= BATCH
    if (isWritten) this.#writeIn(isFull ? 0 : WAIT_MS)
    else this.#writeIn(RETRY_MS)
  }

  /** Writes the first batch. Resolves to whether the store took it. */
  async #write(): Promise<boolean> {
    const batch = this.#records.slice(0, BATCH)
    try {
      await this.#store.append(batch)
    } catch (error) {
      this.#fail(batch, error)
      return false
    }
    this.#records.splice(0, batch.length)
    if (this.#attempts > 0) this.#logger.info('The audit is written again.')
    this.#attempts = 0
    const record = this.#loss.takeRecord()
    if (record !== undefined) {
      this.#tell(record.count)
      this.#records.push(record)
    }
    return true
  }

  #fail(batch: readonly AuditRecord[], error: unknown): void {
    if (this.#attempts === 0) this.#logger.error('The audit cannot be written.', { error })
    this.#attempts++
    // What is wrong with this batch must not keep those behind it out for ever.
    const isHopeless =
      storageFault(error) !== 'storage_unavailable' && this.#attempts >= MAX_ATTEMPTS
    if (!isHopeless) return
    this.#records.splice(0, batch.length)
    this.#lose(batch, 'The store does not accept records of the audit: requests are not recorded.')
    this.#attempts = 0
  }

  #lose(records: readonly AuditRecord[], why: string): void {
    if (this.#loss.untold === 0) this.#logger.error(why)
    this.#loss.add(records)
  }

  #tell(count: number): void {
    this.#logger.error('Requests are missing from the audit.', { count })
  }
}
