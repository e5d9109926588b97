import type { Writable } from 'node:stream'
import { countLostLogLines } from '@signet/core'
import { standardOutput, type LogOutput } from '@signet/server'

/** The streams whose output may be lost: nobody waits for what they cannot write. */
const lossy = new WeakSet<Writable>()

/** Where nobody reads on, as behind `| head`, what is still written goes nowhere, and that is no failure. */
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

/** Node.js writes its warnings past its own streams, and would stand still where a pipe is full. */
function sendWarnings(): void {
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => {
    process.stderr.write(`(node:${process.pid}) ${name}: ${message}\n`)
  })
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
