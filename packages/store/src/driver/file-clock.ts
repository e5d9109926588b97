import { earliestNow, latestNow } from '@signet/auth'
import type { Transaction } from 'kysely'
import type { Schema } from '../schema.js'
import type { Moment } from './contract.js'

/**
 * When it is for a file, which has no clock of its own: never before the newest time that is recorded in it. A clock
 * that was set back between two processes would else withdraw less than what had been used already.
 */
export async function readFileClock(transaction: Transaction<Schema>): Promise<Moment> {
  const newest = await transaction
    .selectFrom('signet_audit')
    .select('at')
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { earliest: earliestNow(), latest: Math.max(latestNow(), newest?.at ?? 0) }
}
