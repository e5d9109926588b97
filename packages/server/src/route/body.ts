import { parseStrictJson, StrictJsonError } from '@signet/auth/internal'
import { BOUNDS, type InputIssue } from '@signet/core'
import { RequestError } from '../error/error.js'
import { countForm } from './form.js'
import { readFormType } from './form-type.js'
import { handlerRequest } from './handler-request.js'
import type { Incoming } from '../http/incoming.js'
import type { CountBody } from '../limit/count-body.js'

/** White space of JSON (RFC 8259 section 2), and nothing else. */
const BLANK = /^[\t\n\r ]*$/

/** Texts of these are UTF-8, too. */
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])
const CHARSET = /;[\t ]*charset=(?:"([^"]*)"|([^\t ;]*))/gi

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json[\t ]*(?:;|$)/i

function refuse(message: string): never {
  const issues: readonly InputIssue[] = [{ field: 'body', message }]
  throw new RequestError('request_invalid', message, { issues })
}

function refuseEncoding(message: string): never {
  const issues: readonly InputIssue[] = [{ field: 'body', message }]
  throw new RequestError('body_encoding', message, { issues })
}

/** @throws {RequestError} `body_encoding` for a body that is declared to be compressed, or another text than UTF-8 */
function checkEncoding(request: Incoming, contentType: string): void {
  const codings = request.header('content-encoding')?.toLowerCase().split(',') ?? []
  if (codings.some((coding) => !['', 'identity'].includes(coding.trim()))) {
    refuseEncoding(
      'The body is compressed, and Signet does not decompress it. Send it without Content-Encoding.',
    )
  }
  for (const [, quoted, plain = ''] of contentType.matchAll(CHARSET)) {
    if (CHARSETS.has((quoted ?? plain).toLowerCase())) continue
    refuseEncoding('The charset of the body is not UTF-8. Send it in UTF-8.')
  }
}

function tooLarge(limit: number): never {
  throw new RequestError('body_too_large', `The body is larger than ${limit} bytes.`)
}

/**
 * @throws {RequestError} `body_too_large` for a body that is declared so
 * @throws {LimitError} where what is declared is too much beside other bodies
 */
function checkDeclared(request: Incoming, limit: number, count?: CountBody): void {
  const declared = Number(request.header('content-length') ?? 0)
  if (declared > limit) tooLarge(limit)
  if (declared > 0) count?.(declared, true)
}

/**
 * The request with a body that fails once it is larger than allowed, or is a form that holds too much, for a handler that reads
 * it itself. The Content-Type of a form is in its one spelling.
 * @param limit - largest body, in bytes
 * @param count - counts its bytes beside those of other bodies
 * @throws {RequestError} `body_too_large` for a body that is declared so, `request_invalid` for a form whose Content-Type is
 *   not plain; the body's own error later
 * @throws {LimitError} where too many bytes are held already
 */
export function limitBody(request: Incoming, limit: number, count?: CountBody): Request {
  checkDeclared(request, limit, count)
  const { url, method, headers, signal, body } = request
  if (body === null) return handlerRequest(url, { method, headers, signal })
  const form = readFormType(request.header('content-type'))
  const countFields = form === undefined ? undefined : countForm(form)
  let size = 0
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        if (size > limit) tooLarge(limit)
        count?.(chunk.byteLength)
        countFields?.(chunk)
        controller.enqueue(chunk)
      },
    }),
  )
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers: form === undefined ? headers : withType(headers, form.contentType),
    signal,
    body: counted,
    duplex: 'half',
  }
  return handlerRequest(url, init)
}

function withType(headers: Headers, contentType: string): Headers {
  const changed = new Headers(headers)
  changed.set('content-type', contentType)
  return changed
}

/**
 * Can be used again and again, as long as it decodes whole texts. A byte order mark before the text is not part of it
 * (RFC 8259 section 8.1 lets a reader pass over it).
 */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Whether a text of JSON is in UTF-16 or UTF-32: it begins with their mark, or with a character of ASCII in them. */
function isWide([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false
  return (
    first === 0 ||
    second === 0 ||
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff)
  )
}

function decode(bytes: Uint8Array): string {
  if (isWide(bytes)) refuseEncoding('The body is UTF-16 or UTF-32. Send it in UTF-8.')
  try {
    return UTF8.decode(bytes)
  } catch {
    return refuse('The body is not UTF-8.')
  }
}

/**
 * Reads the JSON of a body, which may hold so much and no more.
 * @throws {StrictJsonError}
 */
export function parseBody(text: string): unknown {
  return parseStrictJson(text, BOUNDS.bodyDepth.limit, BOUNDS.bodyValues.limit)
}

/**
 * Reads a JSON body. What is declared too large is refused before a byte of it is read, what turns
 * out too large as soon as it does. Names that stand twice are refused, because one would be lost.
 *
 * @param limit - largest body, in bytes
 * @param count - counts its bytes beside those of other bodies
 * @returns the value, or undefined for a request without a body
 * @throws {LimitError} where too many bytes are held already
 * @throws {RequestError} `body_too_large`, or `body_encoding` or `request_invalid` with the issue
 */
export async function readJsonBody(
  request: Incoming,
  limit: number,
  count?: CountBody,
): Promise<unknown> {
  checkDeclared(request, limit, count)
  if (!request.hasBody) return undefined
  const contentType = request.header('content-type')
  if (contentType === undefined || !JSON_TYPE.test(contentType)) {
    refuse('Send the body as application/json.')
  }
  checkEncoding(request, contentType)
  const bytes = await request.readBody(limit, count)
  if (bytes === undefined) return tooLarge(limit)
  const text = decode(bytes)
  if (BLANK.test(text)) return undefined
  try {
    return parseBody(text)
  } catch (error) {
    if (error instanceof StrictJsonError) return refuse(error.message)
    throw error
  }
}
