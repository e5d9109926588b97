import type { RequestError } from '../error/error.js'
import type { Incoming } from './incoming.js'

/** A request whose body has been read: everything behind this sees these bytes, and no others. */
export class ReadIncoming implements Incoming {
  readonly hasBody: boolean
  readonly #request: Incoming
  readonly #bytes: Uint8Array

  constructor(request: Incoming, bytes: Uint8Array) {
    this.#request = request
    this.#bytes = bytes
    this.hasBody = bytes.byteLength > 0
  }

  get fault(): RequestError | undefined {
    return this.#request.fault
  }

  get method(): string {
    return this.#request.method
  }

  get path(): string {
    return this.#request.path
  }

  get query(): string {
    return this.#request.query
  }

  get url(): string {
    return this.#request.url
  }

  header(name: string): string | undefined {
    return this.#request.header(name)
  }

  get headers(): Headers {
    return this.#request.headers
  }

  get raw(): Request {
    return this.#request.raw
  }

  get isClientGone(): boolean {
    return this.#request.isClientGone
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }

  async readBody(
    limit: number,
    onBytes?: (bytes: number) => void,
  ): Promise<Uint8Array | undefined> {
    onBytes?.(this.#bytes.byteLength)
    return this.#bytes.byteLength > limit ? undefined : this.#bytes
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (!this.hasBody) return null
    const bytes = this.#bytes
    return new ReadableStream({
      start(controller) {
        controller.enqueue(bytes)
        controller.close()
      },
    })
  }
}
