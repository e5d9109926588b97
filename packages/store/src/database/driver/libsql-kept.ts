import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { StorageError } from '../../error.js'
import { fileOf } from './libsql-folder.js'

/** What stands in the names of the files of a database, first the database itself. */
export const ENDS = ['', '-wal', '-shm'] as const

/** `signet-rescued-2026-11-29T22-30-00.db`: a path with the time in it that no file of a database has. */
export function newPath(beginning: string, end = '.db'): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  for (let count = 1; ; count++) {
    const path = `${beginning}-${time}${count === 1 ? '' : `-${count}`}${end}`
    if (!ENDS.some((each) => existsSync(path + each))) return path
  }
}

/** How the names end of what is kept beside the folder that it is of. */
function endOf(folder: string): string {
  return `-of-${basename(folder)}.db`
}

/** Where a database is rescued to: into its folder, or, without the folder, beside that. */
export function rescuePaths(directory: string): string[] {
  const folder = resolve(directory)
  return [
    newPath(join(directory, 'signet-rescued')),
    newPath(join(dirname(folder), 'signet-rescued'), endOf(folder)),
  ]
}

const KEPT = /^signet-(?:rescued|before-restore)-.+\.db$/

/** What is in a folder; nothing where that cannot be told, as of a folder above whose rights are others'. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The databases that were rescued, or put aside by a restore, and are still there. */
function findKept(directory: string): string[] {
  const folder = resolve(directory)
  const [above, beside, own] = [dirname(folder), dirname(fileOf(folder)), folder].map((path) =>
    namesIn(path)
      .filter((name) => KEPT.test(name))
      .map((name) => join(path, name)),
  )
  return [
    ...(above ?? []).filter((path) => path.endsWith(endOf(folder))),
    ...(beside ?? []),
    ...(own ?? []),
  ]
}

/** Whether there is no database: not its file, or nothing in that. */
export function isMissing(file: string): boolean {
  return !existsSync(file) || statSync(file).size === 0
}

/**
 * Why no database may be made in a folder that has none: what is kept beside is what callers were told is stored, and
 * without its revocations revoked tokens would be good again. Undefined where one may be made.
 */
export function whyNotAnew(directory: string): StorageError | undefined {
  const file = fileOf(directory)
  const kept = isMissing(file) ? findKept(directory).at(-1) : undefined
  if (kept === undefined) return undefined
  return new StorageError(
    'storage_unavailable',
    `${file} is missing or empty, and ${kept} was kept of it. To go on with that: signet restore FILE. To begin with an empty database, revoked tokens being good again, move ${kept} into another folder first.`,
    { fault: 'unavailable', driverCode: 'ENOENT' },
  )
}
