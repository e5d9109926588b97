import type { Readable, Writable } from 'node:stream'
import { printableLines } from './printable.js'

/** Where a command writes and what it reads, so that a test can stand in for a terminal. */
export interface Io {
  /** What was asked for, and nothing else. */
  readonly stdout: Writable
  /** What is piped in; what is typed, where it is a terminal. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Everything that is said beside it. */
  readonly stderr: Writable
  /** The folder that relative paths start from. */
  readonly directory: string
}

/** Writes a text, and ends its line. Nothing in it reaches a terminal as a command. */
export function writeLine(stream: Writable, text: string): void {
  stream.write(`${printableLines(text)}\n`)
}
