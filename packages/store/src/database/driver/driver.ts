import type { StorageFaultClass } from '../../error.js'
import type { OwnerQueueOptions } from './owner-queue.js'
import type { CreateTableBuilder, Dialect, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { Schema } from '../../schema.js'

/** What a failure of the database means. `conflict` goes away when the transaction is run again. */
export interface Fault {
  readonly kind: StorageFaultClass | 'conflict' | 'duplicate'
  /** What the database or the system calls it. */
  readonly code?: string | undefined
  /** A constant sentence that says what to do, where the code allows a more exact one than the class does. */
  readonly message?: string | undefined
}

/**
 * When it is, in milliseconds since 1970, as all processes on a database have it. Two times where a clock was set, and
 * nobody can say which of them is right.
 */
export interface Moment {
  /** For what must not be forgotten too early. */
  readonly earliest: number
  /** For what must not end too early. */
  readonly latest: number
}

/** Something that may happen, told of as far as it is heard of: only a hint. */
export interface Signal {
  /** Calls back, now and then also without a reason. Returns what ends it. */
  subscribe(listener: () => void): () => void
  /** Ends it for all. Whoever subscribes later hears nothing. */
  close(): void
}

/** All that differs between the databases. */
export interface Driver {
  readonly name: 'libsql' | 'postgres'
  readonly dialect: Dialect
  /** Whether one transaction after the other writes, so that several do better as one. */
  readonly isSingleWriter: boolean
  /** How many transactions on memory are begun at once; of those that write, where there are `reads`. */
  readonly places: OwnerQueueOptions
  /** Connections for transactions that only read; absent where these share those of transactions that write. */
  readonly reads?:
    | {
        readonly dialect: Dialect
        /** How many transactions that read memory are begun at once. */
        readonly places: OwnerQueueOptions
      }
    | undefined
  /** Whether damage takes all of it out of service: a file is replaced as a whole, a server repairs a table. */
  readonly isReplacedWhole: boolean
  /**
   * When a statement began, in milliseconds since 1970, as an expression that an index can be searched by. Absent where
   * the database has no clock of its own.
   */
  readonly clock?: RawBuilder<number> | undefined
  /** The type of text that is compared byte by byte, as a type of a column. */
  readonly textType: RawBuilder<unknown>
  /** Adds the number of a row to a new table of messages, where the index of search needs one. */
  numberRows(table: CreateTableBuilder<'signet_message'>): CreateTableBuilder<'signet_message'>
  /** Adds the column `sequence` to a new table: its primary key, that grows and is never used again. */
  addSequence<Name extends string>(table: CreateTableBuilder<Name>): CreateTableBuilder<Name>
  /**
   * Lets one transaction after the other append to the log of revocations: whoever sees what one appended
   * has seen what was appended before. Once it is committed, the other processes hear of it by `appends`.
   * @returns when it was let in
   */
  enterLog(transaction: Transaction<Schema>): Promise<Moment>
  /** Tells of appends to the log of revocations; absent where processes cannot tell each other. */
  readonly appends?: Signal | undefined
  /** @throws {StorageError} where the database is known to be gone; absent where only statements tell */
  readonly check?: (() => void) | undefined
  /** Tells what an operator should know of the place of the database, before it is opened for good. */
  readonly tellNotices?: (() => void) | undefined
  /** Lets one transaction after the other change how many schedules an owner has: to be called before anything is read. */
  enterSchedules(transaction: Transaction<Schema>, owner: string): Promise<void>
  /** Lets one process after the other into a transaction that migrates. */
  lockMigrations(transaction: Transaction<Schema>): Promise<void>
  /** Runs once, when there are messages to search: makes the index over `words`. */
  createSearch(transaction: Transaction<Schema>): Promise<void>
  /** Holds for messages that have each of these words, as `searchWords` makes them. */
  hasWords(words: readonly string[]): RawBuilder<SqlBool>
  /** The elements of a JSON list as a table: `place`, from 0 on, and `value`, a JSON itself. */
  elements(json: string): RawBuilder<unknown>
  /** What an error means; undefined where it is none of the database. */
  explain(error: unknown): Fault | undefined
}
