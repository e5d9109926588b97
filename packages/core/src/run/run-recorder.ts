import { AnswerError } from '../error.js'
import type { Logger } from '../log/logger.js'
import {
  MAX_RUN_EVENT_CHARACTERS,
  type LeaseState,
  type RunEventsState,
  type RunLease,
  type RunStorage,
} from './run-storage.js'

/** How long events are collected before they are stored together, in milliseconds. */
const COLLECT_MS = 75
/** How many characters are stored at once; one event may have more. */
const MAX_BATCH_CHARACTERS = 65_536
/** How many characters of events a process keeps that are stored already, for readers that are a little behind. */
const KEPT_CHARACTERS = 65_536
/** How long a storage that fails is left alone, in milliseconds, and how often it is tried at the end. */
const RETRY_MS = 1000
const MAX_LAST_TRIES = 10

/** What events are recorded with. */
export interface RecorderOptions {
  readonly runs: RunStorage
  readonly lease: RunLease
  readonly logger: Logger
  /** Is told what the storage says of the lease, with each batch. */
  readonly onLease: (state: LeaseState) => void
}

/** The recorders of this process, by where they record and by run. */
const recorders = new WeakMap<RunStorage, Map<string, RunRecorder>>()

function keyOf({ owner, runId }: Pick<RunLease, 'owner' | 'runId'>): string {
  return JSON.stringify([owner, runId])
}

/** What records a run in this process just now; undefined where nothing does. */
export function recorderOf(
  runs: RunStorage,
  run: Pick<RunLease, 'owner' | 'runId'>,
): RunRecorder | undefined {
  return recorders.get(runs)?.get(keyOf(run))
}

/**
 * Records the events of one leg of a run. Who reads in this process has each event at once; the storage gets several
 * together, and what it has is forgotten here.
 */
export class RunRecorder {
  readonly #options: RecorderOptions
  /** The newest events. */
  #events: string[] = []
  /** The index of the first of these, and of the first that is not stored. */
  #first: number
  #unstored: number
  /** How many characters these have, and how many of them are not stored. */
  #characters = 0
  #waitingCharacters = 0
  #state: RunEventsState = 'open'
  #timer: NodeJS.Timeout | undefined
  #storing: Promise<void> | undefined
  #hasFailed = false
  readonly #listeners = new Set<() => void>()

  private constructor(options: RecorderOptions, first: number) {
    this.#options = options
    this.#first = first
    this.#unstored = first
  }

  /**
   * Begins to record a leg.
   * @throws {AnswerError} where another leg has begun
   */
  static async begin(options: RecorderOptions): Promise<RunRecorder> {
    const { runs, lease } = options
    const first = await runs.openEvents(lease)
    if (first === undefined) {
      throw new AnswerError('Another leg of the run has begun.', { cause: undefined })
    }
    const recorder = new RunRecorder(options, first)
    const others = recorders.get(runs) ?? new Map<string, RunRecorder>()
    recorders.set(runs, others.set(keyOf(lease), recorder))
    return recorder
  }

  /** `open` while there may be more; the last events may be unread yet. */
  get state(): RunEventsState {
    return this.#state
  }

  /** The index of the next event. */
  get count(): number {
    return this.#first + this.#events.length
  }

  /** Adds an event, a JSON text on one line. */
  add(event: string): void {
    if (this.#state !== 'open') return
    if (this.#waitingCharacters + event.length > MAX_RUN_EVENT_CHARACTERS) {
      this.#end('full')
      return
    }
    this.#events.push(event)
    this.#characters += event.length
    this.#waitingCharacters += event.length
    this.#tell()
    const isDue = this.#waitingCharacters >= MAX_BATCH_CHARACTERS && !this.#hasFailed
    this.#storeIn(isDue ? 0 : COLLECT_MS)
  }

  /** The events from an index on that this process has; undefined where the storage has the first of them. */
  take(from: number): readonly string[] | undefined {
    return from < this.#first ? undefined : this.#events.slice(from - this.#first)
  }

  /** Calls back once, when there are more events, or there will be none. @returns forgets it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The leg has told all. Resolves once that is stored, or cannot be. Never rejects. */
  async end(): Promise<void> {
    if (this.#state === 'open') this.#end('over')
    clearTimeout(this.#timer)
    for (let tries = 0; tries < MAX_LAST_TRIES; tries++) {
      await this.#storing
      if (await this.#store(this.#state === 'over')) break
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
    this.#leave()
  }

  /** From now on, who reads is to read from the storage. */
  #leave(): void {
    const { runs, lease } = this.#options
    const others = recorders.get(runs)
    if (others?.get(keyOf(lease)) === this) others.delete(keyOf(lease))
  }

  #end(state: RunEventsState): void {
    this.#state = state
    this.#tell()
  }

  #tell(): void {
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener()
  }

  #storeIn(ms: number): void {
    if (this.#state !== 'open') return
    if (ms === 0) clearTimeout(this.#timer)
    else if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#storing ??= this.#storeAll().finally(() => (this.#storing = undefined))
    }, ms)
  }

  async #storeAll(): Promise<void> {
    let isStored = await this.#store(false)
    while (isStored && this.#waitingCharacters >= MAX_BATCH_CHARACTERS) {
      isStored = await this.#store(false)
    }
    if (isStored && this.#waitingCharacters > 0) this.#storeIn(COLLECT_MS)
  }

  /** What is to be stored next: at least one event, where any waits. */
  #batch(): readonly string[] {
    const start = this.#unstored - this.#first
    let end = start
    let characters = 0
    for (; end < this.#events.length; end++) {
      characters += this.#events[end]?.length ?? 0
      if (end > start && characters > MAX_BATCH_CHARACTERS) break
    }
    return this.#events.slice(start, end)
  }

  /** Stores a batch, or all. @returns false where it is to be tried again */
  async #store(isLast: boolean): Promise<boolean> {
    const { runs, lease, logger, onLease } = this.#options
    const from = this.#unstored
    const events = isLast ? this.#events.slice(from - this.#first) : this.#batch()
    try {
      const state = await runs.appendEvents(lease, { from, events, isLast })
      this.#hasFailed = false
      if (state === 'full' || state === 'lost') this.#stop(state)
      else this.#forget(events)
      if (state !== 'full') onLease(state)
      return true
    } catch (error) {
      if (!this.#hasFailed) {
        const message = 'The events of a run could not be stored. The server tries again.'
        logger.warn(message, { runId: lease.runId, error })
      }
      this.#hasFailed = true
      if (!isLast) this.#storeIn(RETRY_MS)
      return false
    }
  }

  /** The storage takes nothing more. */
  #stop(state: 'full' | 'lost'): void {
    this.#waitingCharacters = 0
    if (state === 'lost') this.#leave()
    if (this.#state === 'open') this.#end('full')
  }

  /** Notes that events are stored, and forgets the oldest. */
  #forget(events: readonly string[]): void {
    this.#unstored += events.length
    for (const { length } of events) this.#waitingCharacters -= length
    let count = 0
    while (this.#characters > KEPT_CHARACTERS && this.#first + count < this.#unstored) {
      this.#characters -= this.#events[count]?.length ?? 0
      count++
    }
    this.#events.splice(0, count)
    this.#first += count
  }
}
