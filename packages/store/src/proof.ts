import type { ProofRegister } from '@signet/auth'
import { earliestNow } from '@signet/auth/internal'
import type { Database } from './database/database.js'
import { checkId, checkTime } from './database/value.js'
import { sweepSometimes } from './sweep.js'

/**
 * How far the clocks of two instances may differ, in milliseconds: a proof is kept so much longer, because another
 * instance, whose clock is behind, still takes it.
 */
const CLOCK_DIFFERENCE_MS = 300_000

/** Deletes a few proofs that no instance takes any more. */
async function sweep({ driver, write }: Database, now: number, limit: number): Promise<void> {
  await write(async (tx) => {
    const ended = tx
      .selectFrom('signet_proof')
      .select('key')
      .where('expires_at', '<', now - CLOCK_DIFFERENCE_MS)
      .orderBy('expires_at')
      .limit(limit)
    await tx
      .deleteFrom('signet_proof')
      // What another instance is deleting is left to it, and not waited for.
      .where('key', 'in', driver.isSingleWriter ? ended : ended.forUpdate().skipLocked())
      .execute()
  })
}

/**
 * The register of DPoP proofs in a database: of all instances that are given a proof at once, only the one that
 * inserts its row takes it (RFC 9449 section 11.1).
 *
 * @param now - for tests: milliseconds since 1970
 */
export function createProofRegister(
  database: Database,
  now: () => number = earliestNow,
): ProofRegister {
  const sweepNowAndThen = sweepSometimes((limit) => sweep(database, now(), limit))

  return {
    async register(given, expiresAt) {
      const row = { key: checkId(given), expires_at: checkTime(Math.ceil(expiresAt)) }
      const { numInsertedOrUpdatedRows } = await database.write((tx) =>
        tx
          .insertInto('signet_proof')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      )
      if (numInsertedOrUpdatedRows !== 1n) return false
      sweepNowAndThen()
      return true
    },
  }
}
