import { AuthError, TokenError } from '../error.js'
import { trimWhiteSpace } from './white-space.js'

/** How nearly everyone spells it. What this matches passes every rule below, which it is quicker than. */
const USUAL = /^Bearer [A-Za-z0-9\-._~+/]+=*$/
/** The scheme and what follows it (RFC 9110 section 11.4); the scheme's case does not count. */
const BEARER = /^bearer(?: +(.*))?$/is
const BEARER_OR_DPOP = /^(?:bearer|dpop)(?: +(.*))?$/is
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
  return readToken(authorization, BEARER)
}

/**
 * The same, of a token that may also have been sent with a proof, as `DPoP` (RFC 9449 section 7.1). Whether that is good is
 * another question: this finds the token.
 *
 * @throws as `readBearerToken`
 */
export function readAccessToken(authorization: string | null | undefined): string {
  return readToken(authorization, BEARER_OR_DPOP)
}

function readToken(authorization: string | null | undefined, scheme: RegExp): string {
  if (typeof authorization === 'string' && USUAL.test(authorization)) {
    return authorization.slice('Bearer '.length)
  }
  const value = trimWhiteSpace(authorization ?? '')
  const credential = scheme.exec(value)?.[1]
  const isSecond = SECOND_CREDENTIAL.test(value) || (credential?.includes(',') ?? false)
  if (isSecond)
    throw new AuthError('request_invalid', 'The Authorization header has more than one credential.')
  if (credential === undefined || credential === '') {
    throw new TokenError('token_missing', 'The request has no bearer token.')
  }
  if (!isBearerToken(credential)) {
    throw new TokenError(
      'token_malformed',
      'The text after the scheme in the Authorization header is not a token.',
    )
  }
  return credential
}
