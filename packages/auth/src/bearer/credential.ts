import { AuthError } from '../error.js'
import { readAccessToken } from './header.js'
import { readTokenHeader, type HeaderReader } from './token-header.js'

/** Parameters that other servers take a token from. Here they never count. */
const TOKEN_PARAMETERS = ['apiKey', 'access_token', 'auth_header']

/** @throws {AuthError} `request_invalid` where a token stands in the URL, beside the header (RFC 6750 section 3.1) */
function refuseInUrl(query: string, header: string): void {
  if (query === '') return
  const parameters = new URLSearchParams(`?${query}`)
  if (TOKEN_PARAMETERS.some((name) => parameters.has(name))) {
    throw new AuthError(
      'request_invalid',
      `The request has a token in its URL and in its ${header} header.`,
    )
  }
}

/** What is read of a request to find its credential. */
export interface CredentialRequest {
  readonly header: HeaderReader
  readonly method: string
  /** What stands behind the `?` of its URL; empty where there is nothing. */
  readonly query: string
}

/**
 * The one credential of a request: the token of its header `Authorization` (RFC 6750 section 2.1, RFC 9449 section 7.1), or
 * that of the header that its provider names.
 *
 * @param tokenHeader - that header, in lower case; undefined for `Authorization`
 * @throws {TokenError} `token_missing`, `token_malformed`
 * @throws {AuthError} `request_invalid` where there are two credentials, also where one of them is in the URL
 *   (section 3.1); `access_denied` where a page of another origin sent the request, and a proxy the token
 */
export function readCredential(
  { header, method, query }: CredentialRequest,
  tokenHeader: string | undefined,
): string {
  if (tokenHeader !== undefined) {
    if (header(tokenHeader) !== undefined) refuseInUrl(query, tokenHeader)
    return readTokenHeader(tokenHeader, header, method)
  }
  const authorization = header('authorization')
  if (authorization !== undefined) refuseInUrl(query, 'Authorization')
  return readAccessToken(authorization)
}
