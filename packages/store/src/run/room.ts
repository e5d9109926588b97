import { RunError, type RunKind } from '@signet/core'
import type { Transaction } from 'kysely'
import type { Schema } from '../schema.js'
import { OPEN } from './run-row.js'

/** How many runs of each kind an owner may have that have not ended. */
const MAX_OPEN_RUNS = 10_000

/**
 * Refuses the run that was made last where its owner has too many. Those that are made at the same moment do not see each
 * other, so that there may be a few more.
 * @throws {RunError} `runs_full`
 */
export async function requireRoom(
  tx: Transaction<Schema>,
  owner: string,
  kind: RunKind,
): Promise<void> {
  const beyond = await tx
    .selectFrom('signet_run')
    .select('id')
    .where('owner', '=', owner)
    .where('kind', '=', kind)
    .where('status', 'in', OPEN)
    .offset(MAX_OPEN_RUNS)
    .limit(1)
    .executeTakeFirst()
  if (beyond === undefined) return
  throw new RunError(
    'runs_full',
    `There may be ${MAX_OPEN_RUNS} runs that have not ended. Resume or cancel some of them.`,
  )
}
