import { sql, type Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import { StorageError } from '../../error.js'
import { TABLES, type Schema } from '../../schema.js'
import { createTables } from './first.js'
import { createStateTables } from './second.js'
import { addAgents } from './third.js'
import { createProofs } from './fourth.js'
import { createNewIds } from './fifth.js'
import { createRuns } from './sixth.js'
import { createRunEvents } from './seventh.js'
import { createSchedules } from './eighth.js'
import { addSuspensions } from './ninth.js'
import { addRevisions } from './tenth.js'

/** One change of the tables. It is applied once, in its order, and never edited after a release. */
interface Migration {
  readonly name: string
  readonly apply: (tx: Transaction<Schema>, driver: Driver) => Promise<void>
}

const MIGRATIONS: readonly Migration[] = [
  { name: '0001-threads-and-messages', apply: createTables },
  { name: '0002-revocations-keys-audit', apply: createStateTables },
  { name: '0003-agents-of-threads', apply: addAgents },
  { name: '0004-used-proofs', apply: createProofs },
  { name: '0005-new-ids', apply: createNewIds },
  { name: '0006-runs', apply: createRuns },
  { name: '0007-run-events', apply: createRunEvents },
  { name: '0008-schedules', apply: createSchedules },
  { name: '0009-suspensions', apply: addSuspensions },
  { name: '0010-revisions-of-runs', apply: addRevisions },
]

/** How tables compare with those of this version, by the names of the changes that were applied to them. */
export function compareTables(applied: ReadonlySet<string>): 'older' | 'current' | 'newer' {
  const known = new Set(MIGRATIONS.map(({ name }) => name))
  if ([...applied].some((name) => !known.has(name))) return 'newer'
  return MIGRATIONS.every(({ name }) => applied.has(name)) ? 'current' : 'older'
}

/** @throws {StorageError} `storage_newer` where a newer version has applied one of these */
export function refuseNewer(applied: ReadonlySet<string>): void {
  if (compareTables(applied) !== 'newer') return
  throw new StorageError('storage_newer', 'A newer version of Signet has used this database.')
}

/**
 * Asks each table, none of which is made again where it was lost: who starts then is told before the first request.
 * @throws what the driver says of a table that is not there
 */
export async function requireTables(tx: Transaction<Schema>): Promise<void> {
  for (const table of TABLES) {
    await sql`select 1 from ${sql.table(table)} where 1 = 0`.execute(tx)
  }
}

/**
 * Brings the tables up to date. To be called in a transaction that writes: all or nothing is done, and
 * of two processes that start at once, one does it and the other finds it done.
 *
 * @throws {StorageError} `storage_newer` when a newer version has been here, `storage_unavailable` when a table is lost
 */
export async function migrate(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  await driver.lockMigrations(tx)
  await tx.schema
    .createTable('signet_migration')
    .ifNotExists()
    .addColumn('name', driver.textType, (column) => column.primaryKey())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute()
  const rows = await tx.selectFrom('signet_migration').select('name').execute()
  const applied = new Set(rows.map(({ name }) => name))
  refuseNewer(applied)
  for (const { name, apply } of MIGRATIONS.filter(({ name }) => !applied.has(name))) {
    await apply(tx, driver)
    await tx.insertInto('signet_migration').values({ name, applied_at: Date.now() }).execute()
  }
  await requireTables(tx)
}
