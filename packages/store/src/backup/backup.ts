import { renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Libsql from 'libsql'
import { libsqlDriver } from '../database/driver/libsql.js'
import { checkLog } from '../database/driver/libsql-file.js'
import { createFile, fileOf } from '../database/driver/libsql-folder.js'
import { isSameFile } from '../database/driver/libsql-use.js'
import { removeUnfinished, unfinishedPath } from '../database/driver/unfinished.js'
import { StorageError } from '../error.js'
import { translate } from '../database/translate.js'
import { checkCopy } from './check-copy.js'
import { makeDurable } from './durable.js'
import { hasRegularFile } from './regular-file.js'

/** How long a backup waits for another process that has the file to itself, as one that recovers it. */
const BUSY_TIMEOUT_MS = 10_000

/** How a backup is made. */
export interface BackupOptions {
  /** The folder of `signet.db`. */
  readonly directory: string
  /** Replaces a file that is there. Default: it is left, and the backup refused. */
  readonly replaces?: boolean | undefined
}

/**
 * Writes what `signet.db` holds at one moment into a new file, while servers go on reading and writing. The file has
 * its name only once it is whole, checked and durable; its mode is 0600.
 *
 * @returns its size in bytes
 * @throws {StorageError} `value_invalid` where there is nothing to back up, or a file is there already, and as a
 *   store does
 */
export function backupFile(target: string, options: BackupOptions): number {
  const source = fileOf(options.directory)
  const file = resolve(target)
  const part = unfinishedPath(dirname(file), 'backup')
  try {
    if (!hasRegularFile(source)) {
      throw new StorageError(
        'value_invalid',
        `There is nothing to back up: ${source} is not there.`,
      )
    }
    const isThere = hasRegularFile(file)
    if (isSameFile(file, source)) {
      throw new StorageError('value_invalid', `${file} is the database itself: name another file.`)
    }
    if (isThere && !options.replaces) {
      throw new StorageError('value_invalid', `${file} is there already, and was left as it is.`)
    }
    removeUnfinished(dirname(file))
    checkLog(options.directory)
    createFile(part)
    const database = new Libsql(source, { timeout: BUSY_TIMEOUT_MS })
    try {
      database.prepare('vacuum into ?').run([part])
    } finally {
      database.close()
    }
    checkCopy(part, file)
    makeDurable(part)
    renameSync(part, file)
    makeDurable(dirname(file))
    return statSync(file).size
  } catch (error) {
    throw translate(error, libsqlDriver(options.directory))
  } finally {
    removeUnfinished(dirname(file))
  }
}
