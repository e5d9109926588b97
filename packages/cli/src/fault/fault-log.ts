import { areFaultOriginsFollowed, faultOrigin, type Logger } from '@signet/core'

/** How many faults are told one by one in a stretch of time, and how long that is, in milliseconds. */
const MAX_TOLD = 20
const STRETCH_MS = 10_000

/** Where the first fault of a server began, which is followed from then on. */
const NOT_FOLLOWED = {
  began: 'unknown; from now on the log names the tool, agent or route',
} as const

/** How a fault came: as a promise that was rejected, or as an exception. */
export type FaultKind = 'rejection' | 'exception'

/** What can be told of a value that was thrown: of anything but an error only that it was none. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new TypeError(`A value that is not an Error was thrown. Its type is ${typeof thrown}.`)
}

/** Tells of faults that nobody handled, with where they began. Of many at once only the first ones are told. */
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
