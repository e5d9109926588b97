import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.js'

/** How often a server that closes looks for connections whose answer has ended. */
const IDLE_CHECK_MS = 20

/**
 * Node closes as idle also a connection whose answer has ended and is still being sent, and leaves no choice
 * which ones to close. So none is closed, by its own `close` neither, before all is sent.
 */
function spareUnsent(server: Server, open: ReadonlySet<Socket>): void {
  const closeIdle = server.closeIdleConnections.bind(server)
  server.closeIdleConnections = () => {
    for (const { writableLength } of open) if (writableLength > 0) return
    closeIdle()
  }
}

/** Takes no more connections and closes each one as it falls idle, however long it might be kept otherwise. */
export function closeGently(server: Server, { open, unused }: Connections): Promise<void> {
  spareUnsent(server, open)
  return new Promise((resolve) => {
    // Before the answer, which may be sent at once.
    server.prependListener('request', (_request, response) => {
      response.setHeader('connection', 'close')
    })
    // To be told of the end of each answer would cost every request of the server's life.
    const closing = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
    server.close(() => {
      clearInterval(closing)
      resolve()
    })
    for (const socket of unused) socket.destroy()
  })
}

/** Cuts every connection when the grace is over, unless all is closed before. */
export function cutAfter(server: Server, graceMs: number, closed: Promise<void>): void {
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs)
  void closed.then(() => clearTimeout(deadline))
}
