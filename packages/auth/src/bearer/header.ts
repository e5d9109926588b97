import { AuthError, TokenError } from '../error.js'
import { trimWhiteSpace } from './white-space.js'

/** How nearly everyone spells it. What this matches passes every rule below, which it is quicker than. */
const USUAL = /^Bearer [A-Za-z0-9\-._~+/]+=*$/
/** The scheme and what follows it (RFC 9110 section 11.4); the scheme's case does not count. */
const BEARER = /^bearer(?: +(.*))?$/is
/** `b64token` of RFC 6750 section 2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
/** A second credential behind the first, as a list header joins them. */
const SECOND_CREDENTIAL = /,[\t ]*bearer(?:[\t ]|$)/i

/** Whether a text can be a bearer token at all (RFC 6750 section 2.1): a token alone, without its scheme. */
export function isBearerToken(text: string): boolean {
  return TOKEN.test(text)
}

/**
 * Reads the bearer token of a request (RFC 6750 section 2.1). Only this header counts: no cookie, no
 * parameter, no bare token.
 *
 * @param authorization - the value of the `Authorization` header; several are joined by commas
 * @throws {TokenError} `token_missing` where there is no bearer credential; `token_malformed` where
 *   what follows the scheme cannot be a token
 * @throws {AuthError} `request_invalid` where there are two
 * @example
 * ```typescript
 * import { readBearerToken } from '@signet/auth'
 *
 * export function tokenOf(request: Request): string {
 *   return readBearerToken(request.headers.get('authorization'))
 * }
 * ```
 */
export function readBearerToken(authorization: string | null | undefined): string {
  if (typeof authorization === 'string' && USUAL.test(authorization)) {
    return authorization.slice('Bearer '.length)
  }
  const value = trimWhiteSpace(authorization ?? '')
  const credential = BEARER.exec(value)?.[1]
  const isSecond = SECOND_CREDENTIAL.test(value) || (credential?.includes(',') ?? false)
  if (isSecond)
    throw new AuthError('request_invalid', 'The Authorization header has more than one credential.')
  if (credential === undefined || credential === '') {
    throw new TokenError('token_missing', 'The request has no bearer token.')
  }
  if (!isBearerToken(credential)) {
    throw new TokenError(
      'token_malformed',
      'The text after Bearer in the Authorization header is not a token.',
    )
  }
  return credential
}
