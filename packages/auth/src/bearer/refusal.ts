import { AuthError, ScopeError, TokenError, type AuthErrorCode } from '../error.js'
import { isoTime } from '../lib/iso-time.js'
import { PUBLIC_REASON } from './public-reason.js'

/** The HTTP status of each refusal. */
export const AUTH_STATUS: Readonly<Record<AuthErrorCode, number>> = {
  token_missing: 401,
  token_malformed: 401,
  token_too_large: 401,
  token_algorithm: 401,
  token_key_unknown: 401,
  token_signature: 401,
  token_expired: 401,
  token_not_active: 401,
  token_issuer: 401,
  token_audience: 401,
  token_type: 401,
  token_claim: 401,
  token_revoked: 401,
  token_binding: 401,
  proof_missing: 401,
  proof_invalid: 401,
  proof_nonce: 401,
  access_denied: 403,
  scope_insufficient: 403,
  request_invalid: 400,
  keys_unavailable: 503,
  proofs_unavailable: 503,
}

/** Whether an error says that nobody can be judged just now, which is no fault of a credential. */
export function isOutage(error: AuthError): boolean {
  return AUTH_STATUS[error.code] === 503
}

/** What the client of a request that failed is told, whatever failed. */
export const INTERNAL_TEXT = 'Internal server error.'

/** What the client of a request is told that is not valid, whatever is wrong with it. */
export const INVALID_TEXT = 'The request is not valid.'

/** How many seconds a client should wait before it asks again for what is unavailable (503). */
export const RETRY_UNAVAILABLE_SECONDS = 5

/** A refusal as the wire shows it. */
export interface AuthRefusalBody {
  /** The same sentence for every refusal of a code, but for the time of an expired token. */
  readonly error: string
  readonly code: AuthErrorCode
  readonly requestId: string
  readonly missingScope?: string | undefined
  /** Roles and scopes of the caller's token that this server does not know. */
  readonly ignoredGrants?: readonly string[] | undefined
}

/** Whether a value is a refusal that this version knows: of another version, only a code of the table. */
export function isKnownAuthError(error: unknown): error is AuthError {
  return AuthError.isInstance(error) && Object.hasOwn(PUBLIC_REASON, error.code)
}

function textOf(error: AuthError): string {
  const isExpired = error.code === 'token_expired' && TokenError.isInstance(error)
  const expiredAt = isExpired ? isoTime(error.expiredAt ?? NaN) : undefined
  return expiredAt === undefined ? PUBLIC_REASON[error.code] : `The token expired at ${expiredAt}.`
}

/** The body of the response that refuses a request. */
export function authRefusalBody(error: AuthError, requestId: string): AuthRefusalBody {
  const body = { error: textOf(error), code: error.code, requestId }
  if (!ScopeError.isInstance(error)) return body
  const { missingScope, ignoredGrants } = error
  return { ...body, missingScope, ...(ignoredGrants.length > 0 && { ignoredGrants }) }
}

/** The nonce that the next proof of a client needs, for the header `DPoP-Nonce` (RFC 9449 section 9); undefined for none. */
export function nonceOf(error: unknown): string | undefined {
  return TokenError.isInstance(error) && error.code === 'proof_nonce' ? error.nonce : undefined
}
