/** Lets few of many through: so many at once, and no more than so many in a span of time. */
export class RefetchBucket {
  readonly #size: number
  readonly #spanMs: number
  readonly #taken: number[] = []

  constructor(size: number, spanMs: number) {
    this.#size = size
    this.#spanMs = spanMs
  }

  /** Takes one, where there is one. @param now - in milliseconds, by a clock that only goes forward */
  take(now: number): boolean {
    while ((this.#taken[0] ?? now) <= now - this.#spanMs) this.#taken.shift()
    if (this.#taken.length >= this.#size) return false
    this.#taken.push(now)
    return true
  }
}
