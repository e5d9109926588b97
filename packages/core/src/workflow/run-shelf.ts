import { WORKFLOW_LIMITS } from './limits.js'
import { WorkflowError } from './workflow-error.js'

/** A run, as far as its place among others needs it. */
export interface ShelvedRun {
  readonly runId: string
  readonly workflowId: string
  /** Bytes of JSON that it keeps. */
  readonly bytes: number
  /** Whether nothing more comes of it. */
  readonly isOver: boolean
}

/** The owner of runs that the application itself makes. */
export const APPLICATION = ''

/** The runs of one owner, the oldest first. */
type Owned<Item> = Map<string, Item>

function nameOf(workflowId: string, runId: string): string {
  return JSON.stringify([workflowId, runId])
}

/**
 * The runs that this process keeps, by owner. Where there would be too many, those that have ended are forgotten, the
 * oldest first; those that wait or work never are.
 */
export class RunShelf<Item extends ShelvedRun> {
  readonly #owners = new Map<string, Owned<Item>>()

  get(owner: string, workflowId: string, runId: string): Item | undefined {
    return this.#owners.get(owner)?.get(nameOf(workflowId, runId))
  }

  /** The runs of an owner, of one workflow, the newest first. */
  list(owner: string, workflowId: string): readonly Item[] {
    const runs = [...(this.#owners.get(owner)?.values() ?? [])]
    return runs.filter((run) => run.workflowId === workflowId).toReversed()
  }

  /**
   * @throws {WorkflowError} `runs_full`
   */
  add(owner: string, run: Item): void {
    const owned = this.#owners.get(owner) ?? new Map<string, Item>()
    const { runs, runsPerOwner, bytes, bytesPerOwner } = WORKFLOW_LIMITS
    const hasRoom =
      this.#makeRoom([owned], runsPerOwner, bytesPerOwner) &&
      this.#makeRoom([...this.#owners.values()], runs, bytes)
    if (!hasRoom) {
      throw new WorkflowError(
        'runs_full',
        'There are too many runs that have not ended. Resume or cancel some of them.',
      )
    }
    owned.set(nameOf(run.workflowId, run.runId), run)
    this.#owners.set(owner, owned)
  }

  delete(owner: string, workflowId: string, runId: string): void {
    const owned = this.#owners.get(owner)
    owned?.delete(nameOf(workflowId, runId))
    if (owned?.size === 0) this.#owners.delete(owner)
  }

  /** Forgets ended runs until one more has room. @returns whether it has */
  #makeRoom(groups: readonly Owned<Item>[], mostRuns: number, mostBytes: number): boolean {
    let count = 0
    let bytes = 0
    for (const owned of groups) {
      count += owned.size
      for (const run of owned.values()) bytes += run.bytes
    }
    const isFull = () => count >= mostRuns || bytes >= mostBytes
    if (!isFull()) return true
    for (const owned of groups) {
      for (const [name, run] of owned) {
        if (!isFull()) return true
        if (!run.isOver) continue
        count -= 1
        bytes -= run.bytes
        owned.delete(name)
      }
    }
    return !isFull()
  }
}
