import type { ClaimMap } from '../claim/claim-map.js'
import { issuerOf, sessionOf, subjectOf, tokenIdOf } from '../claim/identity.js'
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
  readonly sessionId?: string | undefined
}

/** The names of a token of these claims. @param map - default: they are read at the standard names */
export function tokenNamesOf(claims: object, map: ClaimMap | undefined): TokenNames {
  const issuer = issuerOf(claims)
  const tokenId = tokenIdOf(claims)
  if (map === undefined) {
    return { issuer, subject: subjectOf(claims), tokenId, sessionId: sessionOf(claims) }
  }
  const { subject, sessionId } = map.read(claims)
  return { issuer, subject, tokenId, sessionId }
}

/**
 * What a token of these claims can be revoked by. The one place that reads it from claims.
 * @param digest - gives the token's digest when it is asked for
 * @param names - default: read from the claims at the standard names; a principal has read them already
 */
export function revocableOf(
  claims: object,
  digest: () => string,
  { issuer, subject, tokenId, sessionId }: TokenNames = tokenNamesOf(claims, undefined),
): RevocableToken {
  return {
    issuer,
    subject,
    tokenId,
    sessionId,
    issuedAt: issuedAtOf(claims),
    digest,
  }
}
