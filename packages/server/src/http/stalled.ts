import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How often in the allowed time it is looked whether a socket has taken something. To count looks, and not time, spares
 * those who read while the process itself stood still.
 */
const LOOKS = 6
/** The longest time that is allowed for bytes that a socket has taken. */
const MAX_HELD_MS = 15 * 60_000

/** How long a socket may take nothing of what waits for it. */
export interface StallLimits {
  /** In milliseconds, beside the time that the slowest client needs for what the socket has taken. */
  readonly timeoutMs: number
  /** How fast that client reads, in bytes per second. */
  readonly slowestRate: number
}

interface Progress {
  /** How many bytes the socket has taken. */
  readonly taken: number
  /** For how many looks it may take no more. */
  looks: number
}

const UNSEEN: Progress = { taken: 0, looks: 0 }

/**
 * Ends each connection whose answer waits while its socket takes no byte of it: nobody reads there. The operating
 * system holds what a socket has taken, up to some MiB, and takes more only once a good part of that is read. So a
 * client has time to read it first. A quiet connection, for which nothing waits, is left alone.
 * @param open - the connections of the server
 */
export function endStalled(
  server: Server,
  open: ReadonlySet<Socket>,
  { timeoutMs, slowestRate }: StallLimits,
): void {
  const progress = new WeakMap<Socket, Progress>()
  const lookMs = timeoutMs / LOOKS
  const bytesPerLook = (Math.max(1, slowestRate) * lookMs) / 1000

  /** @returns for how many looks a socket may take no more that has just taken bytes */
  function allow(bytes: number, looksBefore: number): number {
    // What it took before may still be held.
    const held = Math.max(0, looksBefore - LOOKS) + bytes / bytesPerLook
    return LOOKS + Math.min(held, MAX_HELD_MS / lookMs)
  }

  function look(socket: Socket): void {
    const { writableLength } = socket
    if (writableLength === 0) return void progress.delete(socket)
    const taken = socket.bytesWritten - writableLength
    const before = progress.get(socket)
    if (before?.taken !== taken) {
      const { taken: takenBefore, looks } = before ?? UNSEEN
      progress.set(socket, { taken, looks: allow(taken - takenBefore, looks - 1) })
    }
    // What the operating system holds for the client is released, too.
    else if (--before.looks <= 0) socket.resetAndDestroy()
  }

  const looking = setInterval(() => open.forEach(look), lookMs).unref()
  server.once('close', () => clearInterval(looking))
}
