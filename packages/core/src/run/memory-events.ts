import {
  MAX_RUN_EVENT_CHARACTERS,
  MAX_RUN_EVENTS,
  RUN_EVENTS_KEPT_MS,
  type NewRunEvents,
  type RunEvents,
  type RunEventsState,
} from './run-storage.js'

/** How many characters the events of all runs have that a process keeps. */
const MAX_CHARACTERS = 4 * MAX_RUN_EVENT_CHARACTERS
/** How many events are read at once. */
const PAGE = 1000

interface Stream {
  readonly events: string[]
  characters: number
  attempt: number
  state: RunEventsState
  keptUntil: number
}

/** Events of runs that are kept by the process alone; where they are too many, those of the oldest runs make room. */
export class MemoryEvents {
  readonly #now: () => number
  /** By the run; the oldest first. */
  readonly #streams = new Map<string, Stream>()
  #characters = 0

  /** @param now - the clock, in milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Begins those of a leg, and returns the index of the first. */
  open(run: string, attempt: number): number {
    const keptUntil = this.#now() + RUN_EVENTS_KEPT_MS
    const known = this.#streams.get(run)
    if (known === undefined) {
      this.#streams.set(run, { events: [], characters: 0, attempt, state: 'open', keptUntil })
      return 0
    }
    if (known.state === 'over') known.state = 'open'
    Object.assign(known, { attempt, keptUntil })
    return known.events.length
  }

  /** @returns undefined where another leg stores its events, or none does */
  append(
    run: string,
    attempt: number,
    { from, events, isLast }: NewRunEvents,
  ): RunEventsState | undefined {
    const stream = this.#streams.get(run)
    if (stream?.attempt !== attempt) return undefined
    if (stream.state === 'full') return 'full'
    if (from < stream.events.length) return stream.state
    const characters = events.reduce((sum, { length }) => sum + length, 0)
    const isTooMuch =
      from > stream.events.length ||
      from + events.length > MAX_RUN_EVENTS ||
      stream.characters + characters > MAX_RUN_EVENT_CHARACTERS ||
      !this.#makeRoom(characters)
    if (isTooMuch) return (stream.state = 'full')
    for (const event of events) stream.events.push(event)
    stream.characters += characters
    this.#characters += characters
    if (isLast) stream.state = 'over'
    return stream.state
  }

  read(run: string, from: number): Omit<RunEvents, 'run'> | undefined {
    const stream = this.#streams.get(run)
    if (stream === undefined) return undefined
    const events = stream.events.slice(from, from + PAGE)
    return { events, count: stream.events.length, state: stream.state }
  }

  delete(run: string): void {
    this.#characters -= this.#streams.get(run)?.characters ?? 0
    this.#streams.delete(run)
  }

  /** Deletes what is kept no longer, of so many runs. @returns of how many */
  prune(limit: number): number {
    const due = [...this.#streams].filter(([, { keptUntil }]) => keptUntil < this.#now())
    for (const [run] of due.slice(0, limit)) this.delete(run)
    return Math.min(due.length, limit)
  }

  #makeRoom(characters: number): boolean {
    for (const [run, { state }] of this.#streams) {
      if (this.#characters + characters <= MAX_CHARACTERS) return true
      if (state !== 'open') this.delete(run)
    }
    return this.#characters + characters <= MAX_CHARACTERS
  }
}
