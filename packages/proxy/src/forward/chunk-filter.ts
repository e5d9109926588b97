import { RequestError } from '@signet/server'
import { withoutTelling, type Seen } from './error-words.js'

/**
 * How the pieces of a response are parted: events by an empty line, chunks of JSON by a record separator. `json` is one
 * piece.
 */
export type StreamForm = 'events' | 'json' | 'records'

/** Largest piece that is held until it is complete, in bytes. */
const MAX_PIECE_BYTES = 16 * 1024 * 1024
const SEPARATOR = '\u001e'
const [LF, CR, RECORD_SEPARATOR] = [0x0a, 0x0d, 0x1e]
/** So much of what is held can be the beginning of what parts two events: LF CR LF. */
const SEAM_BYTES = 2
/** What a piece has that says of an error: without it, bytes pass as they are. */
const MARKS = ['"error', '\\"error', '"cause"', '"isError"', '"stack"', '\\n ']
/** The same for what a model was asked. */
const PROMPT_MARKS = ['"request"', 'ystemMessages"']
/** Mastra leaves the request of a stream empty: that tells nothing. */
const EMPTY_REQUEST = '"request":{}'
const NOTHING: Buffer = Buffer.alloc(0)

/** JSON as callers may see it; what is not JSON stays as it is. */
function cleanJson(text: string, seen: Seen): string {
  try {
    const cleaned = withoutTelling(JSON.parse(text), seen)
    return cleaned === undefined ? text : JSON.stringify(cleaned.value)
  } catch {
    return text
  }
}

function cleanEvent(line: string, seen: Seen): string {
  if (!line.startsWith('data:')) return line
  return `data: ${cleanJson(line.slice('data:'.length).trim(), seen)}`
}

/** Where the last complete piece ends; 0 where none is complete. */
function endOfPieces(bytes: Buffer, form: StreamForm): number {
  if (form === 'json') return 0
  if (form === 'records') return bytes.lastIndexOf(RECORD_SEPARATOR) + 1
  for (let index = bytes.lastIndexOf(LF); index > 0; index = bytes.lastIndexOf(LF, index - 1)) {
    if (bytes[index - 1] === LF) return index + 1
    if (bytes[index - 1] === CR && bytes[index - 2] === LF) return index + 1
  }
  return 0
}

/** Takes out of a response what its errors tell of how the application is built, and prompts that its caller may not see. */
export class ChunkFilter {
  readonly #form: StreamForm
  readonly #seen: Seen
  readonly #marks: readonly string[]
  /** Of a piece that is not complete. */
  #held: Buffer[] = []
  #size = 0
  /** The last bytes of that. */
  #seam = NOTHING

  constructor(form: StreamForm, seen: Seen) {
    this.#form = form
    this.#seen = seen
    this.#marks = seen.isPromptSeen ? MARKS : [...MARKS, ...PROMPT_MARKS]
  }

  /**
   * Takes bytes.
   * @returns what can be sent by now
   * @throws {RequestError} `upstream_failed` for a piece that is too large to be looked at
   */
  take(chunk: Buffer): Buffer {
    const seam = this.#seam
    const fresh = seam.length === 0 ? chunk : Buffer.concat([seam, chunk])
    const end = endOfPieces(fresh, this.#form) - seam.length
    if (end <= 0) {
      this.#hold(chunk)
      return NOTHING
    }
    const complete = Buffer.concat([...this.#held, chunk.subarray(0, end)])
    this.#drop()
    if (end < chunk.length) this.#hold(chunk.subarray(end))
    return this.#clean(complete)
  }

  /** What is left at the end. */
  end(): Buffer {
    const rest = Buffer.concat(this.#held)
    this.#drop()
    return this.#clean(rest)
  }

  #drop(): void {
    this.#held = []
    this.#size = 0
    this.#seam = NOTHING
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk)
    this.#size += chunk.length
    this.#seam = Buffer.concat([this.#seam, chunk.subarray(-SEAM_BYTES)]).subarray(-SEAM_BYTES)
    if (this.#size <= MAX_PIECE_BYTES) return
    throw new RequestError(
      'upstream_failed',
      'An answer or an event of the application is too large.',
    )
  }

  #isTelling(text: string): boolean {
    const rest = text.replaceAll(EMPTY_REQUEST, '')
    return this.#marks.some((mark) => rest.includes(mark))
  }

  #clean(pieces: Buffer): Buffer {
    // Most pieces have no mark: their text is not looked at.
    if (!this.#marks.some((mark) => pieces.includes(mark))) return pieces
    const text = pieces.toString('utf8')
    if (!this.#isTelling(text)) return pieces
    const seen = this.#seen
    if (this.#form === 'json') return Buffer.from(cleanJson(text, seen))
    const [parted, separator, clean] =
      this.#form === 'records'
        ? [text, SEPARATOR, cleanJson]
        : [text.replaceAll('\r\n', '\n'), '\n', cleanEvent]
    const cleaned = parted
      .split(separator)
      .map((each) => (this.#isTelling(each) ? clean(each, seen) : each))
    return Buffer.from(cleaned.join(separator))
  }
}
