import type { IncomingMessage, ServerResponse } from 'node:http'
import { RequestError } from '../error/error.js'
import type { Incoming } from './incoming.js'
import { bodyStream } from './message-body.js'
import { readTarget, type Target } from './target.js'

const SCHEME = 'http'
/** The host of a request of HTTP/1.0 that names none (RFC 9112 section 3.2 asks it of HTTP/1.1 alone). */
const NAMELESS_HOST = 'localhost'
/** As Node.js reads it. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i
/** Where a request goes of which that is not known. */
const NO_TARGET: Target = { path: '', query: '', url: `${SCHEME}://localhost/` }

/** A request that came over HTTP/1.1. */
export class NodeIncoming implements Incoming {
  readonly fault: RequestError | undefined
  readonly method: string
  readonly hasBody: boolean
  readonly #target: Target
  readonly #message: IncomingMessage
  readonly #answer: ServerResponse
  #headers: Headers | undefined
  #raw: Request | undefined
  #body: ReadableStream<Uint8Array> | undefined
  #aborter: AbortController | undefined
  #isAskedFor = false

  /**
   * Its `fault` is a target or a Host that no URL can have, two Hosts, or none in HTTP/1.1 (RFC 9112 section 3.2), a body in
   * chunks of HTTP/1.0 or in another transfer coding (section 6.1), another version, or TRACE, of which the Fetch standard makes no Request.
   */
  constructor(message: IncomingMessage, answer: ServerResponse) {
    this.method = message.method ?? ''
    this.#message = message
    this.#answer = answer
    const { 'content-length': length, 'transfer-encoding': coding } = message.headers
    const isRead = this.method === 'GET' || this.method === 'HEAD'
    this.hasBody = !isRead && (coding !== undefined || (length !== undefined && length !== '0'))
    try {
      this.#target = this.#readTarget()
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      this.fault = error
      this.#target = NO_TARGET
    }
  }

  /** @throws {RequestError} `request_invalid` */
  #readTarget(): Target {
    const { url = '', headers, httpVersionMajor: major, httpVersionMinor: minor } = this.#message
    if (this.method === 'TRACE')
      throw new RequestError('request_invalid', 'The method TRACE is not supported.')
    if (major !== 1)
      throw new RequestError('request_invalid', 'The version of HTTP must be 1.0 or 1.1.')
    const isOld = minor === 0
    if (isOld && headers['transfer-encoding'] !== undefined) {
      throw new RequestError(
        'request_invalid',
        'HTTP/1.0 does not allow the header Transfer-Encoding.',
      )
    }
    if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') {
      throw new RequestError(
        'request_invalid',
        'The header Transfer-Encoding must be chunked and nothing else.',
      )
    }
    // Also beside a whole URL, whose host counts.
    if (!isOld && headers.host === undefined) {
      throw new RequestError('request_invalid', 'The request has no header Host.')
    }
    return readTarget(url, this.header('host') ?? NAMELESS_HOST, SCHEME)
  }

  get path(): string {
    return this.#target.path
  }

  get query(): string {
    return this.#target.query
  }

  get url(): string {
    return this.#target.url
  }

  /** From the list as it was sent: of some headers that stand twice, Node.js forgets one. */
  header(name: string): string | undefined {
    const { rawHeaders } = this.#message
    const separator = name === 'cookie' ? '; ' : ', '
    let value: string | undefined
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const each = rawHeaders[index] ?? ''
      if (each.length !== name.length || each.toLowerCase() !== name) continue
      const text = rawHeaders[index + 1] ?? ''
      value = value === undefined ? text : value + separator + text
    }
    return value
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      const { rawHeaders } = this.#message
      this.#headers = new Headers()
      for (let index = 0; index < rawHeaders.length; index += 2) {
        this.#headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
      }
    }
    return this.#headers
  }

  get raw(): Request {
    if (this.#raw === undefined) {
      const { method, headers, signal } = this
      this.#raw = new Request(this.url, { method, headers, signal })
    }
    return this.#raw
  }

  get isClientGone(): boolean {
    return this.#answer.closed && !this.#answer.writableFinished
  }

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      const aborter = new AbortController()
      const abort = () => {
        if (this.isClientGone) aborter.abort()
      }
      this.#aborter = aborter
      if (this.#answer.closed) abort()
      else this.#answer.once('close', abort)
    }
    return this.#aborter.signal
  }

  /** Tells a client that waits for a word to send its body, once somebody wants it (RFC 9110 section 10.1.1). */
  #askForBody(): void {
    const { httpVersionMajor: major, httpVersionMinor: minor, headers } = this.#message
    const isAwaited = major === 1 && minor === 1 && CONTINUE.test(headers.expect ?? '')
    if (!isAwaited || this.#isAskedFor || this.#answer.headersSent) return
    this.#isAskedFor = true
    this.#answer.writeContinue()
  }

  readBody(limit: number, onBytes?: (bytes: number) => void): Promise<Uint8Array | undefined> {
    const message = this.#message
    this.#askForBody()
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let size = 0
      const finish = (settle: () => void) => {
        message.off('data', take).off('end', end).off('error', fail).off('close', leave)
        settle()
      }
      const take = (chunk: Uint8Array) => {
        size += chunk.byteLength
        try {
          onBytes?.(chunk.byteLength)
        } catch (error) {
          message.pause()
          return finish(() => reject(error as Error))
        }
        if (size <= limit) return void chunks.push(chunk)
        message.pause()
        finish(() => resolve(undefined))
      }
      const end = () =>
        finish(() => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)))
      const fail = (error: Error) => finish(() => reject(error))
      const leave = () =>
        fail(new Error('The client closed the connection before its body had arrived.'))
      message.on('data', take).on('end', end).on('error', fail).on('close', leave)
      // It may have left before anybody asked for the body: then nothing is told any more.
      if (message.destroyed && !message.readableEnded) leave()
    })
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (!this.hasBody) return null
    this.#body ??= bodyStream(this.#message, {
      isAnswered: () => this.#answer.writableFinished,
      onWanted: () => this.#askForBody(),
    })
    return this.#body
  }
}
