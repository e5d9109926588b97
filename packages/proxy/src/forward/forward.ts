import type { Readable } from 'node:stream'
import type { Principal } from '@signet/auth'
import { RequestError } from '@signet/server'
import {
  followBody,
  limitBody,
  Reply,
  type BodyReader,
  type HandlerInput,
} from '@signet/server/internal'
import type { Identity } from '../identity/identity.js'
import { upstreamError, type Upstream, type UpstreamResponse } from '../upstream/upstream.js'
import { ChunkFilter, type StreamForm } from './chunk-filter.js'
import { refusedAnswer } from './refused-answer.js'
import { upstreamHeaders } from './request-headers.js'
import { clientHeaders, refuseCoded } from './response-headers.js'

/** A request of a known caller, let through by the gate. */
export type ForwardInput = HandlerInput<
  Readonly<Record<string, string>>,
  unknown,
  unknown,
  Principal
>

/** What the upstream is asked, by the rules of the route. */
export interface ForwardedRequest {
  /** Of the upstream, without the query. */
  readonly path: string
  /** Without the mark; empty for none. */
  readonly query: string
  /** The JSON that the upstream gets; undefined for the bytes that the client sends; null for none. */
  readonly body: string | undefined | null
  /** Further headers of the client that the upstream gets. Default: none. */
  readonly headers?: readonly string[] | undefined
  /** Whether the upstream says itself who is let in: then its 401 and 403 are passed on. Default: false. */
  readonly isJudgedThere?: boolean | undefined
  /** Headers that the proxy says itself, by their names in lower case. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined
  /** Whether a refusal of the upstream is a message of JSON-RPC, by which clients agree on a version. */
  readonly isRpc?: boolean | undefined
  /** How a session of MCP is called here, and at the upstream. Default: no session is passed on. */
  readonly session?: SessionNames | undefined
}

/** The names of sessions of one owner. */
export interface SessionNames {
  /** The id at the upstream; undefined for a session that is not the owner's. */
  open(id: string): string | undefined
  /** The id that the client is told. */
  seal(id: string): string
}

/** What a response is read whole for, by the rules of its route. */
export type WholeAnswer = (response: UpstreamResponse) => Promise<Reply>

/** What a forwarder stands on. */
export interface ForwarderOptions {
  readonly upstream: Upstream
  /** Of the upstream. */
  readonly origin: string
  readonly identity: Identity
  /** Whether the upstream verifies tokens: an open one gets none. */
  readonly isVerifying: boolean
  /** Largest body of a request, in bytes. */
  readonly bodyLimit: number
}

/** Sends requests to the upstream, and its responses back. */
export interface Forwarder {
  /**
   * @param readAnswer - reads a good response whole. Default: it is passed on as it comes
   * @throws {RequestError} `upstream_unavailable`, `upstream_timeout`, `upstream_failed` or `not_supported`
   */
  forward(input: ForwardInput, request: ForwardedRequest, readAnswer?: WholeAnswer): Promise<Reply>
}

const SESSION = 'mcp-session-id'
const EVENTS = /^text\/event-stream\b/i
const NOTHING: Buffer = Buffer.alloc(0)
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

function isBodiless({ request }: ForwardInput, { status }: UpstreamResponse): boolean {
  return BODILESS.has(status) || request.method === 'HEAD'
}

/** @throws {RequestError} `not_supported` */
function refuseUpgrade({ request }: ForwardInput): void {
  if (!/\bwebsocket\b/i.test(request.header('upgrade') ?? '')) return
  throw new RequestError('not_supported', 'The proxy passes no WebSocket on.', {
    feature: 'WebSocket',
  })
}

/** @throws {RequestError} `not_found` for the session of another: its client begins a new one */
function openSession(headers: Record<string, string>, session: SessionNames | undefined): void {
  const { [SESSION]: sealed } = headers
  if (sealed === undefined) return
  const id = session?.open(sealed)
  if (id === undefined) throw new RequestError('not_found', 'The session is not one of the caller.')
  headers[SESSION] = id
}

function sealSession(
  headers: Record<string, string | string[]>,
  response: UpstreamResponse,
  session: SessionNames | undefined,
): void {
  const id = response.headers[SESSION]
  delete headers[SESSION]
  if (typeof id === 'string' && session !== undefined) headers[SESSION] = session.seal(id)
}

