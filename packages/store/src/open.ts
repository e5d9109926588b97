import type { ApiKeyStore, RevocationLog } from '@signet/auth'
import type { AuditStore, MemoryStorage } from '@signet/core'
import { sql } from 'kysely'
import { createApiKeyStore } from './api-key.js'
import { createAuditStore } from './audit.js'
import { createDatabase, type Database, type Statement } from './database.js'
import { libsqlDriver } from './driver/libsql.js'
import { postgresDriver } from './driver/postgres.js'
import { StorageError } from './error.js'
import { createMemoryStorage } from './memory-storage.js'
import { migrate } from './migration/migrate.js'
import { createRevocationLog } from './revocation.js'

/** Where the store is. */
export interface StoreOptions {
  /** `postgres://…` for a PostgreSQL server. Default: the file `signet.db` in `directory`. */
  readonly databaseUrl?: string
  /** The folder of the file; made where it is missing. */
  readonly directory: string
}

/** A store. */
export interface Store {
  /** Threads, messages and working memory; `storage_unavailable` until the store is open. */
  readonly memory: MemoryStorage
  /** Withdrawals in their order, shared by all processes that open the same database. */
  readonly revocations: RevocationLog
  readonly apiKeys: ApiKeyStore
  readonly audit: AuditStore
  /**
   * Brings the tables up to date, whatever time that takes, and lets everything else begin.
   *
   * @throws {StorageError} `storage_unavailable`, `storage_newer`, or `driver_missing` when a PostgreSQL
   *   is asked for and the package `pg` is not installed
   */
  open(): Promise<void>
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

/** Refuses what comes before the tables are up to date. */
function waitForTables(database: Database, isOpen: () => boolean): Database {
  const requireOpen = () => {
    if (isOpen()) return
    throw new StorageError('storage_unavailable', 'The store is being opened.')
  }
  return {
    ...database,
    read: async (work) => {
      requireOpen()
      return await database.read(work)
    },
    write: async (work) => {
      requireOpen()
      return await database.write(work)
    },
  }
}

/** `createStore`, watched. */
export function createProbedStore(options: StoreOptions, probe: StoreProbe): Store {
  const { databaseUrl, directory } = options
  const createDriver = (isPatient: boolean) =>
    databaseUrl ? postgresDriver(databaseUrl, { isPatient }) : libsqlDriver(directory)
  let isOpen = false
  const database = waitForTables(
    createDatabase(createDriver(false), probe.onStatement),
    () => isOpen,
  )
  const now = probe.now ?? Date.now
  return {
    memory: createMemoryStorage(database, now),
    revocations: createRevocationLog(database, now),
    apiKeys: createApiKeyStore(database),
    audit: createAuditStore(database),
    async open() {
      // Migrations may take longer than any request may.
      const patient = createDatabase(createDriver(true))
      try {
        await patient.write((tx) => migrate(tx, patient.driver))
      } finally {
        await patient.close()
      }
      isOpen = true
    },
    ready: () => database.read(async (tx) => void (await sql`select 1`.execute(tx))),
    close: () => database.close(),
  }
}

/**
 * Makes a store that is still to be opened. Until then nothing is connected to and no file is made.
 *
 * @throws {StorageError} `address_invalid`
 */
export function createStore(options: StoreOptions): Store {
  return createProbedStore(options, {})
}

/**
 * Opens a store.
 *
 * @throws {StorageError} as `open` does
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = createStore(options)
  await store.open()
  return store
}
