import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createSecret } from '@signet/auth'
import { CommandFailure } from './failure.js'

const ENTRIES = ['index.ts', 'index.mts', 'index.js', 'index.mjs'].map((name) =>
  join('src', 'mastra', name),
)

/** The folder of an application and what lies in it. */
export interface Project {
  readonly directory: string
  /** The module that exports `mastra`. */
  readonly entry: string
  /** What this process bundles goes here. It lies in the project, so that imports find its packages. */
  readonly buildDirectory: string
  /** What lasts goes here: `SIGNET_DATA_DIR`, else `.signet` in the project. */
  readonly dataDirectory: string
}

/**
 * Finds the application in a folder.
 * @throws {CommandFailure} where there is none
 */
export function openProject(directory: string): Project {
  const entry = ENTRIES.map((name) => join(directory, name)).find((file) => existsSync(file))
  if (entry === undefined) {
    throw new CommandFailure(
      `There is no src/mastra/index.ts in ${directory}. Go to the folder of an application, or name it with --dir.`,
    )
  }
  const dataDirectory = process.env['SIGNET_DATA_DIR'] ?? join(directory, '.signet')
  return {
    directory,
    entry,
    buildDirectory: join(directory, '.signet', `build-${process.pid}`),
    dataDirectory: resolve(directory, dataDirectory),
  }
}

/**
 * The secret for an application that names none, made once and kept in the data folder. Only for
 * development.
 */
export function developmentSecret({ dataDirectory }: Project): string {
  const file = join(dataDirectory, 'development-secret')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  mkdirSync(dataDirectory, { recursive: true })
  const temporary = `${file}.${randomUUID()}`
  writeFileSync(temporary, createSecret(), { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, file)
  return readFileSync(file, 'utf8').trim()
}
