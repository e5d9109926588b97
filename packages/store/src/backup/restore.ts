import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { libsqlDriver } from '../driver/libsql.js'
import { createFile, fileOf, makeFolder, timeForName } from '../driver/libsql-folder.js'
import { isOwnLog } from '../driver/libsql-log.js'
import { isInUse } from '../driver/libsql-use.js'
import { StorageError } from '../error.js'
import { translate } from '../translate.js'
import { checkCopy } from './check-copy.js'
import { makeDurable } from './durable.js'

/** What stands in the names of the files of a database, first the database itself. */
const ENDS = ['', '-wal', '-shm']

/** Copies a backup, with the log beside it that belongs to it. */
function copyBackup(backup: string, copy: string): void {
  const log = `${backup}-wal`
  if (existsSync(log) && !isOwnLog(backup)) {
    const text = `${log} was not written for ${backup}. Move it away, and do this again.`
    throw new StorageError('value_invalid', text)
  }
  createFile(copy)
  copyFileSync(backup, copy)
  if (existsSync(log)) copyFileSync(log, `${copy}-wal`)
}

/**
 * Gives the files of a database other names. The database itself keeps its own, too, until the backup takes it: a
 * server that starts meanwhile would else find none, and begin anew.
 */
function putAside(file: string, aside: string): string[] {
  const moved: string[] = []
  for (const end of ENDS) {
    if (!existsSync(file + end)) continue
    if (end !== '' || !addName(file, aside)) renameSync(file + end, aside + end)
    moved.push(aside + end)
  }
  return moved
}

/** Gives a file a second name, where the file system can. */
function addName(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch {
    return false
  }
}

/**
 * Puts a backup in the place of `signet.db`, which no process may have open. The backup is checked before anything is
 * changed, and what was there is kept under other names.
 *
 * A server that has the file open all the same, where the file system does not tell, notices that it was replaced.
 *
 * @returns the paths of what was put aside
 * @throws {StorageError} `value_invalid` for what is not a sound backup, `storage_newer` for one of a newer version,
 *   `storage_unavailable` where the file is in use, and as a store does
 */
export function restoreFile(backup: string, directory: string): readonly string[] {
  const source = resolve(backup)
  const file = fileOf(directory)
  if (!existsSync(source)) throw new StorageError('value_invalid', `${source} is not there.`)
  if (source === resolve(file)) {
    throw new StorageError('value_invalid', `${source} is the database itself: name a backup.`)
  }
  const copy = `${file}.part-${process.pid}`
  try {
    makeFolder(directory)
    if (isInUse(file)) {
      const text = `A process has ${file} open: stop every server on it (SIGTERM), then do this again.`
      throw new StorageError('storage_unavailable', text)
    }
    copyBackup(source, copy)
    checkCopy(copy, source)
    makeDurable(copy)
    const moved = putAside(file, join(directory, `signet-before-restore-${timeForName()}.db`))
    renameSync(copy, file)
    makeDurable(directory)
    return moved
  } catch (error) {
    throw translate(error, libsqlDriver(directory))
  } finally {
    for (const end of [...ENDS, '-journal']) rmSync(copy + end, { force: true })
  }
}
