import { Readable } from 'node:stream'
import { RequestError } from '@signet/server'
import { Pool } from 'undici'

/** A request as the upstream gets it. */
interface UpstreamRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | AsyncIterable<Uint8Array> | null
  /** Breaks the request off, and its response. */
  readonly signal: AbortSignal | null
}

/** A response of the upstream, whose body nobody has read. */
export interface UpstreamResponse {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** To be read to its end, or destroyed. */
  readonly body: Readable
}

/** How the upstream is asked. */
export interface UpstreamOptions {
  readonly origin: string
  /** How long it may take until its response begins, and between two pieces of it, in milliseconds. */
  readonly timeoutMs: number
}

/** The application behind the proxy. */
export interface Upstream {
  /**
   * Sends a request. Its response is returned as soon as its headers are there. Redirects are not followed.
   * @throws {RequestError} `upstream_unavailable` or `upstream_timeout`
   * @throws what the signal was aborted with, and what the body of the request throws
   */
  request(request: UpstreamRequest): Promise<UpstreamResponse>
  /** Ends its connections. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5000
/** Shorter than the 5 s after which a server of Node.js closes a connection that waits. */
const KEEP_ALIVE_MS = 4000
const MAX_HEADER_BYTES = 64 * 1024
/** A request that changes nothing may be sent twice (RFC 9110 section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const TIMEOUTS: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
/** The upstream closed a connection that it had kept open, perhaps before it saw the request. */
const CLOSED: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}

/** What the caller is told of an error of the connection. The log has its cause. */
export function upstreamError(error: unknown): RequestError {
  if (TIMEOUTS.has(codeOf(error))) {
    const message = 'The application behind the proxy did not answer in time.'
    return new RequestError('upstream_timeout', message, { cause: error })
  }
  const message = 'The application behind the proxy cannot be reached, or did not answer in HTTP.'
  return new RequestError('upstream_unavailable', message, { cause: error })
}

/** A body that remembers why it failed: that is the client's fault, or that of the limits. */
class SentBody {
  readonly stream: Readable
  failure: unknown

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.stream = Readable.from(this.#watch(chunks), { objectMode: false })
  }

  async *#watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    try {
      yield* chunks
    } catch (error) {
      this.failure = error
      throw error
    }
  }
}

/** Opens the upstream. It connects with the first request. */
export function openUpstream({ origin, timeoutMs }: UpstreamOptions): Upstream {
  const pool = new Pool(origin, {
    pipelining: 1,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    strictContentLength: true,
  })

  async function send(request: UpstreamRequest, sent: SentBody | undefined) {
    const { method, path, headers, body, signal } = request
    const response = await pool.request({
      method,
      path,
      headers: { ...headers },
      body: sent?.stream ?? (typeof body === 'string' ? body : null),
      signal,
    })
    return { status: response.statusCode, headers: response.headers, body: response.body }
  }

  return {
    async request(request) {
      const { method, body, signal } = request
      const sent = body === null || typeof body === 'string' ? undefined : new SentBody(body)
      const isRepeatable = SAFE_METHODS.has(method) && body === null
      try {
        return await send(request, sent).catch((error: unknown) => {
          if (isRepeatable && CLOSED.has(codeOf(error)) && !signal?.aborted)
            return send(request, sent)
          throw error
        })
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (sent?.failure !== undefined) throw sent.failure
        throw upstreamError(error)
      }
    },
    close: () => pool.destroy(),
  }
}
