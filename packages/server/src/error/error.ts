import type { InputIssue } from '@signet/core'

/** Refusals that are no matter of credentials. Those of credentials are `AuthErrorCode`. */
export type RequestErrorCode =
  | 'request_invalid'
  | 'option_unsupported'
  | 'not_found'
  | 'not_supported'
  | 'body_too_large'
  | 'body_encoding'
  | 'headers_too_large'
  | 'request_timeout'
  | 'host_refused'
  | 'rate_limited'
  | 'storage_unavailable'
  | 'thread_exists'
  | 'message_exists'
  | 'result_too_large'
  | 'message_too_large'
  | 'tool_failed'
  | 'answer_failed'
  | 'answer_unstored'
  | 'run_not_suspended'
  | 'approval_expired'
  | 'run_ended'
  | 'approval_by_other'
  | 'schedule_exists'
  | 'schedule_limit'
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
  | 'internal'

/** A request cannot be answered. The client is told the code and its issues, the log also the message. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  readonly issues: readonly InputIssue[] | undefined
  /** For `not_supported`: what this server does not have. */
  readonly feature: string | undefined

  constructor(
    code: RequestErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly issues?: readonly InputIssue[] | undefined
      readonly feature?: string | undefined
    } = {},
  ) {
    super(message, options)
    this.code = code
    this.issues = options.issues
    this.feature = options.feature
  }
}

/** Why a server could not be made or started. */
export type StartErrorCode =
  | 'auth_missing'
  | 'cors_wildcard'
  | 'prefix_invalid'
  | 'path_rule_unknown'
  | 'route_invalid'
  | 'storage_missing'
  | 'option_invalid'
  | 'port_taken'
  | 'address_refused'
  | 'tracing_missing'
  | 'redis_missing'

/** The application cannot be served as it is configured. The message says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code: StartErrorCode

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
