import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecret } from '@signet/auth'

function fileOf(dataDirectory: string): string {
  return join(dataDirectory, 'development-secret')
}

/** The secret that was created earlier; undefined if there is none. */
export function findDevelopmentSecret(dataDirectory: string): string | undefined {
  const file = fileOf(dataDirectory)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** The secret for an application that sets none, created once and stored in the data folder. Only for development. */
export function developmentSecret(dataDirectory: string): string {
  const file = fileOf(dataDirectory)
  if (!existsSync(file)) {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    const temporary = `${file}.${randomUUID()}`
    writeFileSync(temporary, createSecret(), { mode: 0o600 })
    renameSync(temporary, file)
  }
  return readFileSync(file, 'utf8').trim()
}
