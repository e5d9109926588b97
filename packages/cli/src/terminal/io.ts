import type { Readable, Writable } from 'node:stream'
import { printableLines } from './printable.js'

/** Where a command writes and what it reads, so that a test can stand in for a terminal. */
export interface Io {
  /** Only the result of the command. */
  readonly stdout: Writable
  /** Piped input, or typed input on a terminal. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Everything else that the command prints. */
  readonly stderr: Writable
  /** The folder that relative paths start from. */
  readonly directory: string
}

/** Writes a text and a line end. Control characters are escaped, so that a terminal does not obey them. */
export function writeLine(stream: Writable, text: string): void {
  stream.write(`${printableLines(text)}\n`)
}
