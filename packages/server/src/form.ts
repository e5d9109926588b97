import { BOUNDS } from '@signet/core'
import { RequestError } from './error.js'

const URL_ENCODED = /^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i
const MULTIPART = /^multipart\/form-data[\t ]*(?:;|$)/i
const BOUNDARY = /;[\t ]*boundary=(?:"([^"]+)"|([^\t ;"]+))/i

const HEADERS_END = '\r\n\r\n'
const LINE_END = '\r\n'

function refuse(message: string): never {
  throw new RequestError('request_invalid', message, { issues: [{ field: 'body', message }] })
}

/**
 * Counts how often bytes hold a text.
 * @param most - no more are counted
 */
function count(bytes: Buffer, text: string, most: number): number {
  let found = 0
  let at = bytes.indexOf(text)
  while (at >= 0 && found < most) {
    found++
    at = bytes.indexOf(text, at + text.length)
  }
  return found
}

/** Counts the parts of a form and the lines of their headers, up to what is too many. */
function countParts(bytes: Buffer, boundary: string): { readonly parts: number; lines: number } {
  const [mostParts, mostLines] = [BOUNDS.formFields.limit + 1, BOUNDS.formHeaders.limit + 1]
  let [parts, lines] = [0, 0]
  let at = bytes.indexOf(boundary)
  while (at >= 0 && parts < mostParts && lines < mostLines) {
    const start = at + boundary.length
    const end = bytes.indexOf(HEADERS_END, start)
    if (end < 0) break
    parts++
    lines += count(bytes.subarray(start + LINE_END.length, end), LINE_END, mostLines) + 1
    at = bytes.indexOf(boundary, end)
  }
  return { parts, lines }
}

/**
 * Looks at how much a form holds before it is read: to read each of its fields costs far more.
 * @param contentType - of the request; what is no form is not looked at
 * @throws {RequestError} `request_invalid`
 */
export function checkForm(bytes: Uint8Array, contentType = ''): void {
  const { formFields, formHeaders } = BOUNDS
  const tooMany = `A form has at most ${formFields.limit} fields.`
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (URL_ENCODED.test(contentType)) {
    if (count(body, '&', formFields.limit) >= formFields.limit) refuse(tooMany)
    return
  }
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined || !MULTIPART.test(contentType)) return
  const { parts, lines } = countParts(body, `--${boundary}`)
  if (parts > formFields.limit) refuse(tooMany)
  if (lines > formHeaders.limit) {
    refuse(`The parts of a form have at most ${formHeaders.limit} header lines in all.`)
  }
}
