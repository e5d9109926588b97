import type { RequestError } from '../error/error.js'
import type { Incoming } from './incoming.js'

/** A request whose path is read from a base path on: everything behind this knows nothing of that path. */
class BelowPath implements Incoming {
  readonly path: string
  readonly url: string
  readonly #request: Incoming
  #raw: Request | undefined

  constructor(request: Incoming, path: string) {
    this.#request = request
    this.path = path
    const url = new URL(request.url)
    url.pathname = path
    this.url = url.href
  }

  get fault(): RequestError | undefined {
    return this.#request.fault
  }

  get method(): string {
    return this.#request.method
  }

  get query(): string {
    return this.#request.query
  }

  header(name: string): string | undefined {
    return this.#request.header(name)
  }

  get headers(): Headers {
    return this.#request.headers
  }

  get raw(): Request {
    const { method, headers, signal } = this.#request
    this.#raw ??= new Request(this.url, { method, headers, signal })
    return this.#raw
  }

  get isClientGone(): boolean {
    return this.#request.isClientGone
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }

  get hasBody(): boolean {
    return this.#request.hasBody
  }

  readBody(limit: number, onBytes?: (bytes: number) => void): Promise<Uint8Array | undefined> {
    return this.#request.readBody(limit, onBytes)
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#request.body
  }
}

/**
 * A request without the path that a proxy leads here by. One that does not lie below it comes back as it is: the proxy
 * takes the path off itself, or it is a probe that goes past the proxy.
 *
 * @param basePath - such as `/tools/agent`; empty for none
 */
export function belowPath(request: Incoming, basePath: string): Incoming {
  const { path } = request
  if (basePath === '' || !path.startsWith(basePath)) return request
  if (path.length === basePath.length) return new BelowPath(request, '/')
  return path[basePath.length] === '/'
    ? new BelowPath(request, path.slice(basePath.length))
    : request
}
