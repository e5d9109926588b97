import { MastraClientError } from '@signet/client-js'
import { renewingFetch } from './fetch.js'
import { getSession, headerRecord, serverUrl } from '../session/session.js'

/** A request to a route that the client has no method for. */
export interface ApiRequest {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Behind the prefix, with its slash: `/auth/me`. Ids in it are to be encoded. */
  readonly path: string
  /** What is undefined or empty is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Stands in for the headers of the session. A refusal is then told, and nobody is asked. */
  readonly headers?: Readonly<Record<string, string>>
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isIssue(value: unknown): value is { readonly field: string; readonly message: string } {
  const { field, message }: { field?: unknown; message?: unknown } = Object(value)
  return typeof field === 'string' && typeof message === 'string'
}

function refusal(response: Response, body: unknown): MastraClientError {
  const { error, code, requestId, missingScope, issues }: Readonly<Record<string, unknown>> =
    Object(body)
  const message = textOf(error) ?? `The server answered with status ${response.status}.`
  return new MastraClientError(textOf(code) ?? 'http_error', message, {
    status: response.status,
    requestId: textOf(requestId),
    missingScope: textOf(missingScope),
    challenge: response.headers.get('www-authenticate') ?? undefined,
    issues: Array.isArray(issues) ? issues.filter(isIssue) : undefined,
    body,
  })
}

function urlOf({ path, query = {} }: ApiRequest): string {
  const { prefix } = getSession()
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  const search = new URLSearchParams(parameters).toString()
  return serverUrl() + prefix + path + (search === '' ? '' : `?${search}`)
}

/**
 * Asks the server, with the headers of the session. That the answer has the shape of `Result` is the
 * server's word.
 * @throws {MastraClientError} the refusal; `network_failed`, `response_invalid`, `request_invalid`
 * @throws the reason of the signal
 */
export async function requestJson<Result>(request: ApiRequest): Promise<Result> {
  const { method = 'GET', body, signal } = request
  let headers: Headers
  try {
    headers = new Headers(request.headers ?? headerRecord())
  } catch {
    // What the browser says of an illegal value quotes it, and it may be the token.
    throw new MastraClientError('request_invalid', 'A header has an illegal name or value.')
  }
  if (body !== undefined) headers.set('content-type', 'application/json')
  const send = request.headers ? fetch : renewingFetch
  let response: Response
  let text: string
  try {
    const sent = body === undefined ? null : JSON.stringify(body)
    const init = { method, headers, body: sent, signal: signal ?? null }
    // Followed, it would take the body and most headers to wherever it leads.
    response = await send(urlOf(request), { ...init, redirect: 'error' })
    text = await response.text()
  } catch (cause) {
    signal?.throwIfAborted()
    throw new MastraClientError('network_failed', 'The server cannot be reached.', { cause })
  }
  const value = parse(text)
  if (!response.ok) throw refusal(response, value)
  if (value === undefined) {
    throw new MastraClientError('response_invalid', 'The answer is no JSON.')
  }
  return value as Result
}
