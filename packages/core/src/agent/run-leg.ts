import { AnswerError } from '../error.js'
import type { Logger } from '../log/logger.js'
import { RunError } from '../run/run-error.js'
import { RunRecorder } from '../run/run-recorder.js'
import type {
  LeaseState,
  RunFailure,
  RunLease,
  RunStorage,
  Suspension,
} from '../run/run-storage.js'

/** How long a leg may stand still before its run counts as broken off, in milliseconds. */
export const LEASE_MS = 30_000
const BEAT_MS = LEASE_MS / 3
/** How long one leg may last. */
const MAX_LEG_MS = 3_600_000

/** What a leg works with. */
export interface LegOptions {
  readonly runs: RunStorage
  readonly lease: RunLease
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

  get lease(): RunLease {
    return this.#options.lease
  }

  /** Where its run is kept. */
  get runs(): RunStorage {
    return this.#options.runs
  }

  async #beat(): Promise<void> {
    const { runs, lease, logger, end } = this.#options
    if (performance.now() - this.#begunAt > MAX_LEG_MS) {
      this.#stop()
      end(new RunError('run_ended', 'The run took too long.'))
      return
    }
    try {
      this.#note(await runs.beat(lease, LEASE_MS))
    } catch (error) {
      logger.warn('The lease of a run could not be renewed just now.', {
        runId: lease.runId,
        error,
      })
    }
  }

  /** Ends what the leg does, where its run is not its own any more, or was canceled. */
  #note(state: LeaseState): void {
    if (state === 'held' || this.#isOver) return
    this.#isCanceled = state === 'canceled'
    const { end } = this.#options
    end(new RunError('run_ended', this.#isCanceled ? CANCELED : LOST))
  }

  /**
   * Begins to record what the leg tells.
   * @throws {AnswerError} where another leg has begun
   * @throws what the storage throws
   */
  record(): Promise<RunRecorder> {
    const { runs, lease, logger } = this.#options
    return RunRecorder.begin({ runs, lease, logger, onLease: (state) => this.#note(state) })
  }

  #stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  /** @throws {AnswerError} where another leg has begun */
  async requireHeld(): Promise<void> {
    const { runs, lease } = this.#options
    if ((await runs.beat(lease, LEASE_MS)) !== 'lost') return
    throw new AnswerError(LOST, { cause: undefined })
  }

  /**
   * @throws {AnswerError} where another leg has begun
   * @throws {RunError} `run_ended` where the run was canceled
   */
  async suspend(suspension: Suspension): Promise<void> {
    this.#stop()
    const { runs, lease, end } = this.#options
    const state = await runs.suspend(lease, suspension)
    if (state === 'lost') throw new AnswerError(LOST, { cause: undefined })
    if (state === 'held') return
    const reason = new RunError('run_ended', CANCELED)
    end(reason)
    throw reason
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
      const { logger, lease } = this.#options
      logger.warn('The end of a run could not be stored.', { runId: lease.runId, error })
    }
  }

  async #finish(failure: RunFailure | undefined): Promise<void> {
    this.#stop()
    const { runs, lease } = this.#options
    const ended = this.#isCanceled ? 'canceled' : 'failed'
    await runs.finish(lease, {
      status: failure === undefined ? 'success' : ended,
      failure,
    })
  }
}

const LOST = 'Another leg of the run has begun.'
const CANCELED = 'The run was canceled.'
