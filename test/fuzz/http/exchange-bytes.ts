import { connect } from 'node:net'

/** How a client ends. */
export type Ending = 'half-close' | 'abort'

/** What became of a connection. */
export interface ByteExchange {
  /** A character for each byte. */
  readonly received: string
  /** Whether the server has ended the connection, or what it was sent was cut by the client. */
  readonly isEnded: boolean
  readonly error: string | undefined
}

/**
 * Sends bytes in pieces, ends as it is told, and takes what comes back until the server ends the
 * connection.
 * @param mostMs - how long that may take, in milliseconds
 */
export function exchangeBytes(
  port: number,
  pieces: readonly string[],
  ending: Ending,
  mostMs: number,
): Promise<ByteExchange> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    let received = ''
    let error: string | undefined
    let isEnded = ending === 'abort'
    const timer = setTimeout(() => socket.destroy(), mostMs)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (received += text))
    socket.on('end', () => {
      isEnded = true
      socket.destroy()
    })
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      error = cause.code ?? cause.message
      isEnded = true
    })
    socket.once('close', () => {
      clearTimeout(timer)
      resolve({ received, isEnded, error })
    })
    socket.once('connect', () => void sendPieces())

    async function sendPieces(): Promise<void> {
      for (const piece of pieces) {
        if (!socket.writable) return
        socket.write(piece, 'latin1')
        // So that the pieces arrive as pieces.
        await new Promise((done) => setImmediate(done))
      }
      if (ending === 'abort') socket.destroy()
      else socket.end()
    }
  })
}
