/** There is more to look at than may be. */
export class CheckLimitError extends Error {
  override readonly name = 'CheckLimitError'
}

/** How many schemas may stand inside one another, or refer to one another, at one value. */
const MAX_DEPTH = 300

/** Counts what a check looks at, so that no schema and no value keeps the process busy for long. */
export class CheckWork {
  #left: number
  #depth = 0

  /** @param steps - how many values and keywords may be looked at */
  constructor(steps: number) {
    this.#left = steps
  }

  /** @throws {CheckLimitError} */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new CheckLimitError('The value or the schema is too large to check.')
  }

  /**
   * Counts a text that is read from its beginning to its end: each hundred characters are a step.
   * @throws {CheckLimitError}
   */
  read({ length }: string): void {
    this.spend(Math.ceil(length / 100))
  }

  /** @throws {CheckLimitError} */
  enter(): void {
    this.spend(1)
    if (++this.#depth > MAX_DEPTH)
      throw new CheckLimitError('The value or the schema has more than ${MAX_DEPTH} levels.')
  }

  leave(): void {
    this.#depth--
  }
}
