import { randomInt } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Libsql from 'libsql'
import { StorageError } from '../../error.js'
import type { StoreNotice } from '../../store.js'
import { createFile, findExposure, fileOf, makeFolder } from './libsql-folder.js'
import { isMissing, whyNotAnew } from './libsql-kept.js'
import { isOwnLog } from './libsql-log.js'
import { FilePresence } from './libsql-presence.js'
import { rescue } from './libsql-rescue.js'
import { isInUse } from './libsql-use.js'
import { removeUnfinished } from './unfinished.js'

/**
 * How long a statement waits for another process that writes. It blocks this process, so it is short:
 * the transaction is run again later.
 */
const BUSY_TIMEOUT_MS = 50
/** What is kept of the log once it is written over, in bytes. */
const KEPT_LOG_BYTES = 4 * 1024 * 1024

/** The files whose log this process has looked at before it opened them. */
const looked = new Set<string>()

/** The files that this process has opened: what it closed may hold its lock until it is collected as garbage. */
const openedHere = new Set<string>()

/**
 * Refuses a log that belongs to another database: once for each file, before its first connection.
 * @throws {StorageError} `storage_unavailable`
 */
export function checkLog(directory: string): void {
  const file = fileOf(directory)
  const key = join(realpathSync(directory), `${statSync(file, { throwIfNoEntry: false })?.ino}`)
  if (looked.has(key)) return
  if (!isOwnLog(file)) {
    throw new StorageError(
      'storage_unavailable',
      `signet.db-wal was not written for the signet.db beside it, and would destroy it. If signet.db is a backup that was put there, move signet.db-wal and signet.db-shm into another folder, or put the backup in place by: signet restore FILE. Nothing was changed.`,
      { fault: 'corrupt', driverCode: 'WAL_FOREIGN' },
    )
  }
  looked.add(key)
}

/** The states of two databases are counted from different numbers, so that a log fits to one of them. */
const MAX_STATES = 2 ** 31

function open(file: string, isNew: boolean): Libsql.Database {
  const database = new Libsql(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    if (isNew) database.exec(`pragma user_version = ${randomInt(1, MAX_STATES)}`)
    database.exec('pragma journal_mode = wal')
    // An answer is acknowledged only when it would outlast a loss of power.
    database.exec('pragma synchronous = full')
    database.exec(`pragma journal_size_limit = ${KEPT_LOG_BYTES}`)
    database.exec('pragma foreign_keys = on')
    // Makes the log, where it is missing.
    database.exec('select 1 from sqlite_schema')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** The file of a database with its log: how it is opened, watched and left. */
export class LibsqlFile {
  readonly presence: FilePresence
  readonly #directory: string
  readonly #file: string
  readonly #notify: (notice: StoreNotice) => void
  #writer: Libsql.Database | undefined

  constructor(directory: string, notify: (notice: StoreNotice) => void) {
    this.#directory = directory
    this.#file = fileOf(directory)
    this.#notify = notify
    this.presence = new FilePresence(this.#file, notify)
  }

  /** What was written, and is not in the file itself yet. */
  get log(): string {
    return `${this.#file}-wal`
  }

  /** Tells, before it is opened, what is odd about it and no reason to refuse it. */
  tellNotices(): void {
    this.#prepare()
    removeUnfinished(dirname(this.#file))
    if (!existsSync(this.#file)) return
    if (isMissing(this.#file)) {
      const message = `${this.#file} is empty, and a new database is made in it: what it held is gone, revocations of tokens included. Where it held anything, stop the server, and restore a backup: signet restore FILE`
      this.#notify({ level: 'warn', message })
    }
    const exposure = findExposure(this.#directory)
    if (exposure !== undefined) {
      this.#notify({ level: 'warn', message: `${exposure.what} ${exposure.remedy}` })
    }
    if (openedHere.has(this.#file) || !isInUse(this.#file)) return
    const message = `Another process has ${this.#file} open. One is meant to serve it: each counts limits for itself, and hears of revocations up to 250 ms later. For several, use PostgreSQL (DATABASE_URL).`
    this.#notify({ level: 'warn', message })
  }

  openWriter(): Libsql.Database {
    this.#writer = this.#open()
    return this.#writer
  }

  /** Opens a connection that cannot write. */
  openReader(): Libsql.Database {
    const database = this.#open()
    database.exec('pragma query_only = on')
    return database
  }

  /** To be called before the writer is closed, and after all readers are: leaves everything in one file. */
  closeWriter(): void {
    this.presence.close()
    if (this.#writer === undefined) return
    if (this.presence.isReplaced) rescue(this.#writer, this.#directory, this.#notify)
    else this.#emptyLog(this.#writer)
  }

  #prepare(): void {
    makeFolder(this.#directory)
    checkLog(this.#directory)
    const reason = whyNotAnew(this.#directory)
    if (reason !== undefined) throw reason
  }

  #open(): Libsql.Database {
    this.presence.checkNow()
    this.#prepare()
    const database = open(this.#file, createFile(this.#file))
    openedHere.add(this.#file)
    this.presence.remember()
    return database
  }

  /** SQLite does so itself when the last connection closes, but not while a prepared statement is left. */
  #emptyLog(writer: Libsql.Database): void {
    try {
      const [result] = writer.prepare('pragma wal_checkpoint(truncate)').all([])
      if (Reflect.get(Object(result), 'busy') === 0) return
    } catch {
      // A full disk, say. What is in the log is safe there.
    }
    const message = `${this.log} still has writes that are not in ${this.#file}: another process has it open, or the disk is full. Copy both, or make a backup by: signet backup FILE`
    this.#notify({ level: 'warn', message })
  }
}
