/** The most work of one answer, in units. A unit is about what it takes to read one character. */
const MAX_WORK = 400_000

/** An answer takes more work than there may be. */
export class WorkLimitError extends Error {
  override readonly name = 'WorkLimitError'
}

/** Counts the work of one answer, so that no message and no schema keeps the model busy for long. */
export class Work {
  readonly #limit: number
  #spent = 0

  /** @param limit - in units */
  constructor(limit: number = MAX_WORK) {
    this.#limit = limit
  }

  /** In units. */
  get spent(): number {
    return this.#spent
  }

  /** @throws {WorkLimitError} where less than that is left */
  spend(units: number): void {
    this.#spent += units
    if (this.#spent > this.#limit) throw new WorkLimitError('There is too much to read or to fill.')
  }

  /**
   * Counts a text that is written, or compared as a whole: that takes less than to read its words.
   * @throws {WorkLimitError} where less than that is left
   */
  spendText(length: number): void {
    this.spend(1 + Math.ceil(length / 4))
  }
}
