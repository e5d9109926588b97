import { earliestNow, latestNow } from '@signet/auth/internal'
import type { Transaction } from 'kysely'
import type { Schema } from '../../schema.js'
import type { Moment } from './driver.js'

/** A time that is recorded further ahead was a mistake of a clock, and does not count. In milliseconds. */
const MAX_AHEAD_MS = 86_400_000

/**
 * When it is for a file, which has no clock of its own: never before the newest time that is recorded in it. A clock
 * that was set back between two processes would else revoke less than what had been used already.
 */
export async function readFileClock(transaction: Transaction<Schema>): Promise<Moment> {
  const now = latestNow()
  const newest = await transaction
    .selectFrom('signet_audit')
    .select('at')
    .where('at', '<=', now + MAX_AHEAD_MS)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { earliest: earliestNow(), latest: Math.max(now, newest?.at ?? 0) }
}
