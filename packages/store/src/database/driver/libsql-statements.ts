import type { SqliteDatabase, SqliteStatement } from 'kysely'
import type Libsql from 'libsql'

/** How many prepared statements are kept, the last used, and of what length at most: longer ones hardly come again. */
const MAX_STATEMENTS = 100
const MAX_CHARACTERS = 5000

/** What begins and ends a transaction, or a part of one, and what counts the state that it leaves. */
const TRANSACTION = /^(?:begin|commit|rollback|savepoint|release|pragma user_version =)(?:\s|$)/
/** What reads and writes rows, and comes again. */
const ROWS = /^(?:select|insert|update|delete)\b/

/** The last used ones of the prepared statements. */
class StatementCache {
  readonly #statements = new Map<string, Libsql.Statement>()

  take(text: string): Libsql.Statement | undefined {
    const statement = this.#statements.get(text)
    if (statement !== undefined) this.#statements.delete(text)
    return statement
  }

  keep(text: string, statement: Libsql.Statement): void {
    this.#statements.set(text, statement)
    if (this.#statements.size <= MAX_STATEMENTS) return
    for (const oldest of this.#statements.keys()) {
      this.#statements.delete(oldest)
      return
    }
  }

  clear(): void {
    this.#statements.clear()
  }
}

/**
 * A database that prepares statements once that come again: to prepare one costs as much as to run it.
 *
 * A prepared statement that failed, as `begin` does where another process writes, keeps its view of the file
 * until it is collected as garbage, and no later transaction can write before that. What begins and ends a
 * transaction is therefore executed without one, and a statement that failed is not kept.
 */
export function keepStatements(database: Libsql.Database): SqliteDatabase {
  const cache = new StatementCache()

  function execute(text: string): SqliteStatement {
    return {
      reader: false,
      all: () => [],
      run() {
        database.exec(text)
        return { changes: 0, lastInsertRowid: 0 }
      },
      iterate: () => [][Symbol.iterator](),
    }
  }

  return {
    close() {
      cache.clear()
      database.close()
    },
    prepare(text) {
      if (TRANSACTION.test(text)) return execute(text)
      if (text.length > MAX_CHARACTERS || !ROWS.test(text)) return database.prepare(text)
      const statement = cache.take(text) ?? database.prepare(text)
      return {
        reader: statement.reader,
        all(parameters) {
          const rows = statement.all(parameters)
          cache.keep(text, statement)
          return rows
        },
        run(parameters) {
          const result = statement.run(parameters)
          cache.keep(text, statement)
          return result
        },
        iterate: (parameters) => statement.iterate(parameters),
      }
    },
  }
}
