import { WORKFLOW_LIMITS } from './limits.js'
import type { JournalEntry, RunJournal, StepRecord, WorkflowSnapshot } from './snapshot.js'

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}

/** A run would keep more than it may. */
export class RunTooLargeError extends RangeError {
  override readonly name = 'RunTooLargeError'
}

/** The records of a run, as long as it is in this process. Everything in here is JSON. */
export class RecordStore {
  readonly #records: Map<string, StepRecord>
  readonly #sizes = new Map<string, number>()
  readonly #journal: RunJournal
  readonly #onSize: (bytes: number) => void
  #state: Readonly<Record<string, unknown>>
  #stateSize: number
  #isStateChanged = false
  #bytes = 0

  constructor(
    snapshot: Pick<WorkflowSnapshot, 'records' | 'state'>,
    journal: RunJournal,
    onSize: (bytes: number) => void,
  ) {
    this.#records = new Map(Object.entries(snapshot.records))
    for (const [key, record] of this.#records) this.#sizes.set(key, sizeOf(record))
    this.#state = snapshot.state
    this.#stateSize = sizeOf(snapshot.state)
    this.#journal = journal
    this.#onSize = onSize
    this.#bytes = [...this.#sizes.values()].reduce((sum, size) => sum + size, this.#stateSize)
    onSize(this.#bytes)
  }

  get state(): Readonly<Record<string, unknown>> {
    return this.#state
  }

  get(key: string): StepRecord | undefined {
    return this.#records.get(key)
  }

  entries(): IterableIterator<[string, StepRecord]> {
    return this.#records.entries()
  }

  toObject(): Record<string, StepRecord> {
    return Object.fromEntries(this.#records)
  }

  /** @throws {RunTooLargeError} where the run would be too large */
  setState(state: Readonly<Record<string, unknown>>): void {
    const size = sizeOf(state)
    this.#resize(size - this.#stateSize)
    this.#stateSize = size
    this.#state = state
    this.#isStateChanged = true
  }

  /**
   * Keeps a record, and has the journal keep it.
   * @throws {RunTooLargeError} where the run would be too large
   */
  async put(key: string, record: StepRecord, drops?: string): Promise<void> {
    const size = sizeOf(record)
    if (drops !== undefined) this.#drop(drops)
    this.#resize(size - (this.#sizes.get(key) ?? 0))
    this.#sizes.set(key, size)
    this.#records.set(key, record)
    const entry: JournalEntry = {
      key,
      record,
      drops,
      state: this.#isStateChanged ? this.#state : undefined,
    }
    this.#isStateChanged = false
    await this.#journal.record(entry)
  }

  #drop(prefix: string): void {
    for (const [key, size] of this.#sizes) {
      if (!key.startsWith(prefix)) continue
      this.#sizes.delete(key)
      this.#records.delete(key)
      this.#resize(-size)
    }
  }

  #resize(change: number): void {
    const bytes = this.#bytes + change
    if (change > 0 && bytes > WORKFLOW_LIMITS.runBytes) {
      throw new RunTooLargeError(
        `The run keeps more than ${WORKFLOW_LIMITS.runBytes} bytes of JSON. Keep the data elsewhere, and pass on where it is.`,
      )
    }
    this.#bytes = bytes
    this.#onSize(bytes)
  }
}
