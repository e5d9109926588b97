import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Where the header of a database has what (SQLite, "Database File Format", section 1.3). */
const HEADER_BYTES = 100
const WRITE_VERSION = 18
const STATE = 60
/** What the header says of a database that has a log. */
const HAS_LOG = 2

/** The log: a header, then frames, each a header and a page (section 4.1). */
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const MAGIC = 0x377f0682
const PAGE_SIZE = 8
const LOG_SALT = 16
const FRAME_SALT = 8
const SALT_BYTES = 8

/** How often a log is read anew that another process began anew meanwhile. */
const MAX_LOOKS = 5

type Read = (bytes: number, position: number) => Buffer

/** Does something with what reads a file; a file that is not there has no bytes. */
function withFile<Value>(file: string, work: (read: Read) => Value): Value {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return work(() => Buffer.alloc(0))
  const descriptor = openSync(file, 'r')
  try {
    return work((bytes, position) => {
      const buffer = Buffer.alloc(bytes)
      return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, position))
    })
  } finally {
    closeSync(descriptor)
  }
}

/** The headers of the database that a log has, in the order in which they were written; and its salts. */
function* readHeaders(read: Read, header: Buffer): Generator<Buffer> {
  const salt = header.subarray(LOG_SALT, LOG_SALT + SALT_BYTES)
  const pageSize = header.readUInt32BE(PAGE_SIZE) || 65_536
  for (let at = LOG_HEADER_BYTES; ; at += FRAME_HEADER_BYTES + pageSize) {
    const frame = read(FRAME_HEADER_BYTES + HEADER_BYTES, at)
    if (frame.length < FRAME_HEADER_BYTES + HEADER_BYTES) return
    // What follows is left of an earlier use of the log.
    if (!frame.subarray(FRAME_SALT, FRAME_SALT + SALT_BYTES).equals(salt)) return
    if (frame.readUInt32BE(0) === 1) yield frame.subarray(FRAME_HEADER_BYTES)
  }
}

function stateOf(header: Buffer): number {
  return header.readUInt32BE(STATE)
}

/** How far one state is after another: they are counted in 32 bits, and begin anew after the last. */
function distance(from: number, to: number): number {
  return (to - from) >>> 0
}

/** Whether the frames of a log, of which there is at least one, go on from the database of this header. */
function goesOn(database: Buffer, headers: Iterable<Buffer>): boolean {
  if (database.length < HEADER_BYTES || database[WRITE_VERSION] !== HAS_LOG) return false
  const state = stateOf(database)
  let first: number | undefined
  let last = 0
  let isSame = false
  for (const header of headers) {
    first ??= stateOf(header)
    last = stateOf(header)
    isSame ||= last === state && header.equals(database)
  }
  // A log of which no transaction counted, by an earlier version, tells nothing.
  if (first === undefined) return true
  const base = (first - 1) >>> 0
  if (distance(base, state) > distance(base, last)) return false
  // The database has taken over what is in the log up to here, byte for byte; a copy made elsewhere differs.
  return isSame || distance(base, state) <= 1
}

function look(file: string): 'own' | 'foreign' | 'changed' {
  return withFile(`${file}-wal`, (read) => {
    const header = read(LOG_HEADER_BYTES, 0)
    const isLog = header.length === LOG_HEADER_BYTES && header.readUInt32BE(0) >>> 1 === MAGIC >>> 1
    if (!isLog) return 'own'
    const salt = header.subarray(LOG_SALT, LOG_SALT + SALT_BYTES)
    const first = read(FRAME_HEADER_BYTES, LOG_HEADER_BYTES)
    const hasFrames = first.subarray(FRAME_SALT, FRAME_SALT + SALT_BYTES).equals(salt)
    if (!hasFrames) return 'own'
    const database = withFile(file, (readDatabase) => readDatabase(HEADER_BYTES, 0))
    if (goesOn(database, readHeaders(read, header))) return 'own'
    return read(LOG_HEADER_BYTES, 0).equals(header) ? 'foreign' : 'changed'
  })
}

/**
 * Whether what `signet.db-wal` holds was written for the `signet.db` beside it. SQLite does not ask: it lays any log
 * over any database of that name, which destroys a backup that was put there after a crash.
 *
 * Every transaction of ours raises `user_version`, the count of states, so that the header of the database is in the
 * log with each: the first state in the log is the one after that of the database, or the database has taken over
 * the state that it has from this very log.
 *
 * To be asked only while this process has no connection to the file: a file that is opened and closed loses the
 * locks of the process (POSIX).
 */
export function isOwnLog(file: string): boolean {
  for (let count = 0; count < MAX_LOOKS; count++) {
    const found = look(file)
    if (found !== 'changed') return found === 'own'
  }
  // Another process writes all the time: it has the file open, and has looked.
  return true
}
