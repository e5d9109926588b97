import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection that sends whatever bytes a test wants, and keeps what comes back. */
export class RawClient {
  readonly socket: Socket
  /** Everything received so far. */
  received = ''
  /** Resolves when the connection is closed, whoever closed it. */
  readonly closed: Promise<void>

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.setEncoding('utf8')
    this.socket.on('data', (text: string) => (this.received += text))
    // A reset is one of the ways in which a server ends a connection; tests look at what came before.
    this.socket.on('error', () => undefined)
    this.closed = once(this.socket, 'close').then(() => undefined)
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, 'connect')
    return this
  }

  send(text: string | Uint8Array): this {
    if (this.socket.writable) this.socket.write(text)
    return this
  }

  /** Sends a request's line and headers. */
  sendHead(line: string, headers: readonly string[]): this {
    return this.send(`${[line, ...headers].join('\r\n')}\r\n\r\n`)
  }

  /** Waits until what came back shows something. @throws when the connection ends without */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.received)
      if (match !== null) return match
      if (this.socket.closed || this.socket.readableEnded) {
        throw new Error(`The connection ended after: ${JSON.stringify(this.received)}`)
      }
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'end'), this.closed])
    }
  }

  /** Waits for the status of the first answer. */
  async status(): Promise<number> {
    return Number((await this.waitFor(/^HTTP\/1\.1 (\d{3}) /))[1])
  }

  /** Waits until the server has sent its last byte, and returns everything. */
  async readToEnd(): Promise<string> {
    if (!this.socket.readableEnded && !this.socket.closed) {
      await Promise.race([once(this.socket, 'end'), this.closed])
    }
    return this.received
  }

  destroy(): void {
    this.socket.destroy()
  }
}
