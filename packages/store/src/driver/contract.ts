import type { CreateTableBuilder, Dialect, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { Schema } from '../schema.js'

/** What a failure of the database means. `conflict` goes away when the transaction is run again. */
export interface Fault {
  readonly kind: 'unavailable' | 'conflict' | 'duplicate' | 'failed'
  /** What the database calls it. */
  readonly code?: string
}

/** All that differs between the databases. */
export interface Driver {
  readonly name: 'libsql' | 'postgres'
  readonly dialect: Dialect
  /** The type of text that is compared byte by byte, as a type of a column. */
  readonly textType: RawBuilder<unknown>
  /** Adds the number of a row to a new table of messages, where the index of search needs one. */
  numberRows(table: CreateTableBuilder<'signet_message'>): CreateTableBuilder<'signet_message'>
  /** Lets one process after the other into a transaction that migrates. */
  lockMigrations(transaction: Transaction<Schema>): Promise<void>
  /** Runs once, when there are messages to search: makes the index over `words`. */
  createSearch(transaction: Transaction<Schema>): Promise<void>
  /** Holds for messages that have each of these words, as `searchWords` makes them. */
  hasWords(words: readonly string[]): RawBuilder<SqlBool>
  /** What an error means; undefined where it is none of the database. */
  explain(error: unknown): Fault | undefined
}
