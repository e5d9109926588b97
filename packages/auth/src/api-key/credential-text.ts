import { containsApiKey } from './form.js'

/** How the base64url of a JSON object begins, where something is in it: of `{"`, and of `{` with white space behind it. */
const OBJECT = /e(?:y[A-DI-L]|w[k-r0-3])/
/** The same at the beginning, and the empty object, which claims may be. */
const CLAIMS = /^e(?:y[A-DI-L]|w[k-r0-3]|30$)/
const BASE64URL = /^[\w-]*$/
/** No header is shorter: `{"alg":""}`. */
const MIN_HEADER = 14

/** The last part of a text, as far as it could be the header of a token. */
function endsInHeader(text: string): boolean {
  // From the end on, so that no text takes more than one look at each of its characters.
  let start = text.length
  while (start > 0 && /[\w-]/.test(text[start - 1] ?? '')) start--
  const tail = text.slice(start)
  const at = tail.search(OBJECT)
  return at >= 0 && tail.length - at >= MIN_HEADER
}

/** Whether a text has in it what looks like a compact JWT (RFC 7515 section 3.1, RFC 7516 section 3.1). */
function containsJwt(text: string): boolean {
  const segments = text.split('.')
  const isWhole = (index: number) => {
    const segment = segments[index]
    return segment !== undefined && BASE64URL.test(segment)
  }
  return segments.some((segment, index) => {
    if (index + 2 >= segments.length || !isWhole(index + 1) || !endsInHeader(segment)) return false
    const isSigned = CLAIMS.test(segments[index + 1] ?? '')
    const isEncrypted =
      isWhole(index + 2) && isWhole(index + 3) && segments[index + 4] !== undefined
    return isSigned || isEncrypted
  })
}

/**
 * Whether there is in a text what could be a credential that got into the wrong place: an API key, or most of one, or a
 * JSON Web Token.
 */
export function containsCredential(text: string): boolean {
  return containsApiKey(text) || containsJwt(text)
}
