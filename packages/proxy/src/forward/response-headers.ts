import { validateHeaderValue } from 'node:http'
import { LOOPBACK } from '@signet/auth/internal'
import { RequestError } from '@signet/server'
import type { ReplyHeaders } from '@signet/server/internal'
import type { UpstreamResponse } from '../upstream/upstream.js'

/** Headers of one connection (RFC 9110 section 7.6.1). What `Connection` names belongs to them. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What the proxy says itself, and what tells of the upstream what no caller needs. */
const DROPPED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'alt-svc',
  'date',
  'server',
  'set-cookie',
  'set-cookie2',
  'via',
  'www-authenticate',
  'x-content-type-options',
  'x-powered-by',
  'x-request-id',
])

const LENGTHLESS: ReadonlySet<number> = new Set([204, 205])

/** Which origins may read a response is the proxy's to say. */
const DROPPED_PREFIXES = ['access-control-', 'x-mastra-', 'x-forwarded-']

function isSent(value: string | string[]): boolean {
  try {
    for (const each of [value].flat()) validateHeaderValue('value', each)
    return true
  } catch {
    return false
  }
}

/** Whether a URL is on the upstream: on loopback, the application may call itself by another name. */
function isAtUpstream(url: URL, upstream: URL): boolean {
  if (url.origin === upstream.origin) return true
  const areLoopback = LOOPBACK.test(url.hostname) && LOOPBACK.test(upstream.hostname)
  return areLoopback && url.protocol === upstream.protocol && url.port === upstream.port
}

/** A place on the upstream as its clients know it; any other place as it is. */
function locationOf(value: string, origin: string): string {
  if (!URL.canParse(value, origin)) return '/'
  const url = new URL(value, origin)
  return isAtUpstream(url, new URL(origin)) ? url.pathname + url.search + url.hash : value
}

/**
 * The headers of a response of the upstream that its client gets.
 * @param origin - of the upstream: a `Location` there becomes a path
 */
export function clientHeaders(response: UpstreamResponse, origin: string): ReplyHeaders {
  const { headers, status } = response
  const named = [headers['connection'] ?? []].flat().join(',').toLowerCase().split(',')
  const ofConnection = new Set(named.map((name) => name.trim()))
  const sent: ReplyHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || DROPPED.has(name) || ofConnection.has(name)) continue
    if (DROPPED_PREFIXES.some((prefix) => name.startsWith(prefix)) || !isSent(value)) continue
    sent[name] = value
  }
  // Such a response has no body: a length would let clients wait for one (RFC 9110 section 8.6).
  if (LENGTHLESS.has(status)) delete sent['content-length']
  const { location } = sent
  if (location !== undefined) sent['location'] = locationOf([location].flat()[0] ?? '/', origin)
  return sent
}

/** The codings that a header names, without those that change nothing. */
function codingsOf({ headers }: UpstreamResponse, name: string, plain: string): readonly string[] {
  const named = [headers[name] ?? []].flat().join(',').toLowerCase().split(',')
  return named.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== plain)
}

/**
 * Refuses a response that is compressed, although the proxy asked for one that is not: what its errors tell could not be
 * found in it.
 * @throws {RequestError} `upstream_failed`
 */
export function refuseCoded(response: UpstreamResponse): void {
  const codings = [
    ...codingsOf(response, 'content-encoding', 'identity'),
    ...codingsOf(response, 'transfer-encoding', 'chunked'),
  ]
  if (codings.length === 0) return
  response.body.destroy()
  throw new RequestError(
    'upstream_failed',
    `The application compressed a response (${codings.join(', ')}), although Accept-Encoding was identity. Let it, and what stands before it, compress only what clients accept.`,
  )
}
