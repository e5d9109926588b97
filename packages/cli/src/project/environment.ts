import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvFile } from './env-file.js'
import { CommandFailure } from '../failure.js'
import { readSecretFiles } from './secret-files.js'
import { tidyVariables } from './tidy-variables.js'

/** The environment files. The first file that sets a variable wins. */
export function envFiles(): readonly string[] {
  const mode = process.env['NODE_ENV'] === 'development' ? 'development' : 'production'
  return [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env']
}

/** The variables whose value is from a file. */
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
 * Reads environment files of a folder (first `.env.<mode>.local`, then `.env.local`, `.env.<mode>` and `.env`), and
 * then secret files. The mode is `development` if NODE_ENV is, otherwise `production`. A variable that is already set
 * keeps its value; white space at its ends is removed unless it is a secret.
 * @throws {CommandFailure} where a file cannot be read
 */
export function loadEnvironment(directory: string): void {
  tidyVariables()
  for (const name of envFiles()) loadEnvFile(directory, name)
  tidyVariables()
  readSecretFiles(directory)
}

/**
 * Reads the environment files again, and removes the variables that came from them before.
 * @throws {CommandFailure} as `loadEnvironment` does
 */
export function reloadEnvironment(directory: string): void {
  for (const variable of fromFiles) delete process.env[variable]
  fromFiles.clear()
  loadEnvironment(directory)
}

/**
 * Changes to a folder as if the process had been started there: reads its environment files and secret files, and turns
 * on source maps for stacks.
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

/** Sets NODE_ENV to production if it is not set, or is development, in which tokens may be laxer. */
export function requireProduction(): void {
  const { NODE_ENV: environment } = process.env
  if (environment === undefined || environment === '' || environment === 'development') {
    process.env['NODE_ENV'] = 'production'
  }
}
