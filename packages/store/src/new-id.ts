import { earliestNow } from '@signet/auth/internal'
import type { NewIdRegister } from '@signet/core'
import type { Database } from './database/database.js'
import { checkCount, checkId, checkOwner } from './database/value.js'
import { sweepSometimes } from './sweep.js'

/**
 * How far the clocks of two instances may differ, in milliseconds: an id is kept so much longer for its owner, because
 * the clock of another instance may be ahead.
 */
const CLOCK_DIFFERENCE_MS = 300_000

/** Deletes a few ids that have ended. */
async function sweep({ driver, write }: Database, before: number, limit: number): Promise<void> {
  await write(async (tx) => {
    const ended = tx
      .selectFrom('signet_new_id')
      .select('id')
      .where('expires_at', '<', before)
      .orderBy('expires_at')
      .limit(limit)
    await tx
      .deleteFrom('signet_new_id')
      // What another instance is deleting, or takes for another owner, is left to it, and not waited for.
      .where('id', 'in', driver.isSingleWriter ? ended : ended.forUpdate().skipLocked())
      .execute()
  })
}

/**
 * The register of new ids in a database. Of all owners that register one id at once, the one has it whose row is written
 * first; a row that has ended is another owner's to take.
 *
 * @param now - for tests: milliseconds since 1970
 */
export function createNewIdRegister(
  database: Database,
  now: () => number = earliestNow,
): NewIdRegister {
  const endedBefore = () => now() - CLOCK_DIFFERENCE_MS
  const sweepNowAndThen = sweepSometimes((limit) => sweep(database, endedBefore(), limit))

  return {
    async register(id, owner, holdMs) {
      const row = {
        id: checkId(id),
        owner: checkOwner(owner),
        expires_at: Math.ceil(now()) + checkCount(holdMs, 'holdMs'),
      }
      const ended = endedBefore()
      const { numInsertedOrUpdatedRows } = await database.write((tx) =>
        tx
          .insertInto('signet_new_id')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ owner: row.owner, expires_at: row.expires_at })
              .where(({ eb, or }) =>
                or([
                  eb('signet_new_id.owner', '=', row.owner),
                  eb('signet_new_id.expires_at', '<', ended),
                ]),
              ),
          )
          .executeTakeFirstOrThrow(),
      )
      if (numInsertedOrUpdatedRows !== 1n) return false
      sweepNowAndThen()
      return true
    },
  }
}
