import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { CommandFailure } from '../failure.js'

/** The byte order marks of UTF-16. Windows PowerShell writes such files. */
const MARKS: readonly (readonly [first: number, second: number, encoding: string])[] = [
  [0xff, 0xfe, 'utf-16le'],
  [0xfe, 0xff, 'utf-16be'],
]

function encodingOf([first, second]: Uint8Array): string {
  return MARKS.find((mark) => mark[0] === first && mark[1] === second)?.[2] ?? 'utf-8'
}

/** @throws {TypeError} for bytes that are not of their encoding */
function decode(bytes: Uint8Array): string {
  // TextDecoder removes a byte order mark.
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
}

/**
 * Reads an environment file in UTF-8, with or without a byte order mark, or in UTF-16 with one. Any line ends are
 * accepted.
 * @throws {CommandFailure} where it cannot be read, or is neither
 */
export function readEnvFile(file: string): Readonly<Record<string, string>> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw new CommandFailure(
      `${file} cannot be read. Check that it is a file, and that you are allowed to read it.`,
      { cause },
    )
  }
  let text: string
  try {
    text = decode(bytes)
  } catch (cause) {
    throw new CommandFailure(`${file} is not text in UTF-8. Save it in UTF-8.`, { cause })
  }
  if (text.includes('\0')) {
    throw new CommandFailure(
      `${file} has a NUL character, as UTF-16 without a byte order mark has. Save it in UTF-8.`,
    )
  }
  return parseEnv(text.replace(/\r\n?/g, '\n')) as Readonly<Record<string, string>>
}
