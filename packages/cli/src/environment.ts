import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailure } from './failure.js'
import { readSecretFiles } from './secret-files.js'

function loadEnvFile(directory: string): void {
  const file = join(directory, '.env')
  if (!existsSync(file)) return
  try {
    process.loadEnvFile(file)
  } catch (cause) {
    throw new CommandFailure(`${file} cannot be read as a file of variables.`, { cause })
  }
}

/**
 * Reads `.env` of a folder into the environment, and the secrets that stand in files. Variables that are
 * set already stay as they are.
 * @throws {CommandFailure} where a file cannot be read
 */
export function loadEnvironment(directory: string): void {
  loadEnvFile(directory)
  readSecretFiles(directory)
}

/**
 * Makes a folder the one that this process works in, as if it had been started there, with its `.env`, with
 * the secrets that stand in files, and with stacks that name the lines of the sources.
 * @throws {CommandFailure} where there is no such folder, or its `.env` or a secret cannot be read
 */
export function enterProject(directory: string): void {
  try {
    process.chdir(directory)
  } catch (cause) {
    throw new CommandFailure(
      `There is no folder ${directory}. Name the application's with --dir.`,
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
