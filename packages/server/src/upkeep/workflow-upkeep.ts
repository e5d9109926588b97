import type { Logger, Mastra, RunAttendant } from '@signet/core'
import type { Gate } from '../gate/gate.js'

/** How often is looked for runs to go on with, in milliseconds: less than a lease of one holds. */
const AGAIN_MS = 2000
/** How often a log line says that the storage cannot be reached, in milliseconds. */
const TELL_MS = 60_000

/** What upkeep of workflows stands on. */
export interface WorkflowUpkeepOptions {
  readonly mastra: Mastra
  readonly gate: Pick<Gate, 'recall'>
  readonly logger: Logger
}

/**
 * Goes on with runs of workflows, beside the requests: those that have slept long enough, and those whose instance
 * ended while they were at work. Each goes on as who asked for it, judged by what is in force now.
 */
export class WorkflowUpkeep {
  readonly #options: WorkflowUpkeepOptions
  readonly #attendant: RunAttendant | undefined
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #toldAt = -Infinity
  #hasBegun = false
  #hasEnded = false

  constructor(options: WorkflowUpkeepOptions) {
    this.#options = options
    const { mastra, gate } = options
    // A run of the first request may sleep already.
    if (Object.keys(mastra.listWorkflows()).length > 0) {
      this.#attendant = mastra.getWorkflowRuns().attend((record) => gate.recall(record))
    }
  }

  /** Begins with a first look, where it has not begun. */
  begin(): void {
    if (this.#hasBegun || this.#attendant === undefined) return
    this.#hasBegun = true
    this.#workIn(0)
  }

  /** Ends: what is at work is let go of, so that another instance goes on with it. */
  async end(): Promise<void> {
    this.#hasEnded = true
    clearTimeout(this.#timer)
    await this.#working
    await this.#attendant?.end()
  }

  #workIn(ms: number): void {
    if (this.#hasEnded) return
    this.#timer = setTimeout(() => {
      this.#working = this.#work()
    }, ms).unref()
  }

  async #work(): Promise<void> {
    try {
      await this.#attendant?.takeUp()
    } catch (error) {
      const now = performance.now()
      if (now - this.#toldAt >= TELL_MS) {
        this.#toldAt = now
        this.#options.logger.warn('Runs of workflows cannot be looked at just now.', { error })
      }
    }
    // Instances that were started together do not look together.
    this.#workIn(AGAIN_MS * (0.75 + Math.random() / 2))
  }
}
