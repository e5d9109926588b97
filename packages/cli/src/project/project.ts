import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CommandFailure } from '../failure.js'
import { nearbyWords } from './nearby.js'

const ENTRIES = ['index.ts', 'index.mts', 'index.js', 'index.mjs'].map((name) =>
  join('src', 'mastra', name),
)

/** The folder of an application and what lies in it. */
export interface Project {
  readonly directory: string
  /** The module that exports `mastra`. */
  readonly entry: string
  /** The folder for the bundle of this process. It lies in the project, so that imports find the packages. */
  readonly buildDirectory: string
}

/** The application in a folder; undefined if there is none. */
export function findProject(directory: string): Project | undefined {
  const entry = ENTRIES.map((name) => join(directory, name)).find((file) => existsSync(file))
  if (entry === undefined) return undefined
  return {
    directory,
    entry,
    buildDirectory: join(directory, '.signet', `build-${process.pid}`),
  }
}

/** Says that a folder has no application, and names one nearby, if there is one. */
export function describeMissing(directory: string): string {
  const remedy = nearbyWords(directory, (folder) => findProject(folder) !== undefined)
  return `There is no application in ${directory}: src/mastra/index.ts is missing. ${remedy}`
}

/**
 * Finds the application in a folder.
 * @throws {CommandFailure} where there is none
 */
export function openProject(directory: string): Project {
  const project = findProject(directory)
  if (project !== undefined) return project
  throw new CommandFailure(describeMissing(directory))
}

/** The folder of the stored data: `SIGNET_DATA_DIR`, which may be set in `.env`, otherwise `.signet` in the project. */
export function dataDirectory({ directory }: Project): string {
  return resolve(directory, process.env['SIGNET_DATA_DIR'] || '.signet')
}
