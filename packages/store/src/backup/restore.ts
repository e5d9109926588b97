import { codeOf } from '@signet/auth/internal'
import { copyFileSync, existsSync, linkSync, renameSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Libsql from 'libsql'
import { libsqlDriver } from '../database/driver/libsql.js'
import { createFile, fileOf, makeFolder } from '../database/driver/libsql-folder.js'
import { ENDS, newPath } from '../database/driver/libsql-kept.js'
import { isOwnLog } from '../database/driver/libsql-log.js'
import { isInUse, isSameFile } from '../database/driver/libsql-use.js'
import { removeUnfinished, unfinishedPath } from '../database/driver/unfinished.js'
import { StorageError } from '../error.js'
import { translate } from '../database/translate.js'
import { checkCopy } from './check-copy.js'
import { makeDurable } from './durable.js'
import { endTokens, readNewestTime } from './end-tokens.js'
import { hasRegularFile } from './regular-file.js'

/** How a backup is restored. */
export interface RestoreOptions {
  /** The folder of `signet.db`. */
  readonly directory: string
  /** Ends every token and API key that was given until now, before the backup takes its place. Default: none ends. */
  readonly endsTokens?: boolean | undefined
}

/** Copies a backup, with the log beside it that belongs to it. */
function copyBackup(backup: string, copy: string): void {
  const log = `${backup}-wal`
  const hasLog = hasRegularFile(log)
  if (hasLog && !isOwnLog(backup)) {
    const text = `${log} was not written for ${backup}. Move it away, and do this again.`
    throw new StorageError('value_invalid', text)
  }
  createFile(copy)
  copyFileSync(backup, copy)
  if (hasLog) copyFileSync(log, `${copy}-wal`)
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

/** Gives a file a second name, where the file system can. @throws where the name is taken */
function addName(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    return false
  }
}

/**
 * Takes what the log of a database has into it: else what is killed between the renaming of the one and of the other
 * leaves them apart. Of a damaged database, or on a full disk, the log stays.
 */
function emptyLog(file: string): void {
  if (!existsSync(file) || !existsSync(`${file}-wal`) || !isOwnLog(file)) return
  let database: Libsql.Database | undefined
  try {
    database = new Libsql(file)
    database.exec('pragma wal_checkpoint(truncate)')
  } catch {
    // It is put aside with its log, as it is.
  } finally {
    database?.close()
  }
}

/**
 * Puts a backup in the place of `signet.db`, which no process may have open. The backup is checked before anything is
 * changed, and what was there is kept under other names. The copy has the name only once it is whole, with the end of
 * all tokens where that is asked for: whatever is killed, no server finds a file in which revoked tokens are good.
 *
 * A server that has the file open all the same, where the file system does not tell, notices that it was replaced.
 *
 * @returns the paths of what was put aside
 * @throws {StorageError} `value_invalid` for what is not a sound backup, `storage_newer` for one of a newer version,
 *   `storage_unavailable` where the file is in use, and as a store does
 */
export async function restoreFile(
  backup: string,
  options: RestoreOptions,
): Promise<readonly string[]> {
  const { directory, endsTokens = false } = options
  const source = resolve(backup)
  const file = fileOf(directory)
  const folder = unfinishedPath(dirname(file), 'restore')
  try {
    if (!hasRegularFile(source)) throw new StorageError('value_invalid', `${source} is not there.`)
    if (hasRegularFile(file) && isSameFile(source, file)) {
      throw new StorageError('value_invalid', `${source} is the database itself: name a backup.`)
    }
    makeFolder(directory)
    removeUnfinished(dirname(file))
    if (isInUse(file)) {
      const text = `A process has ${file} open: stop every server on it (SIGTERM), then do this again.`
      throw new StorageError('storage_unavailable', text)
    }
    makeFolder(folder)
    const copy = join(folder, 'signet.db')
    copyBackup(source, copy)
    checkCopy(copy, source)
    emptyLog(file)
    if (endsTokens) await endTokens(folder, readNewestTime(file))
    makeDurable(copy)
    const moved = putAside(file, newPath(join(dirname(file), 'signet-before-restore')))
    renameSync(copy, file)
    makeDurable(dirname(file))
    return moved
  } catch (error) {
    throw translate(error, libsqlDriver(directory))
  } finally {
    removeUnfinished(dirname(file))
  }
}
