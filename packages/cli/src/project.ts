import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
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
}

/** The application in a folder; undefined where there is none. */
export function findProject(directory: string): Project | undefined {
  const entry = ENTRIES.map((name) => join(directory, name)).find((file) => existsSync(file))
  if (entry === undefined) return undefined
  return {
    directory,
    entry,
    buildDirectory: join(directory, '.signet', `build-${process.pid}`),
  }
}

/**
 * Finds the application in a folder.
 * @throws {CommandFailure} where there is none
 */
export function openProject(directory: string): Project {
  const project = findProject(directory)
  if (project !== undefined) return project
  throw new CommandFailure(
    `There is no src/mastra/index.ts in ${directory}. Go to the folder of an application, or name it with --dir.`,
  )
}

/** Where what lasts is kept: `SIGNET_DATA_DIR`, which may stand in `.env`, else `.signet` in the project. */
export function dataDirectory({ directory }: Project): string {
  return resolve(directory, process.env['SIGNET_DATA_DIR'] || '.signet')
}
