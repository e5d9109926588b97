import { AnswerError } from '../error.js'
import type { Logger } from '../log/logger.js'
import { RunError } from '../run/run-error.js'
import type { ClaimedRun, RunFailure, RunStorage, Suspension } from '../run/run-storage.js'

/** How long a leg may stand still before its run counts as broken off, in milliseconds. */
export const LEASE_MS = 30_000
const BEAT_MS = LEASE_MS / 3
/** How long one leg may last. */
const MAX_LEG_MS = 3_600_000

/** What a leg works with. */
export interface LegOptions {
  readonly runs: RunStorage
  readonly claimed: ClaimedRun
  readonly logger: Logger
  /** Ends what the leg does, where it has lost its run or the run was canceled. */
  readonly end: (reason: Error) => void
}

/** One leg of a run: holds its lease until it ends. */
export class RunLeg {
  readonly #options: LegOptions
  readonly #timer: NodeJS.Timeout
  readonly #begunAt = performance.now()
  #isOver = false
  #isCanceled = false

  constructor(options: LegOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS).unref()
  }

  async #beat(): Promise<void> {
    const { runs, claimed, logger, end } = this.#options
    if (performance.now() - this.#begunAt > MAX_LEG_MS) {
      this.#stop()
      end(new RunError('run_ended', 'The run took too long.'))
      return
    }
    try {
      const state = await runs.beat(claimed.lease, LEASE_MS)
      if (state === 'held' || this.#isOver) return
      this.#isCanceled = state === 'canceled'
      end(new RunError('run_ended', this.#isCanceled ? 'The run was canceled.' : LOST))
    } catch (error) {
      logger.warn('The lease of a run could not be renewed just now.', {
        runId: claimed.lease.runId,
        error,
      })
    }
  }

  #stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  /** @throws {AnswerError} where another leg has begun */
  async requireHeld(): Promise<void> {
    const { runs, claimed } = this.#options
    if ((await runs.beat(claimed.lease, LEASE_MS)) !== 'lost') return
    throw new AnswerError(LOST, { cause: undefined })
  }

  /** @throws {AnswerError} where another leg has begun */
  async suspend(suspension: Suspension): Promise<void> {
    this.#stop()
    const { runs, claimed } = this.#options
    if (await runs.suspend(claimed.lease, suspension)) return
    throw new AnswerError(LOST, { cause: undefined })
  }

  /** The run has done what it was to do. */
  async succeed(): Promise<void> {
    await this.#finish(undefined)
  }

  /** The run ends without it. Never rejects. */
  async fail(failure: RunFailure): Promise<void> {
    if (this.#isOver) return
    try {
      await this.#finish(failure)
    } catch (error) {
      const { logger, claimed } = this.#options
      logger.warn('The end of a run could not be stored.', { runId: claimed.lease.runId, error })
    }
  }

  async #finish(failure: RunFailure | undefined): Promise<void> {
    this.#stop()
    const { runs, claimed } = this.#options
    const ended = this.#isCanceled ? 'canceled' : 'failed'
    await runs.finish(claimed.lease, {
      status: failure === undefined ? 'success' : ended,
      failure,
    })
  }
}

const LOST = 'Another leg of the run has begun.'
