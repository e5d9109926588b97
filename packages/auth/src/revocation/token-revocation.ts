import { tokenDigest } from '../jws/digest.js'
import type { Revocation } from './log.js'

/** Longest name of an issuer, a token, a subject or a session, in characters. */
const MAX_NAME = 2000
const UNPAIRED_SURROGATE = /\p{Surrogate}/u

/** How long after its end a token is remembered as revoked, whatever clocks say: a day. */
const MARGIN_SECONDS = 86_400

/** Whether a text can be kept as a name in a revocation: 1 to 2000 characters, none of them NUL or half of a surrogate pair. */
export function isRevocableName(text: string): boolean {
  const isSized = text !== '' && text.length <= MAX_NAME
  return isSized && !text.includes('\0') && !UNPAIRED_SURROGATE.test(text)
}

/** What names a token whose end is known. */
export interface RevokedToken {
  readonly token: string
  /** Of its issuer; of what has none, its digest alone names it. */
  readonly tokenId?: { readonly issuer: string; readonly tokenId: string } | undefined
  /**
   * When its provider lets it in no more, in seconds since 1970: only where it verifies. What an
   * unverified token says of itself would end its revocation early.
   */
  readonly expiry: number | undefined
}

/**
 * The revocation of one token: by its `jti` where that can be kept, else by its digest.
 * @example
 * ```typescript
 * import { tokenRevocation } from '@signet/auth'
 *
 * export function revocationOf(token: string): object {
 *   return tokenRevocation({ token, expiry: undefined })
 * }
 * ```
 */
export function tokenRevocation({ token, tokenId, expiry }: RevokedToken): Revocation {
  const forgetAt = expiry === undefined ? undefined : Math.ceil(expiry) + MARGIN_SECONDS
  const term = Number.isSafeInteger(forgetAt) ? { forgetAt } : {}
  if (tokenId !== undefined && Object.values(tokenId).every(isRevocableName)) {
    return { kind: 'token-id', ...tokenId, ...term }
  }
  return { kind: 'token', digest: tokenDigest(token), ...term }
}
