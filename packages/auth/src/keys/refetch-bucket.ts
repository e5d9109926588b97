/** A sliding window: at most `size` takes in any `spanMs`. */
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
