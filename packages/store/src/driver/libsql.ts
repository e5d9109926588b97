import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompiledQuery,
  sql,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type SqliteDialectConfig,
  type TransactionSettings,
} from 'kysely'
import Libsql from 'libsql'
import { MOST_TOGETHER } from '../write-group.js'
import type { Driver, Fault } from './contract.js'
import { keepStatements } from './libsql-statements.js'

/**
 * How long a statement waits for another process that writes. It blocks this process, so it is short:
 * the transaction is run again later.
 */
const BUSY_TIMEOUT_MS = 50

const DUPLICATE = new Set(['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'])
const CONFLICT = /^SQLITE_(?:BUSY|LOCKED)(?:_|$)/
const UNAVAILABLE = /^SQLITE_(?:IOERR|FULL|CANTOPEN|READONLY|PERM|CORRUPT|NOTADB|NOMEM)(?:_|$)/

const FILE_SYSTEM = /^E[A-Z]{3,}$/
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

class LibsqlDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): LibsqlDriver {
    return new LibsqlDriver(this.#config)
  }
}

function explain(error: unknown): Fault | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (!(error instanceof Error) || typeof code !== 'string') return undefined
  // A file that cannot be opened has no code of its own.
  if (error.message.startsWith('ConnectionFailed')) return { kind: 'unavailable' }
  if (FILE_SYSTEM.test(code)) return { kind: 'unavailable', code }
  if (!code.startsWith('SQLITE_')) return undefined
  if (CONFLICT.test(code)) return { kind: 'conflict', code }
  if (DUPLICATE.has(code)) return { kind: 'duplicate', code }
  return { kind: UNAVAILABLE.test(code) ? 'unavailable' : 'failed', code }
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

function openFile(directory: string): Libsql.Database {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'signet.db')
  createFile(file)
  const database = new Libsql(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('pragma journal_mode = wal')
    // An answer is acknowledged only when it would outlast a loss of power.
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** The driver for the file `signet.db` in a folder, which is made where it is missing. */
export function libsqlDriver(directory: string): Driver {
  return {
    name: 'libsql',
    isSingleWriter: true,
    // As many of one owner as are made durable together.
    turns: { maxOfOwner: MOST_TOGETHER, maxInAll: Infinity },
    dialect: new LibsqlDialect({
      database: async () => keepStatements(openFile(directory)),
    }),
    textType: sql`text`,
    // The index finds rows by number, and only a declared number stays the same.
    numberRows: (table) => table.addColumn('number', 'integer', (column) => column.primaryKey()),
    addSequence: (table) =>
      table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement()),
    // A transaction that writes has the file to itself.
    enterLog: async () => undefined,
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
    explain,
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
