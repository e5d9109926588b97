import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandFailure } from './failure.js'

/** Variables that hold a credential, each of which may stand in a file instead. */
const SECRETS = [
  'MASTRA_JWT_SECRET',
  'JWT_AUTH_SECRET',
  'DATABASE_URL',
  'REDIS_URL',
  'OPENAI_API_KEY',
] as const

function read(variable: string, file: string): string {
  try {
    // The newline that editors and `echo` leave at the end is no part of a secret.
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new CommandFailure(`The file that ${variable} names cannot be read.`, { cause })
  }
}

/**
 * Reads secrets from files, as Kubernetes, Docker and systemd mount them: `MASTRA_JWT_SECRET_FILE` names the
 * file of `MASTRA_JWT_SECRET`, and so for the others.
 *
 * @param directory - what their paths are relative to
 * @throws {CommandFailure} where a file cannot be read or is empty, or where the variable is set to another value
 */
export function readSecretFiles(
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
): void {
  for (const name of SECRETS) {
    const variable = `${name}_FILE`
    const file = environment[variable]
    if (file === undefined || file === '') continue
    const secret = read(variable, resolve(directory, file))
    if (secret === '') throw new CommandFailure(`The file that ${variable} names is empty.`)
    if ((environment[name] ?? secret) !== secret) {
      throw new CommandFailure(
        `${name} and ${variable} are both set, to different values. Keep one of them.`,
      )
    }
    environment[name] = secret
  }
}
