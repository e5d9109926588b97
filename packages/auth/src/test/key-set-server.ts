import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PublicJwk } from '../keys/jwk.js'

/** Which document of an issuer: its OpenID metadata, or its key set. */
export type IssuerDocument = 'metadata' | 'keys'

/** What a key set server does with a request. */
export type KeySetAnswer =
  /** Gives what is asked for. */
  | { readonly kind: 'document' }
  /** Gives a status of HTTP and no document. */
  | { readonly kind: 'status'; readonly status: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Redirects to a place that gives the document: of the same origin, or of another one. */
  | { readonly kind: 'redirect'; readonly origin: 'same' | 'other' }
  /** Gives this text, or one that is not JSON. */
  | { readonly kind: 'text'; readonly text?: string | undefined }
  /** Gives the document after so many bytes of blanks. */
  | { readonly kind: 'large'; readonly bytes: number }

/** An issuer's two documents over HTTP, on a free port of this machine. */
export interface KeySetServer {
  /** The URL of the issuer, without a slash at its end; the same for the server's whole life. */
  readonly issuer: string
  readonly jwksUri: string
  /** How many requests came for each document, whatever the answer. A redirected one counts once more. */
  readonly requests: Readonly<Record<IssuerDocument, number>>
  /** Puts these keys into the set, in place of those that are there. */
  setKeys(keys: readonly PublicJwk[]): void
  /** Sets the header `Cache-Control` of documents; undefined for none, as at first. */
  setCacheControl(value: string | undefined): void
  /** Sets what is done with requests from now on. Default: `document`, for both documents. */
  answerWith(answer: KeySetAnswer, document?: IssuerDocument): void
  /** Closes the port, and breaks what is under way: whoever connects is refused. */
  stop(): Promise<void>
  /** Opens the same port again. */
  start(): Promise<void>
}

const HOST = '127.0.0.1'
/** The same machine by another name, and so another origin. */
const OTHER_HOST = 'localhost'
const PATHS: Readonly<Record<IssuerDocument, string>> = {
  metadata: '/.well-known/openid-configuration',
  keys: '/jwks',
}
/** Where redirects lead to. */
const MOVED = '/moved'

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

class LoopbackKeySetServer implements KeySetServer {
  readonly requests: Record<IssuerDocument, number> = { metadata: 0, keys: 0 }
  readonly #server: Server
  readonly #port: number
  readonly #answers: Record<IssuerDocument, KeySetAnswer> = {
    metadata: { kind: 'document' },
    keys: { kind: 'document' },
  }
  #keys: readonly PublicJwk[]
  #cacheControl: string | undefined

  private constructor(server: Server, port: number, keys: readonly PublicJwk[]) {
    this.#server = server
    this.#port = port
    this.#keys = keys
    server.on('request', (request, response) => this.#answer(request, response))
  }

  static async start(keys: readonly PublicJwk[]): Promise<LoopbackKeySetServer> {
    const server = createServer()
    return new LoopbackKeySetServer(server, await listen(server, 0), keys)
  }

  get issuer(): string {
    return `http://${HOST}:${this.#port}`
  }

  get jwksUri(): string {
    return this.issuer + PATHS.keys
  }

  setKeys(keys: readonly PublicJwk[]): void {
    this.#keys = [...keys]
  }

  setCacheControl(value: string | undefined): void {
    this.#cacheControl = value
  }

  answerWith(answer: KeySetAnswer, document?: IssuerDocument): void {
    for (const each of ['metadata', 'keys'] as const) {
      if (document === undefined || document === each) this.#answers[each] = answer
    }
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async start(): Promise<void> {
    if (!this.#server.listening) await listen(this.#server, this.#port)
  }

  #documentText(document: IssuerDocument): string {
    const { issuer, jwksUri } = this
    return JSON.stringify(
      document === 'keys' ? { keys: this.#keys } : { issuer, jwks_uri: jwksUri },
    )
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const isMoved = url.startsWith(`${MOVED}/`)
    const path = isMoved ? url.slice(MOVED.length) : url
    const document = (['metadata', 'keys'] as const).find((each) => PATHS[each] === path)
    if (document === undefined) {
      response.writeHead(404).end()
      return
    }
    this.requests[document]++
    const answer: KeySetAnswer = isMoved ? { kind: 'document' } : this.#answers[document]
    switch (answer.kind) {
      case 'document':
        return this.#send(response, this.#documentText(document))
      case 'text':
        return this.#send(response, answer.text ?? '<!doctype html>')
      case 'large':
        return this.#send(response, ' '.repeat(answer.bytes) + this.#documentText(document))
      case 'status':
        response.writeHead(answer.status).end()
        return
      case 'redirect': {
        const host = answer.origin === 'same' ? HOST : OTHER_HOST
        const location = `http://${host}:${this.#port}${MOVED}${path}`
        response.writeHead(302, { location }).end()
        return
      }
      case 'hang':
    }
  }

  #send(response: ServerResponse, text: string): void {
    response.setHeader('content-type', 'application/json')
    if (this.#cacheControl !== undefined) response.setHeader('cache-control', this.#cacheControl)
    response.end(text)
  }
}

/**
 * Starts a server of key sets, on a free port of this machine. Close it with `stop`.
 * @param keys - those of its set at first
 */
export async function startKeySetServer(keys: readonly PublicJwk[] = []): Promise<KeySetServer> {
  return LoopbackKeySetServer.start(keys)
}
