import { statSync } from 'node:fs'
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
import { MAX_TOGETHER } from './write-group.js'
import type { StoreNotice } from '../../store.js'
import type { Driver } from './driver.js'
import { readFileClock } from './file-clock.js'
import { explainLibsql } from './libsql-fault.js'
import { LibsqlFile } from './libsql-file.js'
import { Readers } from './libsql-readers.js'
import { keepStatements } from './libsql-statements.js'

/** How many reads of memory are done at once, each a part in each turn of the event loop. */
const MAX_MEMORY_READS = 4
/** The one more is for look-ups of API keys, revocations and records of the audit, none of which pauses. */
const MAX_READERS = MAX_MEMORY_READS + 1

/**
 * How large the log of what was written may become before reads pause, in bytes. The database writes over it only
 * when no connection reads what is in it, and where reads always overlap that moment never comes by itself.
 */
const MAX_LOG_BYTES = 32 * 1024 * 1024

/** What a rollback comes to where the database has rolled back by itself, as it does when its disk is full. */
const IS_ROLLED_BACK = /no transaction is active/

/** The state that the file is in, and how many rows this connection has changed since it was opened. */
const STATE = CompiledQuery.raw(
  'select user_version as state, total_changes() as changes from pragma_user_version',
)

/** Counts the next state, in 32 bits. The log of what was written is told by it from that of another file. */
function countedState(state: number): CompiledQuery {
  return CompiledQuery.raw(`pragma user_version = ${(state + 1) | 0}`)
}

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
  readonly #file: LibsqlFile
  readonly #readers: Readers
  #maxLogBytes = MAX_LOG_BYTES
  /** How many rows this connection had changed when it last committed. */
  #changes = 0

  constructor(file: LibsqlFile, readers: Readers) {
    super({ database: async () => keepStatements(file.openWriter()) })
    this.#file = file
    this.#readers = readers
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    await this.#limitLog(connection)
    await super.beginTransaction(connection, settings)
  }

  /** What is told to be stored is in the file that whoever starts next finds. */
  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { rows } = await connection.executeQuery<{ state: number; changes: number }>(STATE)
    const [{ state, changes } = { state: 0, changes: 0 }] = rows
    if (changes !== this.#changes) await connection.executeQuery(countedState(state))
    await super.commitTransaction(connection)
    this.#changes = changes
    this.#file.presence.checkNow()
  }

  override async destroy(): Promise<void> {
    this.#file.closeWriter()
    await super.destroy()
  }

  async #limitLog(connection: DatabaseConnection): Promise<void> {
    const bytes = statSync(this.#file.log, { throwIfNoEntry: false })?.size ?? 0
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

/** A driver with one connection that only reads. */
async function openReadDriver(file: LibsqlFile): Promise<KyselyDriver> {
  const driver = new LibsqlDriver({ database: async () => keepStatements(file.openReader()) })
  await driver.init()
  return driver
}

/**
 * The driver for the file `signet.db` in a folder, which is made where it is missing.
 * @param onNotice - is told what an operator must know of the file
 */
export function libsqlDriver(
  directory: string,
  onNotice: (notice: StoreNotice) => void = () => undefined,
): Driver {
  const file = new LibsqlFile(directory, onNotice)
  const readers = new Readers(() => openReadDriver(file), MAX_READERS)
  return {
    name: 'libsql',
    isSingleWriter: true,
    isReplacedWhole: true,
    // As many of one owner as are made durable together.
    places: { maxOfOwner: MAX_TOGETHER, maxInAll: Infinity },
    dialect: dialectOf(new WriteDriver(file, readers)),
    // What reads neither waits for what writes nor for a long read: each connection sees what was committed when
    // its transaction began.
    reads: {
      places: { maxOfOwner: 1, maxInAll: MAX_MEMORY_READS },
      dialect: dialectOf(new ReadDriver(readers)),
    },
    textType: sql`text`,
    // The index finds rows by number, and only a declared number stays the same.
    numberRows: (table) => table.addColumn('number', 'integer', (column) => column.primaryKey()),
    addSequence: (table) =>
      table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement()),
    // A transaction that writes has the file to itself.
    enterLog: readFileClock,
    enterSchedules: async () => {},
    check: () => file.presence.check(),
    tellNotices: () => file.tellNotices(),
    lockMigrations: async (transaction) => {
      // Something is written at every start: a file that cannot be written is told of before the first request.
      const { rows } = await transaction.executeQuery<{ state: number }>(STATE)
      await transaction.executeQuery(countedState(rows[0]?.state ?? 0))
    },
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
