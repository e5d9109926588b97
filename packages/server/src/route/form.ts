import { BOUNDS } from '@signet/core'
import { RequestError } from '../error/error.js'
import type { FormType } from './form-type.js'

const LINE_END = '\r\n'
const SEPARATOR = '&'.charCodeAt(0)

/**
 * Takes the next bytes of a form, and counts what they hold.
 * @throws {RequestError} `request_invalid` for too much
 */
export type CountForm = (bytes: Uint8Array) => void

function refuse(message: string): never {
  throw new RequestError('request_invalid', message, { issues: [{ field: 'body', message }] })
}

function checkFields(fields: number): void {
  const { limit } = BOUNDS.formFields
  if (fields > limit) refuse(`A form has at most ${limit} fields.`)
}

function checkLines(lines: number): void {
  const { limit } = BOUNDS.formHeaders
  if (lines > limit) refuse(`The parts of a form have at most ${limit} header lines in all.`)
}

function countFields(): CountForm {
  let fields = 1
  return (bytes) => {
    for (let at = bytes.indexOf(SEPARATOR); at >= 0; at = bytes.indexOf(SEPARATOR, at + 1)) {
      checkFields(++fields)
    }
  }
}

/** Where the bytes of a form with parts are: before a boundary, in its line, or in the headers behind it. */
type Place = 'content' | 'boundary' | 'headers'

/** Counts the parts of a form and the lines of their headers. */
class PartCounter {
  readonly #boundary: string
  #place: Place = 'content'
  #parts = 0
  #lines = 0
  /** Whether the line that has not ended holds something. */
  #hasText = false
  /** The last bytes, where what is looked for may have begun. */
  #rest: Uint8Array = new Uint8Array()

  constructor(boundary: string) {
    this.#boundary = `--${boundary}`
  }

  count(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#rest, bytes])
    let start = 0
    for (;;) {
      const sought = this.#place === 'content' ? this.#boundary : LINE_END
      const found = all.indexOf(sought, start)
      if (found < 0) {
        const kept = Math.max(start, all.length - sought.length + 1)
        this.#hasText ||= kept > start
        this.#rest = all.subarray(kept)
        return
      }
      this.#pass(this.#hasText || found > start)
      start = found + sought.length
    }
  }

  /**
   * Goes on behind a boundary, or the end of a line.
   * @param hasText - whether something stood before it
   */
  #pass(hasText: boolean): void {
    this.#hasText = false
    if (this.#place === 'content') this.#place = 'boundary'
    else if (this.#place === 'boundary') this.#place = 'headers'
    else if (hasText) checkLines(++this.#lines)
    else {
      this.#place = 'content'
      checkFields(++this.#parts)
    }
  }
}

/** Counts how much a form holds while its bytes pass, before it is read: to read each of its fields costs far more. */
export function countForm({ boundary }: FormType): CountForm {
  if (boundary === undefined) return countFields()
  const counter = new PartCounter(boundary)
  return (bytes) => counter.count(bytes)
}
