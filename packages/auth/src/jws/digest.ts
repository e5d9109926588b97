import { createHash } from 'node:crypto'
import { looksLikeJwt } from './looks-like-jwt.js'

/**
 * SHA-256 of what is signed of a token (header and payload), in hex: names it where the token itself must
 * not stand. The signature is left out, because of one ECDSA signature anybody can make a second one that
 * verifies as well: a token that was revoked would come back under another name. What is not a JWT counts
 * whole: an opaque token may have dots, and its secret behind the last of them.
 */
export function tokenDigest(token: string): string {
  const signed = looksLikeJwt(token) ? token.slice(0, token.lastIndexOf('.')) : token
  return createHash('sha256').update(signed).digest('hex')
}
