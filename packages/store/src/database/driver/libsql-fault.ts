import { codeOf } from '@signet/auth/internal'
import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from './driver.js'
import { faultOfSystem } from './system-fault.js'

type Row = readonly [codes: RegExp, kind: Fault['kind'], message?: string]

/** What each code of SQLite means; the first row that fits counts. https://www.sqlite.org/rescode.html */
const CODES: readonly Row[] = [
  [/^SQLITE_CONSTRAINT_(?:PRIMARYKEY|UNIQUE)$/, 'duplicate'],
  [/^SQLITE_(?:BUSY|LOCKED)(?:_|$)/, 'conflict'],
  [/^SQLITE_FULL$/, 'full'],
  [
    /^SQLITE_READONLY_DBMOVED$/,
    'unavailable',
    'The file of the database was moved or deleted: put it back, and restart.',
  ],
  [/^SQLITE_READONLY_(?:DIRECTORY|CANTINIT|CANTLOCK|RECOVERY)$/, 'permission'],
  [/^SQLITE_READONLY(?:_|$)/, 'read_only'],
  [/^SQLITE_(?:PERM|AUTH)(?:_|$)/, 'permission'],
  [/^SQLITE_(?:CORRUPT|NOTADB)(?:_|$)|^SQLITE_IOERR_(?:CORRUPTFS|DATA)$/, 'corrupt'],
  [/^SQLITE_(?:IOERR|CANTOPEN|NOMEM|PROTOCOL|INTERRUPT|NOLFS)(?:_|$)/, 'unavailable'],
]

/** A table of ours is missing where somebody has put another file in the place of ours. */
const NO_TABLE = /^no such (?:table|column)/
const NO_TABLE_MESSAGE =
  'The tables of Signet are not in the file as this version knows them: restore a backup. Where all of them are gone, a restart makes empty ones.'

/** Codes that say what failed, and not why: the file system is asked. */
const UNTOLD = /^SQLITE_(?:IOERR|CANTOPEN|READONLY)/
/** A disk with less room than this, in bytes, is full: a write may need as much. */
const LITTLE_ROOM = 256 * 1024

/** What opening the file says by its number alone. */
const OPENING = /^ConnectionFailed\(.*: (\d+)"?\)$/s
/** What the driver calls a code that it has no name for. */
const UNNAMED = /^UNKNOWN_SQLITE_ERROR_(\d+)$/
const PRIMARY: Readonly<Record<string, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
}

const NO_FILE: Omit<Fault, 'code'> = {
  kind: 'unavailable',
  message:
    'A folder has the name signet.db: move it away, or name another folder for the database.',
}

/** Why the file cannot be used, as far as the file system says. */
function lookAtFile(directory: string): Omit<Fault, 'code'> | undefined {
  try {
    for (const path of [directory, join(directory, 'signet.db')]) {
      accessSync(path, constants.R_OK | constants.W_OK)
    }
    if (statSync(join(directory, 'signet.db')).isDirectory()) return NO_FILE
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize < LITTLE_ROOM ? { kind: 'full' } : undefined
  } catch (error) {
    const code = codeOf(error)
    if (!(error instanceof Error) || code === undefined) return undefined
    const { kind, message } = faultOfSystem(error, code) ?? {}
    return kind && { kind, ...(message !== undefined && { message }) }
  }
}

function namedCodeOf(error: Error): string | undefined {
  const opening = OPENING.exec(error.message)?.[1]
  const code = codeOf(error)
  const unnamed = UNNAMED.exec(code ?? '')?.[1]
  // The low byte of a code says its kind: https://www.sqlite.org/rescode.html#extrc
  if (unnamed !== undefined) return PRIMARY[Number(unnamed) & 0xff] ?? 'SQLITE_ERROR'
  if (opening !== undefined) return PRIMARY[opening] ?? 'SQLITE_CANTOPEN'
  return code
}

/** What an error of the file in a folder means; undefined where it is none of the database. */
export function explainLibsql(error: unknown, directory: string): Fault | undefined {
  if (!(error instanceof Error)) return undefined
  const code = namedCodeOf(error)
  if (code === undefined) return undefined
  if (!code.startsWith('SQLITE_')) return faultOfSystem(error, code)
  if (NO_TABLE.test(error.message)) return { kind: 'unavailable', code, message: NO_TABLE_MESSAGE }
  const row = CODES.find(([pattern]) => pattern.test(code))
  if (row === undefined) return { kind: 'refused', code }
  const [, kind, message] = row
  if (message !== undefined) return { kind, code, message }
  const seen = UNTOLD.test(code) ? lookAtFile(directory) : undefined
  return { kind, ...seen, code }
}
