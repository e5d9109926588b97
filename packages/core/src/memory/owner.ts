import { createHash } from 'node:crypto'

/** Whose something is: who vouches for them, and what they are called there. */
export interface Owner {
  /** Default: `local`. */
  readonly issuer?: string | undefined
  readonly resourceId: string
}

/**
 * The key of an owner: SHA-256, in hex, of the JSON of `[issuer, resourceId]`. The issuer is part of
 * it, so that a second issuer neither takes over what the first one's subjects own nor orphans it.
 */
export function ownerKey(owner: Owner): string {
  const name = JSON.stringify([owner.issuer ?? 'local', owner.resourceId])
  return createHash('sha256').update(name).digest('hex')
}
