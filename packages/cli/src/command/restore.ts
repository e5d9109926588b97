import { resolve } from 'node:path'
import { restoreFile } from '@signet/store'
import { enterProject } from '../project/environment.js'
import { fileDirectory, inFile } from '../project/file-store.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson, printableText } from '../terminal/printable.js'
import { openStoredProject } from '../project/stored-project.js'

const POSTGRES =
  'Stop every server, then run: pg_restore --clean --if-exists --dbname="$DATABASE_URL" signet.dump. To revoke all tokens, run: npx signet revoke --all'

const LOST =
  'Every change after the backup is lost: newer messages are missing, threads that were deleted since are back, and tokens and API keys that were revoked since are valid again.'
const ENDED = 'Every token and API key issued until now is revoked. Issue new ones.'
const NOT_ENDED = 'To revoke every token and API key issued until now, run: npx signet revoke --all'

/** Flags of `signet restore`. */
export interface RestoreFlags {
  /** Revokes every token and API key issued until now. */
  readonly endTokens?: boolean
  readonly json?: boolean
}

/**
 * Replaces the application's signet.db with a backup. The server must not run.
 * @param backup - the file, from the folder in which the command runs
 * @throws {CommandFailure} where that cannot be done; then nothing is changed
 */
export async function runRestore(
  backup: string,
  directory: string,
  flags: RestoreFlags,
  io: Io,
): Promise<void> {
  const project = openStoredProject(directory)
  enterProject(directory)
  const target = fileDirectory(project, POSTGRES)
  const file = resolve(io.directory, backup)
  const endsTokens = flags.endTokens === true
  const moved = await inFile(() => restoreFile(file, { directory: target, endsTokens }))
  if (flags.json) {
    writeLine(io.stdout, printableJson({ file, putAside: moved, endedTokens: endsTokens }))
    return
  }
  writeLine(io.stdout, `Restored from ${printableText(file)}.`)
  if (moved.length > 0) {
    writeLine(io.stdout, `The replaced store is kept as ${moved.map(printableText).join(', ')}.`)
  }
  writeLine(io.stdout, `${LOST} ${endsTokens ? ENDED : NOT_ENDED}`)
}
