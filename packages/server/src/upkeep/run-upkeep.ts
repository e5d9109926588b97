import type { Logger, RunStorage, ServerConfig } from '@signet/core'
import { randomUUID } from 'node:crypto'
import { positive } from '../start/start-check.js'

const DEFAULT_DAYS = 30
const DAY_MS = 86_400_000
/** How often runs are looked at, in milliseconds. */
const AGAIN_MS = 60_000
/** How many are taken at a time, with a pause between, so that no request waits for it. */
const BATCH = 500
const PAUSE_MS = 100
const LEASE_MS = 30_000

/**
 * How many days a run is kept after its end.
 * @throws {StartError} `option_invalid`
 */
export function readRunDays(config: ServerConfig['runs'] = {}): number {
  const { retentionDays = DEFAULT_DAYS } = config
  return positive('runs.retentionDays', retentionDays)
}

/** What upkeep stands on. */
export interface UpkeepOptions {
  /** Asked each time: the application may keep its runs elsewhere after the start. */
  runs(): RunStorage
  readonly logger: Logger
  /** How many days a run is kept after its end. */
  readonly days: number
}

/**
 * Looks after runs, beside the requests: ends answers whose process was killed while they went on, and those that nobody
 * may resume any more, and deletes runs that ended long ago.
 */
export class RunUpkeep {
  readonly #options: UpkeepOptions
  readonly #holder: string = randomUUID()
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #hasBegun = false
  #hasEnded = false

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Begins, where it has not. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#workIn(AGAIN_MS)
  }

  /** Ends, once what is being done is. */
  async end(): Promise<void> {
    this.#hasBegun = true
    this.#hasEnded = true
    clearTimeout(this.#timer)
    await this.#working
  }

  #workIn(ms: number): void {
    if (this.#hasEnded) return
    this.#timer = setTimeout(() => {
      this.#working = this.#work()
    }, ms).unref()
  }

  async #work(): Promise<void> {
    const { logger, days } = this.#options
    try {
      const ended = await this.#endBrokenOff()
      const pruned = await this.#options.runs().prune(days * DAY_MS, BATCH)
      this.#workIn(ended === BATCH || pruned >= BATCH ? PAUSE_MS : AGAIN_MS)
    } catch (error) {
      logger.warn('Old runs could not be ended or deleted just now.', { error })
      this.#workIn(AGAIN_MS)
    }
  }

  /** An approved call may have been made before the process was killed, so that the answer does not begin again. */
  async #endBrokenOff(): Promise<number> {
    const runs = this.#options.runs()
    const claim = { kind: 'agent', holder: this.#holder, ttlMs: LEASE_MS, limit: BATCH } as const
    const claimed = await runs.claimDue(claim)
    const failure = { code: 'interrupted', message: 'The server ended while the answer went on.' }
    for (const { lease } of claimed) await runs.finish(lease, { status: 'failed', failure })
    return claimed.length
  }
}
