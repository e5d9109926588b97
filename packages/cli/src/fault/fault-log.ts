import { areFaultOriginsFollowed, faultOrigin, type Logger } from '@signet/core'

/** At most `MAX_TOLD` faults are logged one by one in `STRETCH_MS` milliseconds. */
const MAX_TOLD = 20
const STRETCH_MS = 10_000

/** The origin of the first fault of a server. Origins are followed only after it. */
const NOT_FOLLOWED = {
  began: 'unknown; from now on the log names the tool, agent or route',
} as const

/** How a fault came: as a promise that was rejected, or as an exception. */
export type FaultKind = 'rejection' | 'exception'

/** The thrown error. Of any other value, only its type is told. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new TypeError(`A value that is not an Error was thrown. Its type is ${typeof thrown}.`)
}

/** Logs unhandled faults with their origin. Of many at once, only the first ones are logged. */
export class FaultLog {
  readonly #logger: Logger
  #told = 0
  #untold = 0
  #isStretch = false

  constructor(logger: Logger) {
    this.#logger = logger
  }

  tell(thrown: unknown, kind: FaultKind): void {
    if (!this.#isStretch) {
      this.#isStretch = true
      setTimeout(() => this.#endStretch(), STRETCH_MS).unref()
    }
    if (this.#told >= MAX_TOLD) {
      this.#untold++
      return
    }
    this.#told++
    this.#logger.error('An unhandled fault: it may affect one caller, not the others.', {
      kind,
      ...(areFaultOriginsFollowed() ? faultOrigin() : NOT_FOLLOWED),
      error: toError(thrown),
    })
  }

  #endStretch(): void {
    const faults = this.#untold
    this.#told = 0
    this.#untold = 0
    this.#isStretch = false
    if (faults > 0) this.#logger.error('More unhandled faults were not logged.', { faults })
  }
}
