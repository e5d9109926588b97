import { resolve } from 'node:path'
import { createSecret } from '@signet/auth'
import { UsageFailure } from '../failure.js'
import { type Io, writeLine } from '../terminal/io.js'
import { writeSecretEntry } from '../project/secret-entry.js'

/** Flags of `signet secret`. */
export interface SecretOptions {
  /** The environment file to write to. */
  readonly write?: string
  readonly force?: boolean
}

/**
 * Creates a secret of 384 random bits, enough for every HMAC algorithm. Prints it, or writes it to a file without
 * printing it.
 */
export function runSecret({ write, force }: SecretOptions, io: Io): void {
  if (write === undefined) {
    if (force === true) throw new UsageFailure('--force needs --write <file>.')
    writeLine(io.stdout, createSecret())
    return
  }
  if (write.trim() === '') throw new UsageFailure('--write is empty. Name a file, such as .env.')
  writeSecretEntry(resolve(io.directory, write), createSecret(), { isForced: force })
  writeLine(io.stderr, `Wrote a new MASTRA_JWT_SECRET to ${write}. Keep this file out of Git.`)
}
