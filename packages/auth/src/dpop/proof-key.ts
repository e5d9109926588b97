import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checkPublicJwk, keyMembers, readJwk, type PublicJwk } from '../keys/jwk.js'
import type { PublicKey } from '../keys/public-key.js'

/** How many keys of clients are remembered: to read one costs more than to verify with it. */
const MAX_KEYS = 1000

/** By the thumbprint, which covers all that makes the key. */
const keys = new LRUCache<string, PublicKey>({ max: MAX_KEYS })

/** The thumbprint of a key (RFC 7638 section 3). @param members - those that make the key, and no others */
function thumbprintOf(members: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(members).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest('base64url')
}

/**
 * The key in the header of a proof, where it is the one that a token is bound to; undefined where it is another one, which is
 * not even read: only keys that the issuer of a token has seen cost more than their thumbprint.
 *
 * @param thumbprint - of the key that the token is bound to
 * @throws {ConfigurationError} `key_is_private`, `key_invalid` or `key_weak`
 */
export function proofKeyOf(jwk: PublicJwk, thumbprint: string): PublicKey | undefined {
  checkPublicJwk(jwk)
  const members = keyMembers(jwk)
  if (thumbprintOf(members) !== thumbprint) return undefined
  const known = keys.get(thumbprint)
  if (known !== undefined) return known
  const key = readJwk(members)
  keys.set(thumbprint, key)
  return key
}
