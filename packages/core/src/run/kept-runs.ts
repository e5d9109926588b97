import { RunError } from './run-error.js'
import type { RunApproval, RunEnd, RunRecord, RunStatus } from './run-storage.js'

/** How many runs a process keeps that has no storage for them, and how many of one owner. */
const MAX_RUNS = 10_000
const MAX_RUNS_OF_OWNER = 1000
/** Characters of JSON that it keeps of all of them, and of those of one owner. */
const MAX_CHARACTERS = 256 * 1024 * 1024
const MAX_CHARACTERS_OF_OWNER = 32 * 1024 * 1024

/** A run in memory. What is JSON is kept as its text, so that nobody changes it from outside. */
export interface Kept {
  readonly owned: Owned
  run: RunRecord
  snapshot: string | undefined
  approvals: RunApproval[]
  readonly steps: Map<string, string>
  /** How often something was recorded. */
  revision: number
  /** Characters of JSON of its snapshot, its steps and its result. */
  size: number
  holder: string | undefined
  leaseUntil: number | undefined
  isCancelAsked: boolean
}

/** The runs of one owner, the oldest first. */
export interface Owned {
  readonly owner: string
  readonly runs: Map<string, Kept>
  size: number
}

const ENDS: ReadonlySet<RunStatus> = new Set<RunEnd>(['success', 'failed', 'canceled', 'bailed'])

/** Whether a run of this status has ended. */
export function hasEnded(status: RunStatus): status is RunEnd {
  return ENDS.has(status)
}

/** The runs that a process keeps, by their owners, and how much they take. */
export class KeptRuns {
  readonly #owners = new Map<string, Owned>()
  readonly #now: () => number
  readonly #onRemove: (owner: string, runId: string) => void
  #count = 0
  #size = 0

  /**
   * @param now - the clock, in milliseconds since 1970
   * @param onRemove - is told of each run that is kept no longer
   */
  constructor(now: () => number, onRemove: (owner: string, runId: string) => void) {
    this.#now = now
    this.#onRemove = onRemove
  }

  find(owner: string, runId: string): Kept | undefined {
    return this.#owners.get(owner)?.runs.get(runId)
  }

  /** Those of an owner, the oldest first. */
  of(owner: string): Iterable<Kept> {
    return this.#owners.get(owner)?.runs.values() ?? []
  }

  all(): readonly Kept[] {
    return [...this.#owners.values()].flatMap(({ runs }) => [...runs.values()])
  }

  /** Where one more run of an owner goes. @throws {RunError} `runs_full` */
  roomFor(owner: string): Owned {
    const owned = this.#owners.get(owner) ?? { owner, runs: new Map<string, Kept>(), size: 0 }
    this.#makeRoom(owned, 1, 0)
    return owned
  }

  add(found: Kept): void {
    const { owned, run } = found
    owned.runs.set(run.id, found)
    this.#owners.set(owned.owner, owned)
    this.#count++
  }

  remove(found: Kept): void {
    const { owned, run } = found
    this.#grow(found, -found.size)
    owned.runs.delete(run.id)
    this.#count--
    this.#onRemove(owned.owner, run.id)
    if (owned.runs.size === 0) this.#owners.delete(owned.owner)
  }

  /**
   * Takes note that a text of a run is replaced.
   * @param characters - of the new text, 0 for none
   * @param before - of the one that it replaces, 0 for none
   * @throws {RunError} `runs_full`
   */
  fit(found: Kept, characters: number, before: number): void {
    const change = characters - before
    if (change > 0) this.#makeRoom(found.owned, 0, change)
    this.#grow(found, change)
  }

  #grow(found: Kept, characters: number): void {
    found.size += characters
    found.owned.size += characters
    this.#size += characters
  }

  /** Forgets runs that have ended, the oldest first, until there is room. @returns whether there is */
  #forget(runs: Iterable<Kept>, isFull: () => boolean): boolean {
    for (const found of runs) {
      if (!isFull()) return true
      const { status, expiresAt } = found.run
      if (hasEnded(status) || (expiresAt ?? Infinity) <= this.#now()) this.remove(found)
    }
    return !isFull()
  }

  #makeRoom(owned: Owned, runs: number, characters: number): void {
    const isOwnerFull = () =>
      owned.runs.size + runs > MAX_RUNS_OF_OWNER ||
      owned.size + characters > MAX_CHARACTERS_OF_OWNER
    const isFull = () => this.#count + runs > MAX_RUNS || this.#size + characters > MAX_CHARACTERS
    const hasRoom =
      (!isOwnerFull() || this.#forget([...owned.runs.values()], isOwnerFull)) &&
      (!isFull() || this.#forget(this.all(), isFull))
    if (hasRoom) return
    throw new RunError(
      'runs_full',
      `This process keeps ${owned.runs.size} runs of the caller and ${this.#count} of all. Give the Mastra a storage, or resume and cancel those that wait.`,
    )
  }
}
