import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvFile } from './env-file.js'
import { CommandFailure } from '../failure.js'
import { readSecretFiles } from './secret-files.js'
import { tidyVariables } from './tidy-variables.js'

/** The files of variables, the one whose values win first. */
export function envFiles(): readonly string[] {
  const mode = process.env['NODE_ENV'] === 'development' ? 'development' : 'production'
  return [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env']
}

/** The variables that have their value from a file. */
const fromFiles = new Set<string>()

function loadEnvFile(directory: string, name: string): void {
  const file = join(directory, name)
  if (!existsSync(file)) return
  for (const [variable, value] of Object.entries(readEnvFile(file))) {
    if (process.env[variable] !== undefined) continue
    process.env[variable] = value
    fromFiles.add(variable)
  }
}

/**
 * Reads the files of variables of a folder into the environment, and the secrets that stand in files: first
 * `.env.<mode>.local`, then `.env.local`, `.env.<mode>` and `.env`; the mode is `development` where NODE_ENV says so,
 * else `production`. What is set already stays as it is, but for white space at the ends of what is not a secret.
 * @throws {CommandFailure} where a file cannot be read
 */
export function loadEnvironment(directory: string): void {
  tidyVariables()
  for (const name of envFiles()) loadEnvFile(directory, name)
  tidyVariables()
  readSecretFiles(directory)
}

/**
 * Reads the files of variables anew, as they are now: what came from them before is forgotten.
 * @throws {CommandFailure} as `loadEnvironment` does
 */
export function reloadEnvironment(directory: string): void {
  for (const variable of fromFiles) delete process.env[variable]
  fromFiles.clear()
  loadEnvironment(directory)
}

/**
 * Makes a folder the one that this process works in, as if it had been started there, with its variables, with
 * the secrets that stand in files, and with stacks that name the lines of the sources.
 * @throws {CommandFailure} where there is no such folder, or a file of variables or a secret cannot be read
 */
export function enterProject(directory: string): void {
  try {
    process.chdir(directory)
  } catch (cause) {
    throw new CommandFailure(
      `There is no folder ${directory}. Name the folder of the application with --dir.`,
      {
        cause,
      },
    )
  }
  loadEnvironment(directory)
  process.setSourceMapsEnabled(true)
}

/** A name of an environment in which tokens may be laxer counts for nothing here. */
export function requireProduction(): void {
  const { NODE_ENV: environment } = process.env
  if (environment === undefined || environment === '' || environment === 'development') {
    process.env['NODE_ENV'] = 'production'
  }
}
