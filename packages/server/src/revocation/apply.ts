import type { MemoryRevocationList, Revocation } from '@signet/auth'

/** Takes a withdrawal into a list. Taken twice, it counts once. */
export function applyRevocation(list: MemoryRevocationList, revocation: Revocation): void {
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
      list.revokeSubject(revocation.issuer, revocation.subject, { at: revocation.at, forgetAt })
  }
}
