import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandFailure } from '../failure.js'

/** Variables that hold a credential, each of which may be in a file instead. */
const SECRETS = [
  'MASTRA_JWT_SECRET',
  'JWT_AUTH_SECRET',
  'SIGNET_DATABASE_URL',
  'DATABASE_URL',
  'REDIS_URL',
  'OPENAI_API_KEY',
] as const

function readBytes(variable: string, file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new CommandFailure(
      `The file that ${variable} names cannot be read. Check its path, and that the server is allowed to read it.`,
      { cause },
    )
  }
}

/** Decodes UTF-8 without its byte order mark; undefined for other bytes, and if one is NUL. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function read(variable: string, file: string): string {
  const text = decode(readBytes(variable, file))
  if (text === undefined) {
    // Random bytes would lose much of their randomness as text, and a variable ends at a NUL.
    const message = `The file that ${variable} names is not text in UTF-8. Write the secret as text, such as npx signet secret prints.`
    throw new CommandFailure(message)
  }
  // Editors and `echo` add a line end, which is not part of the secret.
  return text.trim()
}

/**
 * Reads secrets from files, as Kubernetes, Docker and systemd mount them: `MASTRA_JWT_SECRET_FILE` names the file of
 * `MASTRA_JWT_SECRET`, and the other variables have one each. White space at both ends is removed.
 *
 * @param directory - what their paths are relative to
 * @throws {CommandFailure} where a file cannot be read, is not a text or is empty, or where the variable is set to another value
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
    if (secret === '')
      throw new CommandFailure(
        `The file that ${variable} names is empty. Write the secret into it.`,
      )
    if ((environment[name] ?? secret) !== secret) {
      throw new CommandFailure(
        `${name} and ${variable} are both set, to different values. Keep one of them.`,
      )
    }
    environment[name] = secret
  }
}
