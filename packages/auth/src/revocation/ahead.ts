import type { RevocationEntry } from './log.js'

/**
 * How far ahead of this clock `iat` may lie by default, in seconds, where tokens can be revoked by the time of their
 * issue: one that says it was issued tomorrow would escape until then. Clocks of issuers are a few seconds ahead.
 */
export const ISSUED_AHEAD_SECONDS = 60

/** How far ahead a time may lie before somebody is told: clocks differ by a little. */
const TOLD_AHEAD_MS = 60_000

/** What whoever revokes is told of an entry that `isStampedAhead`. */
export const STAMPED_AHEAD =
  'The time of a revocation is in the future. If it revokes a subject or everybody, tokens that are made until then are revoked, too. Check the clocks.'

/** Whether an entry was stored with a time that is still to come, by more than a minute. */
export function isStampedAhead({ createdAt }: RevocationEntry): boolean {
  return createdAt - Date.now() > TOLD_AHEAD_MS
}
