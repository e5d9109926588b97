import { MemoryRevocationList, type NewRevocation, type Revocation } from '@signet/auth'
import { latestNow } from '@signet/auth/internal'
import { applyRevocation } from './apply.js'
import type { Revocations } from './revocations.js'

function settle(revocation: NewRevocation, now: number): Revocation {
  if (revocation.kind !== 'subject' && revocation.kind !== 'all') return revocation
  return { ...revocation, at: revocation.at ?? Math.floor(now / 1000) }
}

/**
 * Revocations that this process alone knows, until it ends.
 * @param onNew - told of each one, once it counts
 */
export function createLocalRevocations(onNew: () => void): Revocations {
  const list = new MemoryRevocationList()
  let sequence = 0
  let lastAt = 0
  return {
    isRevoked: (token) => list.isRevoked(token),
    begin: async () => undefined,
    untilCurrent() {},
    // Its sequence begins anew with the process, so that no key may be judged by it.
    readOn: async () => undefined,
    ageMs: () => undefined,
    async append(given) {
      const createdAt = Math.max(lastAt, Math.floor(latestNow()))
      lastAt = createdAt
      sequence++
      const entry = { sequence, revocation: settle(given, createdAt), createdAt }
      applyRevocation(list, entry)
      onNew()
      return entry
    },
    close() {},
  }
}
