import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A request as the upstream saw it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers a request whose body has been read. */
export type UpstreamHandler = (response: ServerResponse, request: SeenRequest) => void

/** A server for tests of a proxy that stands before it. */
export class UpstreamServer {
  readonly requests: SeenRequest[] = []
  handler: UpstreamHandler
  port = 0
  readonly #server = createServer((message, response) => void this.#answer(message, response))
  readonly #sockets = new Set<Socket>()

  private constructor(handler: UpstreamHandler) {
    this.handler = handler
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** Starts one on a free port, or on this one. */
  static async start(handler: UpstreamHandler, port = 0): Promise<UpstreamServer> {
    const upstream = new UpstreamServer(handler)
    upstream.port = port
    await upstream.startAgain()
    return upstream
  }

  /** Starts a stopped one on its port. */
  async startAgain(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The only request, or the last one. */
  get seen(): SeenRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('The upstream saw no request.')
    return last
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
    } catch {
      return
    }
    const { method = '', url = '', headers } = message
    const request = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
    this.requests.push(request)
    this.handler(response, request)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}
