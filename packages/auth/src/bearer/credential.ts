import { AuthError } from '../error.js'
import { readBearerToken } from './header.js'

/** Parameters that other servers take a token from. Here they never count. */
const TOKEN_PARAMETERS = ['apiKey', 'access_token', 'auth_header']

/**
 * The one credential of a request: the bearer token of its header `Authorization` (RFC 6750 section 2.1).
 *
 * @param authorization - the value of that header; several are joined by commas; undefined where there is none
 * @param query - what stands behind the `?` of its URL; empty where there is nothing
 * @throws {TokenError} `token_missing`, `token_malformed`
 * @throws {AuthError} `request_invalid` where there are two credentials, also where one of them is in the URL
 *   (section 3.1)
 */
export function readCredential(authorization: string | undefined, query: string): string {
  if (query !== '' && authorization !== undefined) {
    const parameters = new URLSearchParams(`?${query}`)
    if (TOKEN_PARAMETERS.some((name) => parameters.has(name))) {
      throw new AuthError(
        'request_invalid',
        'The request has a token in its URL and in its Authorization header.',
      )
    }
  }
  return readBearerToken(authorization)
}
