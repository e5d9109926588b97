import { RequestError } from '@signet/server'
import { withoutStacks } from './error-words.js'

/** How the pieces of a streamed response are parted: events by an empty line, chunks of JSON by a record separator. */
export type StreamForm = 'events' | 'records'

/** Largest piece that is held until it is complete, in bytes. */
const MAX_PIECE_BYTES = 16 * 1024 * 1024
const SEPARATOR = '\u001e'
const [LF, CR, RECORD_SEPARATOR] = [0x0a, 0x0d, 0x1e]
/** So much of what is held can be the beginning of what parts two events: LF CR LF. */
const SEAM_BYTES = 2
/** What a piece has that says of an error: without it, bytes pass as they are. */
const MARKS = ['"error"', '"errorText"', '"stack"', '\\n '].map((text) => Buffer.from(text))
const NOTHING: Buffer = Buffer.alloc(0)

function hasMark(bytes: Buffer): boolean {
  return MARKS.some((mark) => bytes.includes(mark))
}

/** JSON without what its errors tell; what is not JSON stays as it is. */
function cleanJson(text: string): string {
  try {
    return JSON.stringify(withoutStacks(JSON.parse(text)))
  } catch {
    return text
  }
}

function cleanLine(line: string): string {
  return line.startsWith('data:') ? `data: ${cleanJson(line.slice('data:'.length).trim())}` : line
}

/** Where the last complete piece ends; 0 where none is complete. */
function endOfPieces(bytes: Buffer, form: StreamForm): number {
  if (form === 'records') return bytes.lastIndexOf(RECORD_SEPARATOR) + 1
  for (let index = bytes.lastIndexOf(LF); index > 0; index = bytes.lastIndexOf(LF, index - 1)) {
    if (bytes[index - 1] === LF) return index + 1
    if (bytes[index - 1] === CR && bytes[index - 2] === LF) return index + 1
  }
  return 0
}

/** Takes out of a streamed response what its errors tell of how the application is built. */
export class ChunkFilter {
  readonly #form: StreamForm
  /** Of a piece that is not complete. */
  #held: Buffer[] = []
  #size = 0
  /** The last bytes of that. */
  #seam = NOTHING

  constructor(form: StreamForm) {
    this.#form = form
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
    throw new RequestError('upstream_failed', 'An event of the application is too large.')
  }

  #clean(pieces: Buffer): Buffer {
    if (!hasMark(pieces)) return pieces
    const text = pieces.toString('utf8')
    const [parted, separator, clean] =
      this.#form === 'records'
        ? [text, SEPARATOR, cleanJson]
        : [text.replaceAll('\r\n', '\n'), '\n', cleanLine]
    return Buffer.from(parted.split(separator).map(clean).join(separator))
  }
}
