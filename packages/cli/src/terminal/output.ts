import type { Writable } from 'node:stream'
import { countLostLogLines, type Logger } from '@signet/core'
import { standardOutput, type LogOutput } from '@signet/server/internal'
import { printableLines } from './printable.js'

/** Streams whose output may be lost: the process does not wait until they can write. */
const lossy = new WeakSet<Writable>()

/** Ignores that a reader has gone, as with `| head`: later output is lost, and the command does not fail. */
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

/** Redirects what is written to a stream to another output. Not used for a terminal. */
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

/** Prints a warning as Node.js does, without its origin. */
let tellWarning = ({ name, message }: Warning): void => {
  process.stderr.write(printableLines(`(node:${process.pid}) ${name}: ${message}\n`))
}

/**
 * Replaces the warning listener of Node.js, which writes past `process.stderr` and would block on a full pipe. The
 * listener is found by its name. It is absent if warnings are off. Other listeners stay.
 */
function sendWarnings(): void {
  const own = process.listeners('warning').find(({ name }) => name === 'onWarning')
  if (own === undefined) return
  process.off('warning', own)
  process.on('warning', (warning) => tellWarning(warning))
}

/** From now on, each warning of Node.js becomes one line of the log. */
export function logWarnings(logger: Logger): void {
  tellWarning = ({ name, code, message }) => {
    logger.warn('Node.js wrote a warning.', { name, ...(code && { code }), message })
  }
}

/**
 * From now on, standard output and standard error drop what they cannot write, and count it, for the log as for
 * `console.log` of the application. Each buffers 1 MiB for its reader.
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
