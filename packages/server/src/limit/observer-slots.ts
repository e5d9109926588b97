import type { Principal } from '@signet/auth'
import { LimitError } from './limit-error.js'
import { createSlots } from './slots.js'

/** How many may observe one run at once, of its owner and in one process. */
const MAX_OBSERVERS = 20

const POLICY = {
  name: 'observers-at-once',
  quota: MAX_OBSERVERS,
  unit: 'concurrent-requests',
  windowSeconds: undefined,
} as const

/** Who may observe a run: an answer of an agent, or a run of a workflow. */
export interface ObserverSlots {
  /**
   * Lets one more of its owner observe a run.
   * @returns to be called once they do not any more; a second call does nothing
   * @throws {LimitError} where too many observe it
   */
  take(owner: Pick<Principal, 'issuer' | 'resourceId'>, runId: string): () => void
}

export function createObserverSlots(): ObserverSlots {
  const slots = createSlots(MAX_OBSERVERS)
  return {
    take({ issuer, resourceId }, runId) {
      const leave = slots.take(JSON.stringify([issuer, resourceId, runId]))
      if (leave !== undefined) {
        let isTaken = true
        return () => {
          if (isTaken) leave()
          isTaken = false
        }
      }
      throw new LimitError('Too many observe the run at once.', {
        policy: POLICY,
        remaining: 0,
        resetSeconds: undefined,
      })
    },
  }
}
