import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RequestError } from '../error/error.js'
import type { Answerer } from './answerer.js'
import { refusal } from './refusal.js'
import type { Reply } from './reply.js'
import { unreadableIncoming } from './unreadable-incoming.js'

/** The latest answer of each connection that was begun. */
export type LatestAnswers = Pick<WeakMap<Socket, ServerResponse>, 'get'>

/** The code of a request that its client has ended before its end. */
const CUT_SHORT = 'HPE_INVALID_EOF_STATE'

/** How other protocols begin, and what is to be done about them. */
const OTHER_PROTOCOLS: readonly (readonly [RegExp, string])[] = [
  [
    // oxlint-disable-next-line no-control-regex
    /^\x16\x03/,
    'The client speaks TLS, but this port speaks plain HTTP. Terminate TLS in a proxy, or use http://',
  ],
  [/^PRI \* HTTP\/2/, 'The client speaks HTTP/2, but this port speaks HTTP/1.1'],
  [
    // oxlint-disable-next-line no-control-regex
    /^(?:PROXY |\r\n\r\n\x00\r\nQUIT\n)/,
    'The proxy sends the PROXY protocol, which Signet does not read. Switch it off in the proxy, and set server.trustProxy',
  ],
]
const MAX_LOOKED_AT = 16

/** What is wrong with bytes that are no request. */
function unreadableWords(packet: Uint8Array | undefined): string {
  const start = Buffer.from(packet?.subarray(0, MAX_LOOKED_AT) ?? []).toString('latin1')
  const other = OTHER_PROTOCOLS.find(([beginning]) => beginning.test(start))
  return other?.[1] ?? 'The request cannot be read'
}

/** An error of the parser, with the bytes that it could not read. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Uint8Array | undefined
}

/** What is wrong with what a client sent; undefined where it only left. */
function faultOf({ code = '', rawPacket }: ParserError): RequestError | undefined {
  const cannot = (why: string, cause = code) => `${why} (${cause}).`
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestError('headers_too_large', cannot('The header section is too large'))
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestError('body_too_large', cannot('The extensions of a chunk are too large'))
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError('request_timeout', cannot('The request did not arrive in time'))
    default:
      if (!code.startsWith('HPE_')) return undefined
      return new RequestError('request_invalid', cannot(unreadableWords(rawPacket)))
  }
}

/** An answer as it is written to a connection that has no parser any more. */
function wireText({ status, headers, body }: Reply): string {
  const text = typeof body === 'string' ? body : ''
  const fields = {
    ...headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(text)),
  }
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}`),
  )
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${text}`
}

/** Waits until an answer is sent, or nobody is there any more to read it. */
function ended(answer: ServerResponse, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (answer.closed || socket.closed) return resolve()
    answer.once('close', resolve)
    socket.once('close', resolve)
  })
}

/**
 * Has what Node.js would refuse by itself, before there is a request, refused as requests are: with a code, in the log, the
 * metrics and the audit. A connection on which nothing was sent is only closed.
 */
export function refuseUnreadable(server: Server, answerer: Answerer, latest: LatestAnswers): void {
  const refused = new WeakSet<Socket>()

  /** The answer that is being made or sent; where it is sent, the next one has begun. */
  function running(socket: Socket): ServerResponse | undefined {
    const last = latest.get(socket)
    return last?.closed === true || socket.closed ? undefined : last
  }

  async function record(fault: RequestError, socket: Socket): Promise<Reply> {
    const origin = { address: socket.remoteAddress }
    const reply = await answerer(unreadableIncoming(fault), origin).catch(() => refusal(fault))
    return reply.status < 400 ? refusal(fault) : reply
  }

  /** @param isRequest - false where the client only left in the middle of one */
  async function refuse(fault: RequestError, socket: Socket, isRequest = true): Promise<void> {
    // What comes behind it cannot be read either.
    if (refused.has(socket)) return
    refused.add(socket)
    // A body that cannot be read is of a request that is recorded already.
    const isNew = isRequest && running(socket)?.req.complete !== false
    const reply = isNew ? await record(fault, socket) : refusal(fault)
    // What came ahead is whole, and has its own answer (RFC 9112 section 9.3.2).
    for (let answer = running(socket); answer?.req.complete === true; answer = running(socket)) {
      await ended(answer, socket)
    }
    if (running(socket)?.headersSent === true) return void socket.destroy()
    if (socket.writable) socket.write(wireText(reply))
    socket.destroySoon()
  }

  server.on('clientError', (error: ParserError, socket: Duplex) => {
    const fault = faultOf(error)
    const isGone = !socket.writable || !(socket instanceof Socket) || socket.bytesRead === 0
    if (fault === undefined || isGone) return void socket.destroy(error)
    void refuse(fault, socket, error.code !== CUT_SHORT)
  })
  server.on('connect', (_message, socket: Duplex) => {
    const fault = new RequestError('request_invalid', 'The method CONNECT is not supported.')
    // Node.js looks after this socket no more, and an error that nobody listens to would end the process.
    socket.on('error', () => undefined)
    if (socket instanceof Socket) void refuse(fault, socket)
    else socket.destroy()
  })
}
