import type { Incoming } from '@signet/server'

/**
 * The headers of a client that the upstream gets. Everything else stays here: the credential of the caller, cookies, what
 * names the client's address or host, headers of one connection, and whatever nobody has thought of.
 */
const PASSED = [
  'accept',
  'accept-language',
  'content-type',
  'user-agent',
  'last-event-id',
  'if-none-match',
  'if-modified-since',
  'range',
  'mcp-protocol-version',
  'mcp-session-id',
  'a2a-version',
  'traceparent',
  'tracestate',
] as const

/** What the headers for the upstream are made of. */
export interface HeaderSources {
  readonly request: Incoming
  readonly requestId: string
  /** Undefined where the upstream verifies no token. */
  readonly token: string | undefined
  /** Further names of headers that go through. Default: none. */
  readonly more?: readonly string[] | undefined
  /** Whether the body goes through as the client sends it. */
  readonly isBodyPassed: boolean
}

/** The headers that the upstream gets, by their names in lower case. */
export function upstreamHeaders(sources: HeaderSources): Record<string, string> {
  const { request, requestId, token, isBodyPassed, more = [] } = sources
  const headers: Record<string, string> = {
    // What is compressed could not be looked into.
    'accept-encoding': 'identity',
    'x-request-id': requestId,
  }
  for (const name of [...PASSED, ...more]) {
    const value = request.header(name)
    if (value !== undefined) headers[name] = value
  }
  if (!isBodyPassed) delete headers['content-type']
  const length = isBodyPassed ? request.header('content-length') : undefined
  if (length !== undefined) headers['content-length'] = length
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  return headers
}
