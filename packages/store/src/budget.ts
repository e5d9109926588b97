import { StorageError } from './error.js'

/** The most that is read for one answer, in characters of JSON: more would not fit into memory many times over. */
const MOST_CHARACTERS = 16 * 1024 * 1024

/** Counts what is read for one answer. */
export class ReadBudget {
  #left = MOST_CHARACTERS

  /** Whether so much more still fits; what does not is not counted. */
  fits({ length }: string): boolean {
    if (length > this.#left) return false
    this.#left -= length
    return true
  }

  /** @throws {StorageError} `result_too_large` */
  take(text: string): void {
    if (this.fits(text)) return
    throw new StorageError(
      'result_too_large',
      'The answer would be too large: ask for fewer at once.',
    )
  }
}
