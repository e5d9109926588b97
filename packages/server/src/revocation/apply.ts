import type { MemoryRevocationList, RevocationEntry } from '@signet/auth'

/** Takes an entry of the log into a list. Taken twice, it counts once. */
export function applyRevocation(list: MemoryRevocationList, entry: RevocationEntry): void {
  const { revocation, sequence, createdAt } = entry
  const { forgetAt } = revocation
  switch (revocation.kind) {
    case 'token-id':
      list.revokeTokenId(revocation.issuer, revocation.tokenId, { forgetAt })
      break
    case 'token':
      list.revokeToken(revocation.digest, { forgetAt })
      break
    case 'session':
      list.revokeSession(revocation.issuer, revocation.sessionId, { forgetAt })
      break
    case 'subject':
    case 'all': {
      const { at } = revocation
      // One that revokes until a time before its making says nothing of what came between.
      const isUntilNow = at >= Math.floor(createdAt / 1000)
      const term = { at, forgetAt, ...(isUntilNow && { sequence }) }
      if (revocation.kind === 'all') list.revokeAll(term)
      else list.revokeSubject(revocation.issuer, revocation.subject, term)
    }
  }
}
