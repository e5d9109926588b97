import { Kysely, type LogEvent, type Transaction } from 'kysely'
import type { Driver } from './driver/contract.js'
import { StorageError } from './error.js'
import type { Schema } from './schema.js'

/** How often a transaction is run that the database gave up in favour of another. */
const MAXIMUM_RUNS = 10

/** A statement that was sent to the database. Holds data: for tests, not for logs. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Runs work in a transaction: all of it or nothing. */
export interface Database {
  readonly driver: Driver
  /** For work that only reads: it sees one state of the database. */
  read<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>
  /** For work that writes. It may run several times, so it has no other effects. */
  write<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>
  /** Waits for what is running, then closes. Whatever comes later is `storage_unavailable`. */
  close(): Promise<void>
}

/** What the store throws for what the database threw. */
function translate(error: unknown, driver: Driver): unknown {
  if (StorageError.isInstance(error)) return error
  const fault = driver.explain(error)
  if (fault === undefined) return error
  const options = { driverCode: fault.code }
  switch (fault.kind) {
    case 'unavailable':
    case 'conflict':
      return new StorageError('storage_unavailable', 'The database is not available.', options)
    case 'duplicate':
      // Threads are inserted with a look at what is there; that leaves the ids of messages.
      return new StorageError('message_exists', 'A message has this id already.', options)
    case 'failed':
      return new StorageError('storage_failed', 'The database refused a statement.', options)
  }
}

/** A database behind one driver. Nothing is opened before the first transaction. */
export function createDatabase(
  driver: Driver,
  onStatement?: (statement: Statement) => void,
): Database {
  const log = (event: LogEvent) =>
    onStatement?.({ sql: event.query.sql, parameters: event.query.parameters })
  const kysely = new Kysely<Schema>({ dialect: driver.dialect, log })
  const running = new Set<Promise<unknown>>()
  let isClosed = false

  async function attempt<T>(run: () => Promise<T>): Promise<T> {
    for (let count = 1; ; count++) {
      try {
        return await run()
      } catch (error) {
        if (driver.explain(error)?.kind === 'conflict' && count < MAXIMUM_RUNS) continue
        throw translate(error, driver)
      }
    }
  }

  async function track<T>(run: () => Promise<T>): Promise<T> {
    if (isClosed) throw new StorageError('storage_unavailable', 'The store is closed.')
    const promise = attempt(run)
    running.add(promise)
    try {
      return await promise
    } finally {
      running.delete(promise)
    }
  }

  return {
    driver,
    read: (work) =>
      track(() =>
        kysely
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(work),
      ),
    write: (work) => track(() => kysely.transaction().execute(work)),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await Promise.allSettled(running)
      await kysely.destroy()
    },
  }
}
