import { sql, type Transaction } from 'kysely'
import { createDatabase } from '../database/database.js'
import { postgresDriver } from '../database/driver/postgres.js'
import { StorageError } from '../error.js'
import { compareTables, requireTables } from '../database/migration/migrate.js'
import type { Schema } from '../schema.js'
import type { StoreInspection } from './inspection.js'

/** What the server says of itself, of the role and of the schema in which the tables are. */
interface Standing {
  readonly version: number
  readonly encoding: string
  readonly isReadOnly: boolean
  readonly mayCreate: boolean
  readonly hasTables: boolean
  readonly mayUseTables: boolean
}

const OLDEST_VERSION = 140_000

/** The transaction is a read-only one, so that its own setting says nothing of the server. */
const STANDING = sql<Standing>`
  select
    current_setting('server_version_num')::integer as "version",
    current_setting('server_encoding') as "encoding",
    pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as "isReadOnly",
    coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate",
    to_regclass('signet_migration') is not null as "hasTables",
    coalesce((
      select bool_and(
        has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
      from pg_class
      where relname like 'signet\\_%' and relkind = 'r' and pg_table_is_visible(oid)
    ), true) as "mayUseTables"`

function problemsOf(standing: Standing, tables: StoreInspection['tables']): StorageError[] {
  const problems: StorageError[] = []
  if (standing.version < OLDEST_VERSION || standing.encoding !== 'UTF8') {
    const message = 'PostgreSQL must be of version 14 or later, and the database in UTF-8.'
    problems.push(new StorageError('storage_failed', message))
  }
  if (standing.isReadOnly) {
    const message = 'The database is read-only: make it writable, or name one that is.'
    const options = { fault: 'read_only', driverCode: '25006' } as const
    problems.push(new StorageError('storage_unavailable', message, options))
  }
  const mustCreate = tables === 'missing' || tables === 'older'
  if ((mustCreate && !standing.mayCreate) || !standing.mayUseTables) {
    const message = standing.mayUseTables
      ? 'The role may not make tables: grant create on schema public, or on the schema of the address, to it.'
      : 'The role may not use all tables whose names begin with signet_: make it their owner, or grant it all on them.'
    const options = { fault: 'permission', driverCode: '42501' } as const
    problems.push(new StorageError('storage_unavailable', message, options))
  }
  return problems
}

async function look(tx: Transaction<Schema>): Promise<StoreInspection> {
  const { rows } = await STANDING.execute(tx)
  const [standing] = rows
  if (standing === undefined) return { tables: 'unknown', problems: [] }
  if (!standing.hasTables) return { tables: 'missing', problems: problemsOf(standing, 'missing') }
  const applied = await tx.selectFrom('signet_migration').select('name').execute()
  const tables = compareTables(new Set(applied.map(({ name }) => name)))
  const problems = problemsOf(standing, tables)
  // Without a right on it, nobody is told more of a table.
  if (tables === 'current' && problems.length === 0) await requireTables(tx)
  return { tables, problems }
}

/**
 * Looks at a PostgreSQL database, and changes nothing.
 * @throws {StorageError} `address_invalid` or `driver_missing`
 */
export async function inspectPostgres(url: string): Promise<StoreInspection> {
  const database = createDatabase(postgresDriver(url))
  try {
    return await database.read(look)
  } catch (error) {
    const isFault = StorageError.isInstance(error) && error.fault !== undefined
    if (!isFault) throw error
    return { tables: 'unknown', problems: [error] }
  } finally {
    await database.close()
  }
}
