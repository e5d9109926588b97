import { parseStrictJson, StrictJsonError } from '@signet/auth'
import { BOUNDS, type InputIssue } from '@signet/core'
import { RequestError } from './error.js'
import { countForm } from './form.js'
import { readFormType } from './form-type.js'
import { handlerRequest } from './handler-request.js'
import type { Incoming } from './http/incoming.js'
import type { CountBody } from './limit/limits.js'

/** White space of JSON (RFC 8259 section 2), and nothing else. */
const BLANK = /^[\t\n\r ]*$/

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json[\t ]*(?:;|$)/i

function refuse(message: string): never {
  const issues: readonly InputIssue[] = [{ field: 'body', message }]
  throw new RequestError('request_invalid', message, { issues })
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

/** Can be used again and again, as long as it decodes whole texts. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string {
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
 * @throws {RequestError} `body_too_large`, or `request_invalid` with the issue
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
