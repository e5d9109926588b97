import { isObject } from '@signet/auth/internal'
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'

type Written = (error: NodeJS.ErrnoException | null | undefined, count: number) => void

/** Where bytes go. */
export interface ByteSink {
  /** Writes some of the bytes or all, and says how many. Does not wait in the thread of JavaScript. */
  write(bytes: Buffer, written: Written): void
  /** Tries once to write them while the process ends. */
  writeLast(bytes: Buffer): void
}

/** Standard output, standard error. */
export type StandardFd = 1 | 2

/** A file, a terminal, or a pipe that does not block: a thread of Node.js writes. */
function descriptorSink(fd: number): ByteSink {
  return {
    write: (bytes, written) => write(fd, bytes, written),
    writeLast: (bytes) => void writeSync(fd, bytes),
  }
}

/** A child process that inherits a pipe or a socket lets it block again, for this process too, which shares it. */
function keepFromBlocking(stream: NodeJS.WriteStream): void {
  const handle: unknown = Reflect.get(stream, '_handle')
  if (!isObject(handle)) return
  const setBlocking: unknown = Reflect.get(handle, 'setBlocking')
  if (typeof setBlocking === 'function') Reflect.apply(setBlocking, handle, [false])
}

/** A socket, or a pipe that cannot be opened once more, by the stream that Node.js has for it. */
function streamSink(stream: NodeJS.WriteStream): ByteSink {
  const writeTo = stream.write.bind(stream)
  const ignore = () => undefined
  return {
    write(bytes, written) {
      if (process.platform !== 'win32') keepFromBlocking(stream)
      // What fails is told to the callback too, and an event without a listener would end the process.
      stream.on('error', ignore)
      writeTo(bytes, (error) => {
        setImmediate(() => stream.off('error', ignore))
        written(error, bytes.length)
      })
    },
    writeLast: (bytes) => void writeTo(bytes),
  }
}

function kindOf(fd: StandardFd): 'file' | 'pipe' | 'socket' {
  try {
    const stats = fstatSync(fd)
    if (stats.isFIFO()) return 'pipe'
    return stats.isSocket() ? 'socket' : 'file'
  } catch {
    return 'file'
  }
}

/** A way of its own into a pipe: whoever else has the pipe cannot make it block. Undefined where there is none. */
function openPipe(fd: StandardFd): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/**
 * What writes to standard output or standard error. A pipe is never waited for: a thread that writes to one which nobody
 * reads would keep the process from ending, and Node.js itself would stand still.
 */
export function standardSink(fd: StandardFd): ByteSink {
  const kind = kindOf(fd)
  if (kind === 'file') return descriptorSink(fd)
  const own = kind === 'pipe' ? openPipe(fd) : undefined
  if (own !== undefined) return descriptorSink(own)
  return streamSink(fd === 1 ? process.stdout : process.stderr)
}
