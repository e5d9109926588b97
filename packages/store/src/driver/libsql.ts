import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompiledQuery,
  sql,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type Driver as KyselyDriver,
  type TransactionSettings,
} from 'kysely'
import Libsql from 'libsql'
import { MOST_TOGETHER } from '../write-group.js'
import type { Driver } from './contract.js'
import { readFileClock } from './file-clock.js'
import { explainLibsql } from './libsql-fault.js'
import { Readers } from './libsql-readers.js'
import { keepStatements } from './libsql-statements.js'

/**
 * How long a statement waits for another process that writes. It blocks this process, so it is short:
 * the transaction is run again later.
 */
const BUSY_TIMEOUT_MS = 50

/** How many reads of memory are done at once, each a part in each turn of the event loop. */
const MAX_MEMORY_READS = 4
/** The one more is for look-ups of API keys, revocations and records of the audit, none of which pauses. */
const MAX_READERS = MAX_MEMORY_READS + 1

/**
 * How large the log of what was written may become before reads pause, in bytes. The database writes over it only
 * when no connection reads what is in it, and where reads always overlap that moment never comes by itself.
 */
const MAX_LOG_BYTES = 32 * 1024 * 1024
/** What is kept of the log once it is written over, in bytes. */
const KEPT_LOG_BYTES = 4 * 1024 * 1024

/** What a rollback comes to where the database has rolled back by itself, as it does when its disk is full. */
const IS_ROLLED_BACK = /no transaction is active/

/** Takes the lock of writers at once: a transaction that only then turns to writing would fail. */
class LibsqlDriver extends SqliteDriver {
  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }

  /** What failed before is what is told, and not that there is nothing left to roll back. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection)
    } catch (error) {
      if (!(error instanceof Error && IS_ROLLED_BACK.test(error.message))) throw error
    }
  }
}

/** The connection that writes. Now and then it makes reads pause, so that the log does not grow without end. */
class WriteDriver extends LibsqlDriver {
  readonly #log: string
  readonly #readers: Readers
  #maxLogBytes = MAX_LOG_BYTES

  constructor(directory: string, readers: Readers) {
    super({ database: async () => keepStatements(openFile(directory)) })
    this.#log = `${fileOf(directory)}-wal`
    this.#readers = readers
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    await this.#limitLog(connection)
    await super.beginTransaction(connection, settings)
  }

  async #limitLog(connection: DatabaseConnection): Promise<void> {
    const bytes = statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0
    if (bytes <= MAX_LOG_BYTES) this.#maxLogBytes = MAX_LOG_BYTES
    if (bytes <= this.#maxLogBytes) return
    // Where another process reads all the time the log goes on growing: reads pause again after as much once more.
    this.#maxLogBytes = bytes + MAX_LOG_BYTES
    const checkpoint = CompiledQuery.raw('pragma wal_checkpoint(passive)')
    await this.#readers.pauseFor(async () => void (await connection.executeQuery(checkpoint)))
  }
}

function noDatabase(): Promise<never> {
  return Promise.reject(new Error('The connections are opened elsewhere.'))
}

/** Connections that only read. */
class ReadDriver extends LibsqlDriver {
  readonly #readers: Readers

  constructor(readers: Readers) {
    super({ database: noDatabase })
    this.#readers = readers
  }

  override async init(): Promise<void> {}

  override async acquireConnection(): Promise<DatabaseConnection> {
    return await this.#readers.acquire()
  }

  override async releaseConnection(connection?: DatabaseConnection): Promise<void> {
    if (connection !== undefined) await this.#readers.release(connection)
  }

  override async destroy(): Promise<void> {
    await this.#readers.close()
  }
}

/** The dialect of SQLite over a driver. */
function dialectOf(driver: KyselyDriver): Dialect {
  const dialect = new SqliteDialect({ database: noDatabase })
  return {
    createDriver: () => driver,
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
  }
}

/**
 * Makes the file where it is missing, for nobody but its owner: conversations are nobody else's. A file
 * that is there must not be opened and closed: that would drop the locks that this process has on it
 * (POSIX), and with them what another connection writes.
 */
function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && Reflect.get(error, 'code') === 'EEXIST')) throw error
  }
}

export function fileOf(directory: string): string {
  return join(directory, 'signet.db')
}

function openFile(directory: string): Libsql.Database {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = fileOf(directory)
  createFile(file)
  const database = new Libsql(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('pragma journal_mode = wal')
    // An answer is acknowledged only when it would outlast a loss of power.
    database.exec('pragma synchronous = full')
    database.exec(`pragma journal_size_limit = ${KEPT_LOG_BYTES}`)
    database.exec('pragma foreign_keys = on')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Opens the file for a connection that cannot write. */
function openReader(directory: string): Libsql.Database {
  const database = openFile(directory)
  database.exec('pragma query_only = on')
  return database
}

/** A driver with one connection that only reads. */
async function openReadDriver(directory: string): Promise<KyselyDriver> {
  const driver = new LibsqlDriver({ database: async () => keepStatements(openReader(directory)) })
  await driver.init()
  return driver
}

/** The driver for the file `signet.db` in a folder, which is made where it is missing. */
export function libsqlDriver(directory: string): Driver {
  const readers = new Readers(() => openReadDriver(directory), MAX_READERS)
  return {
    name: 'libsql',
    isSingleWriter: true,
    // As many of one owner as are made durable together.
    turns: { maxOfOwner: MOST_TOGETHER, maxInAll: Infinity },
    dialect: dialectOf(new WriteDriver(directory, readers)),
    // What reads neither waits for what writes nor for a long read: each connection sees what was committed when
    // its transaction began.
    reads: {
      turns: { maxOfOwner: 1, maxInAll: MAX_MEMORY_READS },
      dialect: dialectOf(new ReadDriver(readers)),
    },
    textType: sql`text`,
    // The index finds rows by number, and only a declared number stays the same.
    numberRows: (table) => table.addColumn('number', 'integer', (column) => column.primaryKey()),
    addSequence: (table) =>
      table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement()),
    // A transaction that writes has the file to itself.
    enterLog: readFileClock,
    lockMigrations: async () => undefined,
    createSearch: async (transaction) => {
      for (const statement of SEARCH) await sql.raw(statement).execute(transaction)
    },
    hasWords: (words) => {
      const query = words.map((word) => `"${word}"`).join(' AND ')
      return sql`signet_message.number in (
        select rowid from signet_message_search where signet_message_search match ${query}
      )`
    },
    elements: (json) => sql`(select cast(key as integer) as place, value from json_each(${json}))`,
    explain: (error) => explainLibsql(error, directory),
  }
}

/**
 * The words are made by us, so the plainest tokenizer will do: ASCII signs part them. Triggers keep the
 * index in step, within the same transaction.
 */
const SEARCH = [
  `create virtual table signet_message_search using fts5(
    words, content = 'signet_message', content_rowid = 'number', tokenize = 'ascii', detail = 'none', columnsize = 0)`,
  `create trigger signet_message_inserted after insert on signet_message begin
    insert into signet_message_search(rowid, words) values (new.number, new.words); end`,
  `create trigger signet_message_deleted after delete on signet_message begin
    insert into signet_message_search(signet_message_search, rowid, words)
      values ('delete', old.number, old.words); end`,
  `create trigger signet_message_updated after update of words on signet_message begin
    insert into signet_message_search(signet_message_search, rowid, words)
      values ('delete', old.number, old.words);
    insert into signet_message_search(rowid, words) values (new.number, new.words); end`,
]
