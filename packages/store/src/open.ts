import type { MemoryStorage } from '@signet/core'
import { sql } from 'kysely'
import { createDatabase, type Database, type Statement } from './database.js'
import { libsqlDriver } from './driver/libsql.js'
import { postgresDriver } from './driver/postgres.js'
import { createMemoryStorage } from './memory-storage.js'
import { migrate } from './migration/migrate.js'

/** Where the store is. */
export interface StoreOptions {
  /** `postgres://…` for a PostgreSQL server. Default: the file `signet.db` in `directory`. */
  readonly databaseUrl?: string
  /** The folder of the file; made where it is missing. */
  readonly directory: string
}

/** An open store. */
export interface Store {
  /** Threads, messages and working memory. */
  readonly memory: MemoryStorage
  /** @throws {StorageError} `storage_unavailable` when the database does not answer just now */
  ready(): Promise<void>
  /** Waits for what is running, then closes. Whatever comes later is `storage_unavailable`. */
  close(): Promise<void>
}

/** What only tests say. */
export interface StoreProbe {
  /** Is told each statement, after it ran. */
  readonly onStatement?: (statement: Statement) => void
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

async function migrateAndClose(database: Database): Promise<void> {
  try {
    await database.write((tx) => migrate(tx, database.driver))
  } finally {
    await database.close()
  }
}

/** `openStore`, watched. */
export async function openProbedStore(options: StoreOptions, probe: StoreProbe): Promise<Store> {
  const { databaseUrl, directory } = options
  const createDriver = (isPatient: boolean) =>
    databaseUrl ? postgresDriver(databaseUrl, { isPatient }) : libsqlDriver(directory)
  // Migrations may take longer than any request may.
  await migrateAndClose(createDatabase(createDriver(true)))
  const database = createDatabase(createDriver(false), probe.onStatement)
  return {
    memory: createMemoryStorage(database, probe.now ?? Date.now),
    ready: () => database.read(async (tx) => void (await sql`select 1`.execute(tx))),
    close: () => database.close(),
  }
}

/**
 * Opens the store and brings its tables up to date.
 *
 * @throws {StorageError} `storage_unavailable`, `storage_newer`, or `driver_missing` when a PostgreSQL is
 *   asked for and the package `pg` is not installed
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return await openProbedStore(options, {})
}
