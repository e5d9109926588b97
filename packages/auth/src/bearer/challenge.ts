import { parseGrant } from '../access/permission.js'
import { type AuthError, type AuthErrorCode, ScopeError } from '../error.js'
import { PROOF_ALGORITHMS } from '../jws/algorithm.js'
import { PUBLIC_REASON } from './public-reason.js'

/** The error code of RFC 6750 section 3.1 or RFC 9449 section 7.1, or undefined where none may be sent. */
function challengeErrorCode(code: AuthErrorCode): string | undefined {
  switch (code) {
    case 'token_missing':
    case 'access_denied':
    case 'keys_unavailable':
    case 'proofs_unavailable':
      return undefined
    case 'request_invalid':
      return 'invalid_request'
    case 'scope_insufficient':
      return 'insufficient_scope'
    case 'proof_invalid':
      return 'invalid_dpop_proof'
    case 'proof_nonce':
      return 'use_dpop_nonce'
    default:
      return 'invalid_token'
  }
}

/** What a challenge may say beside the refusal. */
export interface ChallengeOptions {
  /**
   * The URL of the metadata of this resource (RFC 9728 section 5.1), by which a client finds out where to get a token. A text
   * that no parameter can hold (RFC 9110 section 5.6.4), such as one with a quote, is left out. Default: not told.
   */
  readonly resourceMetadata?: string | undefined
  /**
   * Whether tokens may be bound to a key of their client, or must be (RFC 9449): a challenge then names the scheme `DPoP`
   * with the algorithms of its proofs, beside `Bearer` or in its place. Default: only a refusal that is about a proof does.
   */
  readonly dpop?: 'required' | 'optional' | undefined
}

/** Refusals that only a token with a proof would mend. */
const ABOUT_PROOFS: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  'token_binding',
  'proof_missing',
  'proof_invalid',
  'proof_nonce',
])

/** The algorithms that a client may sign its proofs with (RFC 9449 section 7.1). */
const ALGORITHMS = `algs="${PROOF_ALGORITHMS.join(' ')}"`

function schemeWith(scheme: string, parameters: readonly string[]): string {
  return parameters.length === 0 ? scheme : `${scheme} ${parameters.join(', ')}`
}

/** What a quoted parameter can hold without an escape, and a URL consists of. */
const URL_TEXT = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** The scopes that are missing, of those that are permissions. */
function scopesOf(error: AuthError): readonly string[] {
  if (!ScopeError.isInstance(error)) return []
  // An older copy of this package names one.
  const missing = Object.hasOwn(error, 'missingScopes') ? error.missingScopes : [error.missingScope]
  return missing.filter((scope) => parseGrant(scope) !== undefined)
}

/** The parameters of a refusal that another token would mend; undefined where none would. */
function parametersOf(error: AuthError): readonly string[] | undefined {
  if (error.code === 'token_missing') return []
  const code = challengeErrorCode(error.code)
  if (code === undefined) return undefined
  const parameters = [`error="${code}"`, `error_description="${PUBLIC_REASON[error.code]}"`]
  const scopes = scopesOf(error)
  return scopes.length > 0 ? [...parameters, `scope="${scopes.join(' ')}"`] : parameters
}

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 section 3, RFC 9449 section 7.1): bare for a missing token, with
 * error and description for a bad one, with all missing scopes for a good one that grants too little.
 * Made of constants, legal ids and what the caller of this function gives, so that nothing from a request or a claim is
 * reflected: a missing scope that is not a permission is left out.
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
export function bearerChallenge(error: AuthError, options?: ChallengeOptions): string | undefined {
  const parameters = parametersOf(error)
  if (parameters === undefined) return undefined
  const url = options?.resourceMetadata
  const all =
    url !== undefined && URL_TEXT.test(url)
      ? [...parameters, `resource_metadata="${url}"`]
      : parameters
  const withProof = schemeWith('DPoP', [...all, ALGORITHMS])
  if (options?.dpop === 'required' || ABOUT_PROOFS.has(error.code)) return withProof
  const bearer = schemeWith('Bearer', all)
  return options?.dpop === undefined ? bearer : `${bearer}, DPoP ${ALGORITHMS}`
}
