import { StorageError } from '../error.js'

/** The most that is read for one answer, in bytes of JSON: more would not fit into memory many times over. */
export const MAX_READ_BYTES: number = 16 * 1024 * 1024

/** Counts what is read for one answer, before it is read. */
export class ReadBudget {
  #left = MAX_READ_BYTES

  /** Whether so many bytes more still fit; what does not is not counted. */
  fits(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  /** @throws {StorageError} `result_too_large` */
  take(bytes: number): void {
    if (this.fits(bytes)) return
    throw new StorageError(
      'result_too_large',
      'The response would be too large. Ask for fewer at once.',
    )
  }
}
