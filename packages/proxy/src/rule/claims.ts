import { notFound } from './refusal.js'

interface Claim {
  readonly ownerKey: string
  requests: number
}

/** Ids of threads that do not exist yet, and that requests under way are about to make. */
export interface ThreadClaims {
  /**
   * Holds ids for an owner until the request is over: two owners who choose the same new id at the same time are not both
   * let through.
   * @returns ends the claim; more than once is as good as once
   * @throws {PolicyRefusal} `not_found` while another owner holds one of them
   */
  hold(ids: readonly string[], ownerKey: string): () => void
}

/** Makes a register of claims. It is as large as the requests that are under way. */
export function createThreadClaims(): ThreadClaims {
  const claims = new Map<string, Claim>()
  return {
    hold(ids, ownerKey) {
      const asked = [...new Set(ids)]
      for (const id of asked) {
        const claim = claims.get(id)
        if (claim !== undefined && claim.ownerKey !== ownerKey)
          throw notFound('Another owner is about to make the thread.')
      }
      for (const id of asked) {
        const claim = claims.get(id)
        if (claim === undefined) claims.set(id, { ownerKey, requests: 1 })
        else claim.requests += 1
      }
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        for (const id of asked) {
          const claim = claims.get(id)
          if (claim === undefined) continue
          claim.requests -= 1
          if (claim.requests === 0) claims.delete(id)
        }
      }
    },
  }
}
