import { isObject, ownMember } from '@signet/auth/internal'
import { RequestError } from '@signet/server'
import { jsonReply, type Reply } from '@signet/server/internal'
import type { UpstreamResponse } from '../upstream/upstream.js'
import { publicText } from './error-words.js'
import { readWhole } from './read-whole.js'

const MAX_ERROR_BYTES = 64 * 1024
const MAX_ISSUES = 100

function publicIssues(value: unknown): readonly object[] | undefined {
  if (!Array.isArray(value)) return undefined
  const entries: readonly unknown[] = value.slice(0, MAX_ISSUES)
  return entries.filter(isObject).map((issue) => ({
    field: publicText(ownMember(issue, 'field')) ?? 'root',
    message: publicText(ownMember(issue, 'message')) ?? 'Not valid.',
  }))
}

/** The codes of statuses that our own server has, too. */
const CODES: Readonly<Record<number, string>> = {
  400: 'request_invalid',
  404: 'not_found',
  413: 'body_too_large',
  422: 'tool_failed',
  429: 'rate_limited',
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  404: 'Not found.',
}

async function readError(response: UpstreamResponse): Promise<object> {
  const bytes = await readWhole(response.body, MAX_ERROR_BYTES)
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '')
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** The faults of an upstream whose own server is not there: of a gateway or a development server before it. */
const AWAY: ReadonlySet<number> = new Set([502, 503])

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const entries: readonly unknown[] = value.slice(0, MAX_ISSUES)
  return entries.map(publicText).filter((text) => text !== undefined)
}

/** An error of JSON-RPC 2.0 as its caller is told it; undefined for anything else. */
function rpcError(said: object): object | undefined {
  const error = ownMember(said, 'error')
  const code = ownMember(error, 'code')
  if (ownMember(said, 'jsonrpc') !== '2.0' || !Number.isInteger(code)) return undefined
  const id = ownMember(said, 'id')
  const data = ownMember(error, 'data')
  // The versions that a server speaks: clients choose among them.
  const supported = textsIn(ownMember(data, 'supported'))
  const requested = publicText(ownMember(data, 'requested'))
  return {
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: {
      code,
      message: publicText(ownMember(error, 'message')) ?? 'The request was refused.',
      ...(supported !== undefined && {
        data: { supported, ...(requested !== undefined && { requested }) },
      }),
    },
  }
}

/**
 * Refuses a response whose status says that the upstream failed, or that it refused the proxy itself.
 * @throws {RequestError} `upstream_failed`, `upstream_unavailable` or `upstream_timeout`
 */
export function refuseFailed({ status, body }: UpstreamResponse): void {
  if (status < 500 && status !== 401) return
  body.destroy()
  const cause = { status }
  const message = `The application answered ${status}.`
  if (AWAY.has(status)) throw new RequestError('upstream_unavailable', message, { cause })
  if (status === 504) throw new RequestError('upstream_timeout', message, { cause })
  if (status >= 500) throw new RequestError('upstream_failed', message, { cause })
  throw new RequestError(
    'upstream_failed',
    'The application refused the token of the proxy (401). Name the secret that it verifies tokens with by --upstream-secret.',
    { cause },
  )
}

/** What a refusal of the upstream may be, by its route. */
interface RefusalKind {
  readonly isJudgedThere?: boolean | undefined
  readonly isRpc?: boolean | undefined
}

/**
 * The refusal of the upstream as its caller is told it: the status, and of its words only what tells nothing of how the
 * application is built.
 * @param kind - `isJudgedThere`: whether 401 and 403 are the application's own word, and passed on; `isRpc`: whether an error of
 *   JSON-RPC stays one. Default: neither
 * @throws {RequestError} `upstream_failed`, `upstream_unavailable` or `upstream_timeout` for what is not the caller's
 *   fault; `not_found` for what belongs to another
 */
export async function refusedAnswer(
  response: UpstreamResponse,
  requestId: string,
  { isJudgedThere = false, isRpc = false }: RefusalKind = {},
): Promise<Reply> {
  const { status, body } = response
  if (!isJudgedThere || status !== 401) refuseFailed(response)
  // What belongs to another answers like what does not exist.
  if (status === 403 && !isJudgedThere) {
    body.destroy()
    throw new RequestError('not_found', 'The application answered 403.')
  }
  const said = await readError(response)
  const rpc = isRpc ? rpcError(said) : undefined
  if (rpc !== undefined) return jsonReply(rpc, status)
  const issues = publicIssues(ownMember(said, 'issues'))
  return jsonReply(
    {
      error: publicText(ownMember(said, 'error')) ?? TEXTS[status] ?? 'The request was refused.',
      code: CODES[status] ?? 'request_refused',
      requestId,
      ...(issues !== undefined && { issues }),
    },
    status,
  )
}
