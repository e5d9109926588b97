import type { RequestError } from '../error/error.js'

/** A request as a transport brings it. What costs something is made when it is first asked for. */
export interface Incoming {
  /** Why it is not legal HTTP, and to be refused whoever sent it: then its path is empty. Undefined where it is one. */
  readonly fault: RequestError | undefined
  readonly method: string
  /** The path in its one spelling: `normalPath`. */
  readonly path: string
  /** What stands behind the first `?`; empty where there is none. */
  readonly query: string
  /** The whole URL. */
  readonly url: string
  /** The value of a header by its name in lower case; several are joined as in `Headers`: by a comma, cookies by a semicolon. */
  header(name: string): string | undefined
  /** All headers. */
  readonly headers: Headers
  /** The request of the Fetch standard, for those who take no other. Whether it has a body is not said. */
  readonly raw: Request
  /** Whether the client left before its answer was sent. */
  readonly isClientGone: boolean
  /** Fires when the client leaves before its answer was sent. */
  readonly signal: AbortSignal
  /** Whether there may be a body. */
  readonly hasBody: boolean
  /**
   * Reads the body, of which nobody has read before.
   * @param limit - in bytes; what is longer is not read on
   * @param onBytes - is told how many bytes have come, of each piece; what it throws ends the reading
   * @returns undefined where it is longer
   */
  readBody(limit: number, onBytes?: (bytes: number) => void): Promise<Uint8Array | undefined>
  /** The body piece by piece; null where there is none. */
  readonly body: ReadableStream<Uint8Array> | null
}
