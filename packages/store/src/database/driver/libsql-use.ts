import { codeOf } from '@signet/auth/internal'
import { linkSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Libsql from 'libsql'
import { unfinishedPath } from './unfinished.js'

/**
 * Whether a connection of whatever process has a database open: each holds a shared lock on the file for as long as
 * it lives, which the system drops with its process. Looked at under a second name of the file, so that its log is
 * neither read nor changed. Undefined where that cannot be told, as where the folder takes no second names.
 */
export function isInUse(file: string): boolean | undefined {
  const name = unfinishedPath(dirname(file), 'look')
  try {
    linkSync(file, name)
  } catch {
    return undefined
  }
  let database: Libsql.Database | undefined
  try {
    database = new Libsql(name)
    database.exec('pragma locking_mode = exclusive')
    database.exec('select 1 from sqlite_schema')
    return false
  } catch (error) {
    return codeOf(error) === 'SQLITE_BUSY' ? true : undefined
  } finally {
    database?.close()
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(name + end, { force: true })
  }
}

/** Whether two paths name one file, whatever links lead to it. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) =>
    statSync(path, { bigint: true, throwIfNoEntry: false }),
  )
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino
}
