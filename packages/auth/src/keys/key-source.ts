import type { Algorithm } from '../jws/algorithm.js'
import type { TokenHeader } from '../jws/compact.js'

/** A key that can check signatures, bound to its algorithms when it was made, never by what a token says. */
export interface VerificationKey {
  /** The key's `kid` (RFC 7515 section 4.1.4), where it has one. */
  readonly keyId?: string | undefined
  readonly algorithms: readonly Algorithm[]
  /**
   * Whether `signature` is this key's over `signingInput`. Called only with one of `algorithms`.
   * Compares in constant time where the algorithm needs it; never throws for a bad signature.
   */
  verify(algorithm: Algorithm, signingInput: string, signature: Buffer): boolean
}

/** Where a verifier gets its keys: a secret, a key, a key set, an address of one. */
export interface KeySource {
  /**
   * The keys that a token with this header may be signed with; empty where its `kid` is unknown.
   * @throws {AuthError} `keys_unavailable` when the keys cannot be had now
   */
  find(header: TokenHeader): readonly VerificationKey[] | Promise<readonly VerificationKey[]>
  /** Another number once other keys are in force: what was verified before counts no more. Default: 0. */
  readonly generation?: number | undefined
  /**
   * Whether the keys in force for a token with this header may be trusted still. Asked for every token that is
   * remembered. Default: they may.
   */
  readonly isTrusted?: ((header: TokenHeader) => boolean) | undefined
  /**
   * Called in place of `find` where a token is remembered: begins to fetch the keys again once they are
   * old, and does not wait. Without it, keys whose tokens are all remembered would never be looked at.
   */
  readonly keepFresh?: ((header: TokenHeader) => void) | undefined
}

/** A key that can sign tokens. */
export interface SigningKey {
  readonly algorithm: Algorithm
  readonly keyId?: string | undefined
  sign(signingInput: string): Buffer
}
