/** Why this client itself gave up. */
export type LocalErrorCode =
  /** The request was never sent: an id, an option or a header cannot be what it is. */
  | 'request_invalid'
  /** The token function failed, or gave none. */
  | 'token_unavailable'
  /** The server could not be reached, or went away in mid-answer. */
  | 'network_failed'
  /** The server redirects. That is not followed: the request would go where nobody meant it to. */
  | 'redirect_refused'
  /** The answer is not what this API answers: another server, say, or a proxy. */
  | 'response_invalid'
  /** A stream ended before its last event: the answer is not whole. */
  | 'stream_cut'

/** What the server says of a request that it refuses or that failed. */
export type ServerErrorCode =
  | 'token_missing'
  | 'token_malformed'
  | 'token_too_large'
  | 'token_algorithm'
  | 'token_key_unknown'
  | 'token_signature'
  | 'token_expired'
  | 'token_not_active'
  | 'token_issuer'
  | 'token_audience'
  | 'token_type'
  | 'token_claim'
  | 'token_revoked'
  | 'token_binding'
  | 'proof_missing'
  | 'proof_invalid'
  | 'proof_nonce'
  | 'access_denied'
  | 'scope_insufficient'
  | 'request_invalid'
  | 'option_unsupported'
  | 'not_found'
  | 'not_supported'
  | 'body_too_large'
  | 'body_encoding'
  | 'headers_too_large'
  | 'request_timeout'
  | 'result_too_large'
  | 'message_too_large'
  | 'host_refused'
  | 'thread_exists'
  | 'message_exists'
  | 'tool_failed'
  | 'answer_failed'
  | 'answer_unstored'
  | 'run_not_suspended'
  | 'approval_expired'
  | 'run_ended'
  | 'approval_by_other'
  | 'run_exists'
  | 'runs_full'
  | 'run_started'
  | 'run_busy'
  | 'run_changed'
  | 'step_not_suspended'
  | 'step_ambiguous'
  | 'deadline_exceeded'
  | 'upstream_unavailable'
  | 'upstream_timeout'
  | 'upstream_failed'
  | 'rate_limited'
  | 'keys_unavailable'
  | 'proofs_unavailable'
  | 'storage_unavailable'
  | 'internal'

/** A stable name of what went wrong. A server that is newer than this client may have others. */
export type MastraClientErrorCode =
  | LocalErrorCode
  | ServerErrorCode
  /** An error answer without a code: from a proxy, say, or from Mastra's server. */
  | 'http_error'
  | (string & Record<never, never>)

/** What is wrong with one field of a request. */
export interface Issue {
  /** The path of the field, such as `memory.thread`. */
  readonly field: string
  readonly message: string
}

/** What an error may say beside its code. */
export interface MastraClientErrorOptions extends ErrorOptions {
  readonly status?: number | undefined
  readonly statusText?: string | undefined
  readonly requestId?: string | undefined
  readonly missingScope?: string | undefined
  readonly feature?: string | undefined
  readonly challenge?: string | undefined
  readonly issues?: readonly Issue[] | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly body?: unknown
}

const CLIENT_ERROR = Symbol.for('signet.client.error')

/** A request failed. Nothing in it has the token, also where a server sent it back. */
export class MastraClientError extends Error {
  override readonly name = 'MastraClientError'
  readonly code: MastraClientErrorCode
  /** The HTTP status of a refusal; 0 where the server has not refused. */
  readonly status: number
  readonly statusText: string
  /** By this the log of the server has the cause. */
  readonly requestId: string | undefined
  /** For `scope_insufficient`: the permission that the token does not grant. */
  readonly missingScope: string | undefined
  /** For `not_supported`: the part of Mastra that the server does not have. */
  readonly feature: string | undefined
  /** The value of `WWW-Authenticate` (RFC 6750 section 3). */
  readonly challenge: string | undefined
  /** For `request_invalid` and `option_unsupported`: which fields, and why. */
  readonly issues: readonly Issue[] | undefined
  /** How long the server asks to wait before the next request, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /** The JSON of the refusal. */
  readonly body: unknown

  constructor(
    code: MastraClientErrorCode,
    message: string,
    options: MastraClientErrorOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = options.status ?? 0
    this.statusText = options.statusText ?? ''
    this.requestId = options.requestId
    this.missingScope = options.missingScope
    this.feature = options.feature
    this.challenge = options.challenge
    this.issues = options.issues
    this.retryAfterSeconds = options.retryAfterSeconds
    this.body = options.body
    // So that another installed copy of this package knows it too.
    Object.defineProperty(this, CLIENT_ERROR, { value: true })
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is MastraClientError {
    return typeof value === 'object' && value !== null && CLIENT_ERROR in value
  }
}
