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
import type { Seen } from './error-words.js'
import { BEGIN_BYTES, lastChunk, type ChunkSource } from './last-chunk.js'
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
  /**
   * Whether a response of JSON is looked through, too. Streams always are. Default: false, for a route that no line knows.
   */
  readonly isJsonRead?: boolean | undefined
  /** Whether the caller may see what a model was asked, and with it the prompt of its agent. Default: true. */
  readonly isPromptSeen?: boolean | undefined
  /** Headers that the proxy says itself, by their names in lower case. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined
  /** Whether a refusal of the upstream is a message of JSON-RPC, by which clients agree on a version. */
  readonly isRpc?: boolean | undefined
  /** How a session of MCP is called here, and at the upstream. Default: no session is passed on. */
  readonly session?: SessionNames | undefined
  /** Where the chunks come from that the route streams. Default: it may stream anything. */
  readonly source?: ChunkSource | undefined
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
/** By which streams of messages for the AI SDK name their version. */
const UI_STREAM = 'x-vercel-ai-ui-message-stream'
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
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i

/** How a response is looked through; undefined for one that is passed on as it is. */
function formOf(type: string, first: Buffer, isJsonRead: boolean): StreamForm | undefined {
  if (EVENTS.test(type)) return 'events'
  if (isJsonRead && JSON_TYPE.test(type)) return 'json'
  return PLAIN.test(type) && first[0] === OPENING_BRACE ? 'records' : undefined
}

/** The same of a response of which nothing came. */
function formBefore(type: string, source: ChunkSource | undefined): StreamForm | undefined {
  if (EVENTS.test(type)) return 'events'
  return PLAIN.test(type) && source === 'WORKFLOW' ? 'records' : undefined
}

/** A streamed response that is read piece by piece, each as soon as it may be passed on. */
class StreamedBody implements BodyReader {
  readonly #body: Readable
  readonly #chunks: AsyncIterator<Buffer, undefined>
  readonly #type: string
  readonly #noteFailure: ForwardInput['noteFailure']
  readonly #isUi: boolean
  readonly #source: ChunkSource | undefined
  readonly #isJsonRead: boolean
  readonly #seen: Seen
  #filter: ChunkFilter | undefined
  #form: StreamForm | undefined
  #begin: Buffer | undefined
  #isBegun = false
  #isOver = false

  constructor(
    response: UpstreamResponse,
    type: string,
    noteFailure: ForwardInput['noteFailure'],
    { source, isJsonRead = false, isPromptSeen = true }: ForwardedRequest,
  ) {
    this.#body = response.body
    this.#chunks = response.body[Symbol.asyncIterator]()
    this.#type = type
    this.#isUi = response.headers[UI_STREAM] !== undefined
    this.#noteFailure = noteFailure
    this.#source = source
    this.#isJsonRead = isJsonRead
    this.#seen = { isPromptSeen }
  }

  async read() {
    try {
      const value = await this.#next()
      return value === undefined
        ? ({ done: true, value } as const)
        : ({ done: false, value } as const)
    } catch (error) {
      const fault = error instanceof RequestError ? error : upstreamError(error)
      if (!this.#isOver) this.#noteFailure(fault.code)
      this.#body.destroy()
      throw fault
    }
  }

  async cancel() {
    this.#isOver = true
    this.#body.destroy()
  }

  /** What its client is told last, where it is broken off. */
  lastOf(error: unknown): Buffer | undefined {
    const form = this.#isBegun ? this.#form : formBefore(this.#type, this.#source)
    // Of JSON nothing has been passed on yet.
    if (form === undefined || form === 'json') return undefined
    const [begin, isUi, source] = [this.#begin, this.#isUi, this.#source]
    return lastChunk({ form, isUi, begin, source }, error)
  }

  #look(chunk: Buffer): Buffer {
    if (!this.#isBegun) {
      this.#isBegun = true
      this.#form = formOf(this.#type, chunk, this.#isJsonRead)
      this.#filter = this.#form === undefined ? undefined : new ChunkFilter(this.#form, this.#seen)
    }
    return this.#filter === undefined ? chunk : this.#filter.take(chunk)
  }

  async #next(): Promise<Buffer | undefined> {
    while (!this.#isOver) {
      const { done, value } = await this.#chunks.next()
      const piece = done === true ? (this.#filter?.end() ?? NOTHING) : this.#look(value)
      this.#isOver = done === true
      if (piece.length === 0) continue
      this.#begin ??= Buffer.from(piece.subarray(0, BEGIN_BYTES))
      return piece
    }
    return undefined
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
  function pass(input: ForwardInput, response: UpstreamResponse, request: ForwardedRequest): Reply {
    const headers = clientHeaders(response, origin)
    sealSession(headers, response, request.session)
    if (isBodiless(input, response)) {
      response.body.destroy()
      input.stop()
      return new Reply(null, response.status, headers)
    }
    headers['content-type'] ??= 'application/octet-stream'
    const type = String(headers['content-type'])
    // What is looked through may become shorter.
    if (EVENTS.test(type) || PLAIN.test(type) || (request.isJsonRead && JSON_TYPE.test(type)))
      delete headers['content-length']
    const noteFailure: ForwardInput['noteFailure'] = (code) => input.noteFailure(code)
    const body = new StreamedBody(response, type, noteFailure, request)
    input.release()
    const followed = followBody(body, input, (error) => body.lastOf(error))
    return new Reply(followed, response.status, headers)
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
      if (readAnswer === undefined || response.status >= 300) return pass(input, response, request)
      const reply = await readAnswer(response)
      sealSession(reply.headers, response, request.session)
      return reply
    },
  }
}
