import { validateHeaderValue } from 'node:http'
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

/** A place on the upstream as its clients know it; any other place as it is. */
function locationOf(value: string, origin: string): string {
  if (!URL.canParse(value, origin)) return '/'
  const url = new URL(value, origin)
  return url.origin === new URL(origin).origin ? url.pathname + url.search + url.hash : value
}

/**
 * The headers of a response of the upstream that its client gets.
 * @param origin - of the upstream: a `Location` there becomes a path
 */
export function clientHeaders({ headers }: UpstreamResponse, origin: string): ReplyHeaders {
  const named = [headers['connection'] ?? []].flat().join(',').toLowerCase().split(',')
  const ofConnection = new Set(named.map((name) => name.trim()))
  const sent: ReplyHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || DROPPED.has(name) || ofConnection.has(name)) continue
    if (DROPPED_PREFIXES.some((prefix) => name.startsWith(prefix)) || !isSent(value)) continue
    sent[name] = value
  }
  const { location } = sent
  if (location !== undefined) sent['location'] = locationOf([location].flat()[0] ?? '/', origin)
  return sent
}
