import type { Writable } from 'node:stream'
import { countLostLogLines, type Logger } from '@signet/core'
import { standardOutput, type LogOutput } from '@signet/server/internal'
import { printableLines } from './printable.js'

/** The streams whose output may be lost: nobody waits for what they cannot write. */
const lossy = new WeakSet<Writable>()

/** Where nobody reads on, as behind `| head`, what is still written goes nowhere, and that is not a failure. */
export function outliveReader(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (lossy.has(stream)) countLostLogLines(1)
    else if (error.code !== 'EPIPE') throw error
  })
}

function toBytes(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
  return Buffer.from(String(chunk), known)
}

/** Sends what a stream is given another way. A terminal keeps its own: its reader is a person. */
function sendThrough(stream: NodeJS.WriteStream, output: LogOutput): void {
  stream.write = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
    output.write(toBytes(chunk, rest[0]))
    const callback = rest.find((each) => typeof each === 'function')
    if (callback !== undefined) process.nextTick(() => void Reflect.apply(callback, undefined, []))
    return true
  }
}

/** A warning of Node.js, or of a package, by `process.emitWarning`. */
interface Warning extends Error {
  readonly code?: string
}

/** Tells a warning as Node.js does, without what it was emitted by. */
let tellWarning = ({ name, message }: Warning): void => {
  process.stderr.write(printableLines(`(node:${process.pid}) ${name}: ${message}\n`))
}

/**
 * Node.js writes its warnings past its own streams, and would stand still where a pipe is full. Its own listener is
 * known by its name; it is not there where warnings are switched off. Those of others stay.
 */
function sendWarnings(): void {
  const own = process.listeners('warning').find(({ name }) => name === 'onWarning')
  if (own === undefined) return
  process.off('warning', own)
  process.on('warning', (warning) => tellWarning(warning))
}

/** From now on each warning of Node.js is one line of the log, however many lines its message has. */
export function logWarnings(logger: Logger): void {
  tellWarning = ({ name, code, message }) => {
    logger.warn('Node.js wrote a warning.', { name, ...(code && { code }), message })
  }
}

/**
 * From now on standard output and standard error of this process lose what they cannot write, and count it, whoever
 * writes: the log, or `console.log` of the application. 1 MiB of each waits for its reader.
 */
export function loseOutput(): void {
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    if (lossy.has(stream)) continue
    lossy.add(stream)
    if (!stream.isTTY) sendThrough(stream, standardOutput(fd))
  }
  sendWarnings()
}
