import { waitAtMost } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import type { Revocations } from '../revocation/revocations.js'
import type { ServerState } from './state.js'

/** Why every caller would be refused. */
export const NOT_READY_REASONS = [
  /** The server is being prepared, or is to end. */
  'not_serving',
  /** It is not known what has been revoked by now: no token can be judged. */
  'revocations_stale',
  /** The store does not answer, or not in time. */
  'storage_unavailable',
] as const

/** Whether the server takes requests, and why not where it does not. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: (typeof NOT_READY_REASONS)[number] }

/** What readiness is made of. */
export interface ReadinessSources {
  readonly isServing: () => boolean
  readonly revocations: Pick<Revocations, 'untilCurrent'>
  readonly state: Pick<ServerState, 'ready'>
  readonly logger: Logger
}

/** How long anybody who asks is kept waiting, in milliseconds. */
const MAX_WAIT_MS = 2000
/** How long the word of the store counts, in milliseconds: a storm of probes is one question a second. */
const COUNTS_MS = 1000

/** With these the store is read as ever, and only what is to be stored is refused. */
const READABLE_FAULTS: ReadonlySet<unknown> = new Set(['read_only', 'full'])

const READY: Readiness = { ready: true }

function isReadable(error: unknown): boolean {
  return error instanceof Error && READABLE_FAULTS.has(Reflect.get(error, 'fault'))
}

/** What work comes to: undefined where it went well, else why not. It is not waited for beyond the time. */
async function failureOf(work: () => unknown, ms: number): Promise<unknown> {
  const failure = (async () => {
    try {
      await work()
      return undefined
    } catch (error) {
      return error ?? new Error('It failed without a message.')
    }
  })()
  return await waitAtMost(failure, ms, { late: new Error(`It took longer than ${ms} ms.`) })
}

/**
 * Tells whether callers would be served. It waits two seconds at most, and asks the store one question at a time, one a
 * second, however often it is asked. The log says once why the server is not ready, and once when it is again.
 */
export class ReadinessCheck {
  readonly #sources: ReadinessSources
  #asking: Promise<void> | undefined
  /** Until when the last good word of the store counts, or the last bad one. */
  #countsUntil = -Infinity
  #storeFailure: unknown
  #hasFailed = false

  constructor(sources: ReadinessSources) {
    this.#sources = sources
  }

  async check(): Promise<Readiness> {
    const { isServing, revocations } = this.#sources
    if (!isServing()) return { ready: false, reason: 'not_serving' }
    const [stale, failure] = await Promise.all([
      failureOf(() => revocations.untilCurrent(), MAX_WAIT_MS),
      failureOf(() => this.#askStore(), MAX_WAIT_MS),
    ])
    if (failure !== undefined && !isReadable(failure)) {
      return this.#refuse('storage_unavailable', failure)
    }
    if (stale !== undefined) return this.#refuse('revocations_stale', stale)
    if (this.#hasFailed) this.#sources.logger.info('The server is ready again.')
    this.#hasFailed = false
    return READY
  }

  #refuse(reason: 'storage_unavailable' | 'revocations_stale', error: unknown): Readiness {
    if (!this.#hasFailed) {
      const message = 'The server is not ready: every caller would be refused.'
      this.#sources.logger.warn(message, { reason, error })
    }
    this.#hasFailed = true
    return { ready: false, reason }
  }

  /**
   * Unlike the link to Redis, which leaves it alone while it is away, this asks the store also while it answers, and
   * all who ask meanwhile wait for the same answer.
   * @throws what the store rejects with, or did less than a second ago
   */
  async #askStore(): Promise<void> {
    const { state } = this.#sources
    if (state.ready === undefined) return
    if (this.#asking === undefined && performance.now() >= this.#countsUntil) {
      this.#asking = this.#ask()
    }
    await this.#asking
    if (this.#storeFailure !== undefined) throw this.#storeFailure
  }

  async #ask(): Promise<void> {
    try {
      await this.#sources.state.ready?.()
      this.#storeFailure = undefined
    } catch (error) {
      this.#storeFailure = error ?? new Error('The store rejected without a message.')
    }
    this.#countsUntil = performance.now() + COUNTS_MS
    this.#asking = undefined
  }
}
