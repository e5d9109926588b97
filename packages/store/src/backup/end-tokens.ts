import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { latestNow } from '@signet/auth/internal'
import Libsql from 'libsql'
import { isOwnLog } from '../database/driver/libsql-log.js'
import { StorageError } from '../error.js'
import { openStore } from '../open.js'

/** Times in a database until which tokens and keys were given, in milliseconds since 1970. */
const TIMES = [
  'select max(created_at) as time from signet_revocation',
  "select max(issued_until) * 1000 as time from signet_revocation where kind = 'all'",
  'select max(at) as time from signet_audit',
  'select max(created_at) as time from signet_api_key',
]

function readTime(database: Libsql.Database, statement: string): number {
  try {
    const [row] = database.prepare(statement).all([])
    const time: unknown = Reflect.get(Object(row), 'time')
    return Number.isSafeInteger(time) ? Number(time) : 0
  } catch {
    // The table is damaged, or of another version. The others may be read.
    return 0
  }
}

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/**
 * The newest time that a database which nobody uses knows, in milliseconds since 1970; 0 where none can be read.
 * A log that belongs to another database is not looked at.
 */
export function readNewestTime(file: string): number {
  if (!existsSync(file)) return 0
  let database: Libsql.Database | undefined
  try {
    // To read it with its log makes files beside it, which would be put aside with it.
    const mode = hasLog(file) && isOwnLog(file) ? 'mode=ro' : 'mode=ro&immutable=1'
    database = new Libsql(`${pathToFileURL(file).href}?${mode}`)
    const opened = database
    return Math.max(...TIMES.map((statement) => readTime(opened, statement)))
  } catch {
    return 0
  } finally {
    database?.close()
  }
}

/**
 * Ends every token and API key that was given until now, in the database of a folder that nobody uses, and leaves all
 * of it in `signet.db`.
 *
 * @param since - milliseconds since 1970: not before this, whatever the clock of the machine says
 * @throws {StorageError} that says that nothing was changed
 */
export async function endTokens(directory: string, since: number): Promise<void> {
  const file = join(directory, 'signet.db')
  const until = Math.max(latestNow(), since, readNewestTime(file))
  try {
    const store = await openStore({ directory })
    try {
      await store.revocations.append({ kind: 'all', at: Math.floor(until / 1000) })
    } finally {
      await store.close()
    }
    if (hasLog(file)) {
      throw new StorageError('storage_unavailable', 'A part of the copy is in its log.')
    }
  } catch (error) {
    if (!StorageError.isInstance(error)) throw error
    const { code, message, fault, driverCode } = error
    const text = `The tokens could not be ended in a copy of the backup, so nothing was changed. ${message}`
    throw new StorageError(code, text, { fault, driverCode })
  }
}
