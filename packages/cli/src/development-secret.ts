import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecret } from '@signet/auth'

/**
 * The secret for an application that names none, made once and kept in the data folder. Only for
 * development.
 */
export function developmentSecret(dataDirectory: string): string {
  const file = join(dataDirectory, 'development-secret')
  if (!existsSync(file)) {
    mkdirSync(dataDirectory, { recursive: true })
    const temporary = `${file}.${randomUUID()}`
    writeFileSync(temporary, createSecret(), { mode: 0o600 })
    renameSync(temporary, file)
  }
  return readFileSync(file, 'utf8').trim()
}
