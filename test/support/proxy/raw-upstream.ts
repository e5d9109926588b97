import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A connection of the proxy to its upstream. */
export interface UpstreamConnection {
  readonly socket: Socket
  /** Everything that came on it, byte by byte in latin1. */
  received: string
  /** How many complete header sections came on it. */
  heads: number
}

/** Says or does something on a connection, each time a complete header section has come. */
export type UpstreamScript = (connection: UpstreamConnection, count: number) => void

/** An upstream of bytes: it says what no server of HTTP would. */
export class RawUpstream {
  readonly connections: UpstreamConnection[] = []
  script: UpstreamScript
  port = 0
  /** How many header sections came, on all connections. */
  count = 0
  readonly #server: Server = createServer({ allowHalfOpen: false }, (socket) => this.#take(socket))

  private constructor(script: UpstreamScript) {
    this.script = script
  }

  /** Starts one on a free port, or on this one. */
  static async start(script: UpstreamScript, port = 0): Promise<RawUpstream> {
    const upstream = new RawUpstream(script)
    upstream.#server.listen(port, '127.0.0.1')
    await once(upstream.#server, 'listening')
    upstream.port = (upstream.#server.address() as AddressInfo).port
    return upstream
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** How many connections are open. */
  get open(): number {
    return this.connections.filter(({ socket }) => !socket.destroyed).length
  }

  /**
   * How many connections are open on which a request came. One is not among them that the proxy opens for its next
   * request, and closes where none comes.
   */
  get asked(): number {
    return this.connections.filter(({ socket, heads }) => !socket.destroyed && heads > 0).length
  }

  /** Everything that came, of all connections. */
  get received(): string {
    return this.connections.map(({ received }) => received).join('')
  }

  #take(socket: Socket): void {
    const connection: UpstreamConnection = { socket, received: '', heads: 0 }
    this.connections.push(connection)
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('data', (text: string) => {
      connection.received += text
      const heads = connection.received.match(/(?:GET|HEAD|POST|PUT|DELETE) [^]*?\r\n\r\n/g)
      for (; connection.heads < (heads?.length ?? 0); connection.heads++) {
        this.script(connection, ++this.count)
      }
    })
  }

  /** Ends it, and each connection to it. */
  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}
