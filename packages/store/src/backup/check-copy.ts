import { codeOf } from '@signet/auth/internal'
import Libsql from 'libsql'
import { StorageError } from '../error.js'
import { refuseNewer } from '../database/migration/migrate.js'

/** Codes that say that a file is not a database, or a damaged one. */
const DAMAGED = /^SQLITE_(?:NOTADB|CORRUPT)/

function read(database: Libsql.Database, statement: string): unknown[] {
  return database
    .prepare(statement)
    .all([])
    .flatMap((row) => Object.values(Object(row)))
}

/**
 * Checks a whole database that nobody uses: that its pages and indexes are sound, and that it is one of Signet. What
 * is in a log beside it is taken into it.
 *
 * @param shown - how errors name it
 * @throws {StorageError} `value_invalid` for no database of Signet or a damaged one, `storage_newer`
 */
export function checkCopy(file: string, shown: string): void {
  let database: Libsql.Database | undefined
  try {
    database = new Libsql(file)
    if (
      read(database, "select name from sqlite_schema where name = 'signet_migration'").length === 0
    ) {
      throw new StorageError('value_invalid', `${shown} is not a database of Signet.`)
    }
    refuseNewer(new Set(read(database, 'select name from signet_migration').map(String)))
    const [finding] = read(database, 'pragma integrity_check(1)')
    if (finding !== 'ok') throw damaged(shown)
    database.exec('pragma wal_checkpoint(truncate)')
  } catch (error) {
    throw DAMAGED.test(codeOf(error) ?? '') ? damaged(shown) : error
  } finally {
    database?.close()
  }
}

function damaged(shown: string): StorageError {
  const text = `${shown} is not a database, or is damaged: use another backup.`
  return new StorageError('value_invalid', text)
}
