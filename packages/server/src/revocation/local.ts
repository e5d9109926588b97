import { MemoryRevocationList } from '@signet/auth'
import { applyRevocation } from './apply.js'
import type { Revocations } from './contract.js'

/**
 * Withdrawals that this process alone knows, until it ends.
 * @param onNew - told of each one, once it counts
 */
export function createLocalRevocations(onNew: () => void): Revocations {
  const list = new MemoryRevocationList()
  let sequence = 0
  return {
    isRevoked: (token) => list.isRevoked(token),
    untilCurrent() {},
    ageMs: () => undefined,
    async append(revocation) {
      applyRevocation(list, revocation)
      onNew()
      sequence++
      return { sequence, revocation, createdAt: Date.now() }
    },
    close() {},
  }
}
