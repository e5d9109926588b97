import { waitAtMost } from '@signet/auth/internal'
import { createInFlight } from './in-flight.js'

/** Answers that go on without a connection, so that no server that closes would wait for them. */
export interface OngoingAnswers {
  /** Adds one. @param end - ends it @returns takes it off again, once it has ended */
  add(end: (reason: Error) => void): () => void
  /** Lets them end, and ends those that take longer. @param graceMs - how long they have, in milliseconds */
  finish(graceMs: number, reason: Error): Promise<void>
}

/** Makes an empty list. */
export function createOngoingAnswers(): OngoingAnswers {
  const ends = new Set<(reason: Error) => void>()
  const inFlight = createInFlight()
  return {
    add(end) {
      const leave = inFlight.begin()
      ends.add(end)
      return () => {
        if (ends.delete(end)) leave()
      }
    },
    async finish(graceMs, reason) {
      if (graceMs > 0) await waitAtMost(inFlight.idle(), graceMs, { keepsAlive: true })
      for (const end of ends) end(reason)
    },
  }
}
