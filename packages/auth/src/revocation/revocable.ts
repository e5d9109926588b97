import { issuerOf, ownText, subjectOf, tokenIdOf } from '../claim/identity.js'
import type { RevocableToken } from './revocation-list.js'

/** The claim `iat`, where it is a time. */
export function issuedAtOf(claims: object): number | undefined {
  const value: unknown = Object.hasOwn(claims, 'iat') ? Reflect.get(claims, 'iat') : undefined
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** By which names a token is known. */
interface TokenNames {
  readonly issuer: string
  readonly subject: string | undefined
  readonly tokenId?: string | undefined
}

function namesOf(claims: object): TokenNames {
  return { issuer: issuerOf(claims), subject: subjectOf(claims), tokenId: tokenIdOf(claims) }
}

/**
 * What a token of these claims can be revoked by. The one place that reads it from claims.
 * @param digest - gives the token's digest when it is asked for
 * @param names - default: read from the claims; a principal has read them already
 */
export function revocableOf(
  claims: object,
  digest: () => string,
  { issuer, subject, tokenId }: TokenNames = namesOf(claims),
): RevocableToken {
  return {
    issuer,
    subject,
    tokenId,
    sessionId: ownText(claims, 'sid'),
    issuedAt: issuedAtOf(claims),
    digest,
  }
}
