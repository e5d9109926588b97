import { createHash } from 'node:crypto'

/**
 * SHA-256 of what is signed of a token (header and payload), in hex: names it where the token itself must
 * not stand. The signature is left out, because of one ECDSA signature anybody can make a second one that
 * verifies as well: a token that was withdrawn would come back under another name. What has no signature
 * counts whole.
 */
export function tokenDigest(token: string): string {
  const end = token.lastIndexOf('.')
  const signed = end < 0 ? token : token.slice(0, end)
  return createHash('sha256').update(signed).digest('hex')
}
