import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual, parseEnv } from 'node:util'
import { readEnvFile } from './env-file.js'
import { CommandFailure } from '../failure.js'

const NAME = 'MASTRA_JWT_SECRET'
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?MASTRA_JWT_SECRET[ \t]*=.*$/gm

/** Replaces the last assignment of the variable, which is the one that counts, or adds a line at the end. */
function withSecret(text: string, secret: string): string {
  const last = [...text.matchAll(ASSIGNMENT)].at(-1)
  if (last !== undefined) {
    const end = last.index + last[0].length
    return `${text.slice(0, last.index)}${NAME}=${secret}${text.slice(end)}`
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const separator = text === '' || text.endsWith('\n') ? '' : newline
  return `${text}${separator}${NAME}=${secret}${newline}`
}

/** Whether the replaced line holds the whole value: no part of the old secret may stay. */
function isOneLine(text: string, value: string | undefined): boolean {
  const last = [...text.matchAll(ASSIGNMENT)].at(-1)
  return last === undefined || parseEnv(last[0])[NAME] === value
}

/** Checks the edited text: only the secret may differ. */
function isEdited(text: string, expected: Readonly<Record<string, string>>): boolean {
  return isDeepStrictEqual({ ...parseEnv(text) }, expected)
}

/** Readers see the old text or the new one, never a part of it. Only the owner can read the file. */
function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600, flush: true })
    renameSync(temporary, file)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw new CommandFailure(
      `${file} cannot be written. Check that its folder exists and that you are allowed to write there.`,
      {
        cause,
      },
    )
  }
}

/**
 * Writes a secret to an environment file, and keeps its other lines. Creates the file if it does not exist. Afterwards
 * only its owner can read it. A symbolic link stays one.
 *
 * @param options.isForced - whether a secret that stands there is replaced. Default: it is not
 * @throws {CommandFailure} where there is a secret already, or the file cannot be read, understood or written
 */
export function writeSecretEntry(
  file: string,
  secret: string,
  { isForced = false }: { readonly isForced?: boolean | undefined } = {},
): void {
  const isThere = existsSync(file)
  const variables = isThere ? readEnvFile(file) : {}
  if ((variables[NAME] ?? '') !== '' && !isForced) {
    const message = `${file} already has a ${NAME}. A new secret ends every token that the old one signed. To replace it anyway, add --force.`
    throw new CommandFailure(message)
  }
  const before = isThere ? readFileSync(file, 'utf8') : ''
  const after = withSecret(before, secret)
  if (!isOneLine(before, variables[NAME]) || !isEdited(after, { ...variables, [NAME]: secret })) {
    const message = `${file} cannot be edited safely. Save it in UTF-8, or set ${NAME} in it by hand.`
    throw new CommandFailure(message)
  }
  writeAtomically(isThere ? realpathSync(file) : file, after)
}