/** Chunks of JSON that a record separator parts have no type of their own. */
const PLAIN = /^text\/plain\b/i
const OPENING_BRACE = 0x7b

/** How a streamed response is looked through; undefined for one that is passed on as it is. */
function formOf(type: string, first: Buffer): StreamForm | undefined {
  if (EVENTS.test(type)) return 'events'
  return PLAIN.test(type) && first[0] === OPENING_BRACE ? 'records' : undefined
}

/** Reads a response piece by piece, each as soon as it may be passed on. */
function readerOf(
  body: Readable,
  type: string,
  noteFailure: ForwardInput['noteFailure'],
): BodyReader {
  const chunks: AsyncIterator<Buffer, undefined> = body[Symbol.asyncIterator]()
  let filter: ChunkFilter | undefined
  let isBegun = false
  let isOver = false

  function look(chunk: Buffer): Buffer {
    if (!isBegun) {
      isBegun = true
      const form = formOf(type, chunk)
      filter = form === undefined ? undefined : new ChunkFilter(form)
    }
    return filter === undefined ? chunk : filter.take(chunk)
  }

  async function next(): Promise<Buffer | undefined> {
    while (!isOver) {
      const { done, value } = await chunks.next()
      const piece = done === true ? (filter?.end() ?? NOTHING) : look(value)
      isOver = done === true
      if (piece.length > 0) return piece
    }
    return undefined
  }

  return {
    async read() {
      try {
        const value = await next()
        return value === undefined ? { done: true, value } : { done: false, value }
      } catch (error) {
        const fault = error instanceof RequestError ? error : upstreamError(error)
        if (!isOver) noteFailure(fault.code)
        body.destroy()
        throw fault
      }
    },
    async cancel() {
      isOver = true
      body.destroy()
    },
  }
}

/** Makes a forwarder. */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { upstream, origin, identity, isVerifying, bodyLimit } = options

  /** A stranger on a public route has none. */
  function tokenOf(principal: Principal | undefined): string | undefined {
    return isVerifying && principal !== undefined ? identity.tokenFor(principal) : undefined
  }

  function bodyOf(input: ForwardInput, { body }: ForwardedRequest) {
    if (body !== undefined || !input.request.hasBody) return body ?? null
    return limitBody(input.request, bodyLimit, input.holdBody()).body
  }

  /** Passes a response on at the pace of its client. */
  function pass(
    input: ForwardInput,
    response: UpstreamResponse,
    session: SessionNames | undefined,
  ): Reply {
    const headers = clientHeaders(response, origin)
    sealSession(headers, response, session)
    if (isBodiless(input, response)) {
      response.body.destroy()
      input.stop()
      return new Reply(null, response.status, headers)
    }
    headers['content-type'] ??= 'application/octet-stream'
    const type = String(headers['content-type'])
    // What is looked through may become shorter.
    if (EVENTS.test(type) || PLAIN.test(type)) delete headers['content-length']
    const reader = readerOf(response.body, type, (code) => input.noteFailure(code))
    input.release()
    return new Reply(followBody(reader, input), response.status, headers)
  }

  return {
    async forward(input, request, readAnswer) {
      refuseUpgrade(input)
      const body = bodyOf(input, request)
      const isBodyPassed = body !== null && typeof body !== 'string'
      const headers = upstreamHeaders({
        request: input.request,
        requestId: input.requestId,
        token: tokenOf(input.principal),
        more: request.headers,
        isBodyPassed,
      })
      if (typeof body === 'string') headers['content-type'] = 'application/json'
      Object.assign(headers, request.ownHeaders)
      openSession(headers, request.session)
      const response = await upstream.request({
        method: input.request.method,
        path: request.query === '' ? request.path : `${request.path}?${request.query}`,
        headers,
        body,
        signal: input.signal,
      })
      // What breaks the response off later is told to whoever reads it then.
      response.body.on('error', () => undefined)
      if (response.status >= 400) return await refusedAnswer(response, input.requestId, request)
      if (!isBodiless(input, response)) refuseCoded(response)
      if (readAnswer === undefined || response.status >= 300)
        return pass(input, response, request.session)
      const reply = await readAnswer(response)
      sealSession(reply.headers, response, request.session)
      return reply
    },
  }
}
