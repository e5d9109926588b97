import type { TokenHeader } from '../jws/compact.js'
import type { Claims } from './claims.js'
import type { TokenRules } from './policy.js'

/** A signed document whose signature has verified; its payload may be anything. */
export interface VerifiedSignature {
  readonly header: TokenHeader
  readonly payload: Buffer
}

/** A token that satisfies its policy. Header and claims are deep-frozen. */
export interface VerifiedToken {
  readonly header: TokenHeader
  readonly claims: Claims
  /** The rules that it satisfies: those of its issuer, where each has its own. */
  readonly rules: TokenRules
}
