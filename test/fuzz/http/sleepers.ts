import { connect, type Socket } from 'node:net'
import { Violation } from '../fuzzer.js'

/** What clients send who then send nothing more, and do not leave. */
const UNFINISHED = [
  '',
  'G',
  'GET /open HTTP/1.1\r\n',
  'GET /open HTTP/1.1\r\nHost: localhost\r\nX-A',
  'POST /open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n',
  'POST /open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na',
  'POST /closed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na',
  'POST /open HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
  'POST /open HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
  'POST /open/unread HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n',
  'GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n',
]

/** By then the server must have ended them: a request has 60 seconds, and is looked at every 5. */
const PATIENCE_MS = 90_000

/** Connections that begin and never end by themselves. */
export class Sleepers {
  readonly #sockets: readonly { readonly sent: string; readonly socket: Socket }[]
  readonly #since: number
  readonly #now: () => number

  /** @param now - in milliseconds since 1970 */
  constructor(port: number, now: () => number = Date.now) {
    this.#now = now
    this.#since = now()
    this.#sockets = UNFINISHED.map((sent) => {
      // It reads, so that it learns of the end, and does not answer with its own.
      const socket = connect({ port, host: '127.0.0.1' }).resume()
      socket.on('error', () => undefined)
      socket.write(sent, 'latin1')
      return { sent, socket }
    })
  }

  /** Ends them all. @throws {Violation} where one that is older than a server may keep it is still open */
  end(): void {
    const awake = this.#sockets.filter(({ socket }) => !socket.destroyed)
    for (const { socket } of awake) socket.destroy()
    if (awake.length === 0 || this.#now() - this.#since < PATIENCE_MS) return
    const kept = awake.map(({ sent }) => sent)
    throw new Violation('a request that does not end is ended', { kept })
  }
}
