import { rmSync } from 'node:fs'
import type Libsql from 'libsql'
import type { StoreNotice } from '../../store.js'
import { createFile } from './libsql-folder.js'
import { rescuePaths } from './libsql-kept.js'

/** Copies a database into a new file, which is left only where it is whole. Returns whether it is. */
function copyInto(database: Libsql.Database, file: string): boolean {
  let isMade = false
  try {
    isMade = createFile(file)
    database.prepare('vacuum into ?').run([file])
    return true
  } catch {
    if (isMade) rmSync(file, { force: true })
    return false
  }
}

/** Writes what a file that has no name any more holds into a new one beside, or, without the folder, beside that. */
export function rescue(
  writer: Libsql.Database,
  directory: string,
  notify: (notice: StoreNotice) => void,
): void {
  const paths = rescuePaths(directory)
  const file = paths.find((each) => copyInto(writer, each))
  const message =
    file === undefined
      ? `What was stored could not be written to ${paths.join(' or ')}. Where ${directory} was moved, it is there.`
      : `What was stored is in ${file}. To continue with it: signet restore ${file}`
  notify({ level: 'error', message })
  try {
    // The file itself may be in another folder: what its log has is in it, too, and is left for no other file.
    writer.prepare('pragma wal_checkpoint(truncate)').all([])
  } catch {
    // Its disk is full, say. The copy is whole without it.
  }
}
