import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, type LogEvent, type Transaction } from 'kysely'
import type { Driver } from './driver/driver.js'
import { StorageError } from '../error.js'
import type { Schema } from '../schema.js'
import { translate } from './translate.js'
import { WriteGroup } from './driver/write-group.js'

/** For how long a transaction is run again that the database gave up in favour of another. */
const PATIENCE_MS = 10_000
/** The longest break between two runs; how long each is, is chance, so that two do not keep step. */
const MAX_BREAK_MS = 50

/** A statement that was sent to the database. Holds data: for tests, not for logs. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Runs work in a transaction: all of it or nothing. */
export interface Database {
  readonly driver: Driver
  /** Tells what an operator should know, before anything is opened. @throws {StorageError} */
  tellNotices(): void
  /** For work that only reads: it sees one state of the database. */
  read<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>
  /** For work that writes. It may run several times, so it has no other effects. */
  write<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>
  /**
   * Nothing, where work may hope for an answer: to be asked before it waits for a place.
   * @throws {StorageError} `storage_unavailable`
   */
  requireAnswers(kind: 'read' | 'write'): void
  /** Waits for what is running, then closes. Whatever comes later is `storage_unavailable`. */
  close(): Promise<void>
}

/** A database behind one driver. Nothing is opened before the first transaction. */
export function createDatabase(
  driver: Driver,
  onStatement?: (statement: Statement) => void,
): Database {
  const log = (event: LogEvent) =>
    onStatement?.({ sql: event.query.sql, parameters: event.query.parameters })
  const kysely = new Kysely<Schema>({ dialect: driver.dialect, log })
  const reader = driver.reads ? new Kysely<Schema>({ dialect: driver.reads.dialect, log }) : kysely
  const group = driver.isSingleWriter ? new WriteGroup(kysely) : undefined
  const running = new Set<Promise<unknown>>()
  let isClosed = false

  async function attempt<T>(run: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        return await run()
      } catch (error) {
        const isConflict = driver.explain(error)?.kind === 'conflict'
        if (!isConflict || performance.now() >= deadline) throw translate(error, driver)
      }
      await sleep(Math.random() * MAX_BREAK_MS)
    }
  }

  async function track<T>(run: () => Promise<T>): Promise<T> {
    if (isClosed) throw new StorageError('storage_unavailable', 'The store is closed.')
    driver.check?.()
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
    tellNotices: () => {
      try {
        driver.tellNotices?.()
      } catch (error) {
        throw translate(error, driver)
      }
    },
    requireAnswers: () => undefined,
    read: (work) =>
      track(() =>
        reader
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(work),
      ),
    write: (work) => track(() => (group ? group.run(work) : kysely.transaction().execute(work))),
    close: async () => {
      if (isClosed) return
      isClosed = true
      driver.appends?.close()
      await Promise.allSettled(running)
      await reader.destroy()
      await kysely.destroy()
    },
  }
}
