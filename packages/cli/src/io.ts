import type { Readable, Writable } from 'node:stream'

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

/** Writes one line. */
export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`)
}
