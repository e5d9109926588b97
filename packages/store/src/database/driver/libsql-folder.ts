import { codeOf } from '@signet/auth/internal'
import { closeSync, lstatSync, mkdirSync, openSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** For everybody but the owner: to read or write a file, to put files into a folder. */
const OTHERS = 0o077
const OTHERS_WRITE = 0o022

/** How many symbolic links lead to a file at most, as for Linux. */
const MAX_LINKS = 40

/**
 * The file of the database in a folder; where that is a symbolic link, what it leads to. SQLite keeps the log beside the
 * file itself, and a restore is to replace the file and not the link.
 */
export function fileOf(directory: string): string {
  let file = join(directory, 'signet.db')
  try {
    for (let links = 0; links < MAX_LINKS && lstatSync(file).isSymbolicLink(); links++) {
      file = resolve(dirname(file), readlinkSync(file))
    }
  } catch {
    // It is not there, or who opens it is told why it cannot be looked at.
  }
  return file
}

/**
 * Makes a folder and those above it, one by one: asked to make all of them at once below a folder that takes none,
 * such as /proc, Node tries for ever.
 */
export function makeFolder(directory: string): void {
  const missing: string[] = []
  for (let path = resolve(directory); !statSync(path, { throwIfNoEntry: false });) {
    missing.unshift(path)
    path = dirname(path)
  }
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

/**
 * Makes a file where it is missing, for nobody but its owner: conversations are nobody else's. A file
 * that is there must not be opened and closed: that would drop the locks that this process has on it
 * (POSIX), and with them what another connection writes.
 *
 * @returns whether it was made
 */
export function createFile(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600))
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  }
}

/** What others on this machine may do with the database, and what ends that: a sentence each. */
export interface Exposure {
  readonly what: string
  readonly remedy: string
}

/** Looks what others on this machine may do with the database; undefined where they may nothing. */
export function findExposure(directory: string): Exposure | undefined {
  const file = fileOf(directory)
  // Windows has other rights than these.
  if (process.platform === 'win32') return undefined
  if ((statSync(file).mode & OTHERS) !== 0) {
    return {
      what: `Others on this machine may read or write ${file}, which holds conversations.`,
      remedy: `Run: chmod 600 ${file}*`,
    }
  }
  if ((statSync(directory).mode & OTHERS_WRITE) !== 0) {
    return {
      what: `Others on this machine may put files into ${directory}, and so replace the database.`,
      remedy: `Run: chmod 700 ${directory}`,
    }
  }
  return undefined
}
