/** An answer as its bytes say. */
export interface ParsedAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** What does not parse as answers, one behind the other (RFC 9112 sections 4 to 7). */
export class FramingError extends Error {
  override readonly name = 'FramingError'
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7E\x80-\xFF]*$/
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7E\x80-\xFF]*?)[\t ]*$/
const CHUNK_SIZE = /^([0-9a-f]+)$/i

function fail(what: string): never {
  throw new FramingError(what)
}

/** Reads bytes, as text of one byte per character, from front to back. */
class Reader {
  #at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  line(): string {
    const end = this.#text.indexOf('\r\n', this.#at)
    if (end < 0) fail('a line does not end')
    const line = this.#text.slice(this.#at, end)
    this.#at = end + 2
    return line
  }

  take(length: number): string {
    if (this.#at + length > this.#text.length) fail('a body is cut')
    this.#at += length
    return this.#text.slice(this.#at - length, this.#at)
  }

  rest(): string {
    return this.take(this.#text.length - this.#at)
  }
}

function readHeaders(reader: Reader): Map<string, string> {
  const headers = new Map<string, string>()
  for (let line = reader.line(); line !== ''; line = reader.line()) {
    const [, name, value] = FIELD_LINE.exec(line) ?? fail(`a header is ${JSON.stringify(line)}`)
    const key = String(name).toLowerCase()
    const isFraming = key === 'content-length' || key === 'transfer-encoding'
    if (isFraming && headers.has(key)) fail(`${key} stands twice`)
    headers.set(key, String(value))
  }
  return headers
}

function readChunked(reader: Reader): string {
  let body = ''
  for (;;) {
    const [, size] = CHUNK_SIZE.exec(reader.line()) ?? fail('a chunk has no size')
    const length = Number.parseInt(String(size), 16)
    if (length === 0) break
    body += reader.take(length)
    if (reader.take(2) !== '\r\n') fail('a chunk does not end')
  }
  readHeaders(reader)
  return body
}

function readBody(reader: Reader, headers: ReadonlyMap<string, string>): string {
  const [coding, length] = [headers.get('transfer-encoding'), headers.get('content-length')]
  if (coding !== undefined && length !== undefined) fail('an answer has two lengths')
  if (coding !== undefined) {
    return coding === 'chunked' ? readChunked(reader) : fail(`the coding is ${coding}`)
  }
  if (length !== undefined) {
    return /^\d+$/.test(length) ? reader.take(Number(length)) : fail(`the length is ${length}`)
  }
  // Ended by the end of the connection, which must have been announced.
  if (headers.get('connection')?.toLowerCase() !== 'close') fail('an answer has no length')
  return reader.rest()
}

function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

/**
 * Reads everything that a connection sent back: the answers, without interim ones.
 * @param received - a character for each byte
 * @param isHead - whether the answer of this number is to HEAD, and so has no body
 * @throws {FramingError}
 */
export function parseAnswers(
  received: string,
  isHead: (index: number) => boolean,
): readonly ParsedAnswer[] {
  const reader = new Reader(received)
  const answers: ParsedAnswer[] = []
  while (!reader.isAtEnd) {
    const line = reader.line()
    const [, digits] = STATUS_LINE.exec(line) ?? fail(`a status line is ${JSON.stringify(line)}`)
    const status = Number(digits)
    const headers = readHeaders(reader)
    const hasBody = !isBodiless(status) && !isHead(answers.length)
    const body = hasBody ? readBody(reader, headers) : ''
    if (status >= 200) answers.push({ status, headers, body })
  }
  return answers
}
