import { sql } from 'kysely'
import { createApiKeyStore } from './api-key.js'
import { createAuditStore } from './audit/audit.js'
import { watchDamage } from './database/damage.js'
import { createDatabase, type Database, type Statement } from './database/database.js'
import { libsqlDriver } from './database/driver/libsql.js'
import { postgresDriver } from './database/driver/postgres.js'
import { StorageError } from './error.js'
import { createMemoryStorage } from './memory/memory-storage.js'
import { migrate } from './database/migration/migrate.js'
import { createNewIdRegister } from './new-id.js'
import { createProofRegister } from './proof.js'
import { createRevocationLog } from './revocation.js'
import { createRunStorage } from './run/run-storage.js'
import { createScheduleStorage } from './schedule/schedule-storage.js'
import { refuseWhileSilent } from './database/silence.js'
import type { Store, StoreOptions } from './store.js'
import { storeTrialTurn } from './memory/trial-turn.js'
import { watchWrites, WriteCheck } from './database/write-check.js'

/** What only tests say. */
export interface StoreProbe {
  /** Is told each statement, after it ran. */
  readonly onStatement?: ((statement: Statement) => void) | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
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
  const { databaseUrl, maxConnections, directory, onNotice } = options
  const createDriver = (isPatient: boolean) =>
    databaseUrl
      ? postgresDriver(databaseUrl, { isPatient, maxConnections, onNotice })
      : libsqlDriver(directory, isPatient ? undefined : onNotice)
  let isOpen = false
  const database = createDatabase(createDriver(false), probe.onStatement)
  const opened = watchDamage(waitForTables(database, () => isOpen))
  const now = probe.now ?? Date.now
  const answering = refuseWhileSilent(opened)
  const check = new WriteCheck(() => answering.write((tx) => storeTrialTurn(tx, now())))
  return {
    memory: {
      ...createMemoryStorage(watchWrites(answering, check), now),
      requireWritable: () => check.requireWritable(),
    },
    revocations: createRevocationLog(refuseWhileSilent(opened), probe.now),
    apiKeys: createApiKeyStore(refuseWhileSilent(opened)),
    audit: createAuditStore(refuseWhileSilent(opened)),
    proofs: createProofRegister(refuseWhileSilent(opened), probe.now),
    newIds: createNewIdRegister(refuseWhileSilent(opened), probe.now),
    runs: createRunStorage(refuseWhileSilent(opened), probe.now),
    schedules: createScheduleStorage(refuseWhileSilent(opened), probe.now),
    async open() {
      opened.tellNotices()
      // Migrations may take longer than any request may.
      const patient = createDatabase(createDriver(true))
      try {
        await patient.write((tx) => migrate(tx, patient.driver))
      } finally {
        await patient.close()
      }
      // A file is held by the connection that writes from now on: only that one can save what a deleted file holds.
      if (database.driver.isSingleWriter) await database.write(async () => undefined)
      isOpen = true
    },
    async ready() {
      await opened.read(async (tx) => void (await sql`select 1`.execute(tx)))
      opened.requireSound()
    },
    close: () => opened.close(),
  }
}
