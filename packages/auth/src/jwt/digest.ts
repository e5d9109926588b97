import { createHash } from 'node:crypto'

/** SHA-256 of a whole token, in hex: names it where the token itself must not stand. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
