/** How a JSON object begins. */
const OBJECT = /^\s*\{\s*["}]/

/**
 * Whether a text has the form of a JWT (RFC 7519 section 3): what stands before its first dot is the
 * beginning of a JSON object in base64url. True for every token that a verifier here accepts, and also
 * for one that is cut, misspelt or encrypted.
 */
export function looksLikeJwt(token: string): boolean {
  const dot = token.indexOf('.')
  return dot > 0 && OBJECT.test(Buffer.from(token.slice(0, dot), 'base64url').toString('utf8'))
}
