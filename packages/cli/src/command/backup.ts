import { resolve } from 'node:path'
import { backupFile } from '@signet/store'
import { enterProject } from '../project/environment.js'
import { fileDirectory, inFile } from '../project/file-store.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson, printableText } from '../terminal/printable.js'
import { openStoredProject } from '../project/stored-project.js'

const POSTGRES = 'Run: pg_dump --format=custom --file=signet.dump "$DATABASE_URL"'

/** Flags of `signet backup`. */
export interface BackupFlags {
  readonly force?: boolean
  readonly json?: boolean
}

/**
 * Writes a backup of the application's signet.db. The server may keep running.
 * @param target - the new file, from the folder in which the command runs
 * @throws {CommandFailure} where it cannot be made; then no file of that name is left
 */
export async function runBackup(
  target: string,
  directory: string,
  flags: BackupFlags,
  io: Io,
): Promise<void> {
  const project = openStoredProject(directory)
  enterProject(directory)
  const source = fileDirectory(project, POSTGRES)
  const file = resolve(io.directory, target)
  const bytes = await inFile(() =>
    backupFile(file, { directory: source, replaces: flags.force === true }),
  )
  const text = `Wrote and checked the backup ${printableText(file)} (${bytes} bytes). It holds conversations and revocations: protect it as you protect signet.db.`
  writeLine(io.stdout, flags.json ? printableJson({ file, bytes }) : text)
}
