import { parseGrant } from '../access/permission.js'
import { type AuthError, type AuthErrorCode, ScopeError } from '../error.js'
import { PUBLIC_REASON } from './public-reason.js'

/** The error code of RFC 6750 section 3.1, or undefined where none may be sent. */
function bearerErrorCode(code: AuthErrorCode): string | undefined {
  switch (code) {
    case 'token_missing':
    case 'access_denied':
    case 'keys_unavailable':
      return undefined
    case 'request_invalid':
      return 'invalid_request'
    case 'scope_insufficient':
      return 'insufficient_scope'
    default:
      return 'invalid_token'
  }
}

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 section 3): bare for a missing token, with
 * error and description for a bad one, with the missing scope for a good one that grants too little.
 * Made of constants and legal ids only, so that nothing from a request or a claim is reflected: a
 * missing scope that is not a permission is left out.
 *
 * @returns undefined where the refusal is not a matter of credentials (503, a plain 403)
 * @example
 * ```typescript
 * import { AuthError, bearerChallenge } from '@signet/auth'
 *
 * export function refuse(error: unknown): Response {
 *   if (!(error instanceof AuthError)) throw error
 *   const challenge = bearerChallenge(error)
 *   return new Response(null, challenge === undefined ? { status: 403 } : { status: 401, headers: { 'WWW-Authenticate': challenge } })
 * }
 * ```
 */
export function bearerChallenge(error: AuthError): string | undefined {
  if (error.code === 'token_missing') return 'Bearer'
  const code = bearerErrorCode(error.code)
  if (code === undefined) return undefined
  const challenge = `Bearer error="${code}", error_description="${PUBLIC_REASON[error.code]}"`
  const isNameable = ScopeError.isInstance(error) && parseGrant(error.missingScope) !== undefined
  return isNameable ? `${challenge}, scope="${error.missingScope}"` : challenge
}
