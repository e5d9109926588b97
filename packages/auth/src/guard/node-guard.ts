import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequestId } from '../lib/request-id.js'
import type { AuthProvider } from '../provider/auth-provider.js'
import type { GuardOptions } from './options.js'
import { unreadableResponse } from './refusal-response.js'
import { requireBearerOfHead, type Caller } from './require-bearer.js'

/** A request of `node:http`, as frameworks that stand on it pass it on. */
export interface NodeRequest extends IncomingMessage {
  /** The target as it was sent, where a framework has shortened `url`. Default: `url`. */
  readonly originalUrl?: string | undefined
}

/** Where a request goes that names no host, as HTTP/1.0 allows it. */
const NAMELESS_HOST = 'localhost'
/** A host with nothing of a user, a path, a query, a fragment or a second host beside it. */
const HOST = /^[^\s/?#@\\,]+$/
/** What `URL` would take out of a path or read as a slash, so that it names another one than the router of the framework reads. */
// oxlint-disable-next-line no-control-regex
const REWRITTEN = /[\\\u0000-\u0020]|\/(?:\.|%2e){1,2}(?:\/|$)/i

/** Every field as it was sent: of an `Authorization` that stands twice, `headers` of Node.js has one. */
function readHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    // Those of HTTP/2 that begin with a colon are not fields.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1] ?? '')
  }
  return headers
}

/** @throws {TypeError} for a target or a host that no URL can have */
function readUrl(target: string, host: string, scheme: string): URL {
  const isWhole = /^https?:\/\//i.test(target)
  const [path = ''] = target.split('?', 1)
  if (target.includes('#') || REWRITTEN.test(path)) throw new TypeError('The target is not valid.')
  if (isWhole) return new URL(target)
  if (!target.startsWith('/') || !HOST.test(host)) throw new TypeError('The target is not valid.')
  return new URL(`${scheme}://${host}${target}`)
}

/** The same request as the Fetch standard has it, without its body; undefined for one that it cannot have. */
function readRequest(message: NodeRequest): Request | undefined {
  try {
    const headers = readHeaders(message)
    const authority: unknown = Reflect.get(message.headers, ':authority')
    const host = headers.get('host') ?? (typeof authority === 'string' ? authority : NAMELESS_HOST)
    const isEncrypted = Reflect.get(message.socket, 'encrypted') === true
    const scheme = isEncrypted ? 'https' : 'http'
    const url = readUrl(message.originalUrl ?? message.url ?? '', host, scheme)
    return new Request(url, { method: message.method ?? 'GET', headers })
  } catch {
    return undefined
  }
}

/**
 * `requireBearer` for requests of `node:http`. One that no `Request` can be made of, such as TRACE, is refused with 400
 * `request_invalid`, as a server of Signet refuses it.
 */
export function nodeGuard(
  provider: AuthProvider,
  options?: GuardOptions,
): (message: NodeRequest) => Promise<Caller | Response> {
  const guard = requireBearerOfHead(provider, options)
  return async (message) => {
    const request = readRequest(message)
    return request === undefined ? unreadableResponse(createRequestId(Date.now())) : guard(request)
  }
}

/** Sends a response whose body is a text, beside the headers that are set already. */
export async function sendResponse(response: Response, to: ServerResponse): Promise<void> {
  const body = await response.text()
  to.statusCode = response.status
  for (const [name, value] of response.headers) to.setHeader(name, value)
  to.end(body)
}
