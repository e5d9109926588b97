import { areFaultOriginsFollowed, faultOrigin, type Logger } from '@signet/core'

/** How many faults are told one by one in a stretch of time, and how long that is, in milliseconds. */
const MAX_TOLD = 20
const STRETCH_MS = 10_000

/** Where the first fault of a server began, which is followed from then on. */
const NOT_FOLLOWED = { began: 'unknown; from now on the log names tool, agent or route' } as const

/** How a fault came: as a promise that was rejected, or as an exception. */
export type FaultKind = 'rejection' | 'exception'

/** What can be told of a value that was thrown: of anything but an error only that it was none. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new TypeError(`What was thrown is not an Error, but of the type ${typeof thrown}.`)
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
    this.#logger.error(
      'A fault that nobody handled: one caller may miss something, the others do not.',
      {
        kind,
        ...(areFaultOriginsFollowed() ? faultOrigin() : NOT_FOLLOWED),
        error: toError(thrown),
      },
    )
  }

  #endStretch(): void {
    const faults = this.#untold
    this.#told = 0
    this.#untold = 0
    this.#isStretch = false
    if (faults > 0) this.#logger.error('More faults that nobody handled are not told.', { faults })
  }
}
