import { parseGrant } from '../access/permission.js'
import { type AuthError, type AuthErrorCode, ScopeError } from '../error.js'

/**
 * The one public sentence of each refusal. Constant, because a refusal must tell a stranger nothing
 * of the policy: which issuer, which audience, which key.
 */
export const PUBLIC_REASON: Readonly<Record<AuthErrorCode, string>> = {
  token_missing: 'A bearer token is required.',
  token_malformed: 'The token is not well formed.',
  token_too_large: 'The token is too large.',
  token_algorithm: 'The algorithm of the token is not allowed.',
  token_key_unknown: 'No key of this server fits the token.',
  token_signature: 'The signature of the token is not valid.',
  token_expired: 'The token has expired.',
  token_not_active: 'The token is not active yet.',
  token_issuer: 'The issuer of the token is not accepted.',
  token_audience: 'The token is for another audience.',
  token_type: 'The token is of another type.',
  token_claim: 'A claim of the token is missing or not valid.',
  token_revoked: 'The token has been revoked.',
  access_denied: 'Access denied.',
  scope_insufficient: 'The token does not grant what this request needs.',
  request_invalid: 'The request carries more than one credential.',
  keys_unavailable: 'The keys to verify the token cannot be had now.',
}

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
 * missing scope that is no permission is left out.
 *
 * @returns undefined where the refusal is no matter of credentials (503, a plain 403)
 */
export function bearerChallenge(error: AuthError): string | undefined {
  if (error.code === 'token_missing') return 'Bearer'
  const code = bearerErrorCode(error.code)
  if (code === undefined) return undefined
  const challenge = `Bearer error="${code}", error_description="${PUBLIC_REASON[error.code]}"`
  const isNameable = ScopeError.isInstance(error) && parseGrant(error.missingScope) !== undefined
  return isNameable ? `${challenge}, scope="${error.missingScope}"` : challenge
}
