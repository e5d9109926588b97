import { isMarkedError, markError } from './lib/marked-error.js'
import { pauseStackTraces, resumeStackTraces } from './lib/stack-trace.js'

/** Why a token was refused. The server answers each of these with 401. */
export type TokenErrorCode =
  | 'token_missing'
  | 'token_malformed'
  | 'token_too_large'
  | 'token_algorithm'
  | 'token_key_unknown'
  | 'token_signature'
  | 'token_expired'
  | 'token_not_active'
  | 'token_issuer'
  | 'token_audience'
  | 'token_type'
  | 'token_claim'
  | 'token_revoked'
  | 'token_binding'
  | 'proof_missing'
  | 'proof_invalid'
  | 'proof_nonce'

/** Every refusal that may cross the wire. Which HTTP status each one gets is the server's table. */
export type AuthErrorCode =
  | TokenErrorCode
  | 'access_denied'
  | 'scope_insufficient'
  | 'request_invalid'
  | 'keys_unavailable'
  | 'proofs_unavailable'

const AUTH_ERROR = Symbol.for('signet.auth.error')
const TOKEN_ERROR = Symbol.for('signet.auth.token-error')
const SCOPE_ERROR = Symbol.for('signet.auth.scope-error')
const CONFIGURATION_ERROR = Symbol.for('signet.auth.configuration-error')

/**
 * A request was refused. `message` is for the operator's log: it may name what the
 * policy expected, but never contains a token, a key or a secret.
 */
export class AuthError extends Error {
  override readonly name: string = 'AuthError'
  readonly code: AuthErrorCode

  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is AuthError {
    return isMarkedError(value, AUTH_ERROR)
  }
}
markError(AuthError.prototype, AUTH_ERROR)

/** What a `TokenError` may say beside its code. */
export interface TokenErrorOptions extends ErrorOptions {
  /** The claim at fault, such as `aud`. */
  readonly claim?: string | undefined
  /** For `token_expired`: when, in seconds since 1970. Set only once the signature has verified. */
  readonly expiredAt?: number | undefined
  /** For `proof_nonce`: the nonce that the next proof needs (RFC 9449 section 9). */
  readonly nonce?: string | undefined
}

/** A token was refused, or none was sent. It has no stack. */
export class TokenError extends AuthError {
  override readonly name = 'TokenError'
  declare readonly code: TokenErrorCode
  readonly claim: string | undefined
  readonly expiredAt: number | undefined
  readonly nonce: string | undefined

  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    const limit = pauseStackTraces()
    super(code, message, options)
    resumeStackTraces(limit)
    this.claim = options.claim
    this.expiredAt = options.expiredAt
    this.nonce = options.nonce
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static override isInstance(value: unknown): value is TokenError {
    return isMarkedError(value, TOKEN_ERROR)
  }
}
markError(TokenError.prototype, TOKEN_ERROR)

/** The token is good, but does not grant what the request asks for (RFC 6750 section 3.1). */
export class ScopeError extends AuthError {
  override readonly name = 'ScopeError'
  declare readonly code: 'scope_insufficient'
  /** The first permission that is missing, such as `agents:execute:weather-agent`. */
  readonly missingScope: string
  /** Every permission that is missing, in the order in which the request needs them; never empty. */
  readonly missingScopes: readonly string[]
  /** Roles and scopes of the token that this server does not know, and that therefore grant nothing. */
  readonly ignoredGrants: readonly string[]

  /** @param missing - what is missing: one permission, or a list of them */
  constructor(missing: string | readonly string[], ignoredGrants: readonly string[] = []) {
    const missingScopes = [...new Set(typeof missing === 'string' ? [missing] : missing)]
    super('scope_insufficient', `The token does not grant ${missingScopes.join(', ')}.`)
    this.missingScope = missingScopes[0] ?? ''
    this.missingScopes = Object.freeze(missingScopes)
    this.ignoredGrants = ignoredGrants
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static override isInstance(value: unknown): value is ScopeError {
    return isMarkedError(value, SCOPE_ERROR)
  }
}
markError(ScopeError.prototype, SCOPE_ERROR)

/** Why a policy was refused when it was made. These never cross the wire. */
export type ConfigurationErrorCode =
  | 'secret_missing'
  | 'secret_too_short'
  | 'secret_is_public_key'
  | 'secret_is_sample'
  | 'key_invalid'
  | 'key_weak'
  | 'key_is_private'
  | 'key_set_invalid'
  | 'algorithm_unknown'
  | 'option_invalid'
  | 'option_unknown'
  | 'option_unsupported'

/** A policy or key that this package refuses to work with. Thrown at construction, never per request. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code: ConfigurationErrorCode

  constructor(code: ConfigurationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is ConfigurationError {
    return isMarkedError(value, CONFIGURATION_ERROR)
  }
}
markError(ConfigurationError.prototype, CONFIGURATION_ERROR)
