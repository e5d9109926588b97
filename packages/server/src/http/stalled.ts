import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How often in the allowed time it is looked whether a socket has taken something. To count looks, and not time, spares
 * those who read while the process itself stood still.
 */
const LOOKS = 6

interface Progress {
  /** How many bytes the socket had taken. */
  readonly taken: number
  /** How often it has not taken any since. */
  looks: number
}

/**
 * Ends each connection whose answer waits while its socket takes no byte of it: nobody reads there. A quiet
 * connection, for which nothing waits, is left alone.
 * @param open - the connections of the server
 * @param timeoutMs - how long nothing may be taken, in milliseconds
 */
export function endStalled(server: Server, open: ReadonlySet<Socket>, timeoutMs: number): void {
  const progress = new WeakMap<Socket, Progress>()

  function look(socket: Socket): void {
    const { writableLength } = socket
    if (writableLength === 0) return void progress.delete(socket)
    const taken = socket.bytesWritten - writableLength
    const before = progress.get(socket)
    if (before?.taken !== taken) progress.set(socket, { taken, looks: 0 })
    // What the operating system holds for the client is let go of, too.
    else if (++before.looks >= LOOKS) socket.resetAndDestroy()
  }

  const looking = setInterval(() => open.forEach(look), timeoutMs / LOOKS).unref()
  server.once('close', () => clearInterval(looking))
}
