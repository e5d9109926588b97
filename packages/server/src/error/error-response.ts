import {
  bearerChallenge,
  type AuthErrorCode,
  type ChallengeOptions,
  type Principal,
} from '@signet/auth'
import {
  AUTH_STATUS,
  authRefusalBody,
  INTERNAL_TEXT,
  INVALID_TEXT,
  isKnownAuthError,
  nonceOf,
  RETRY_UNAVAILABLE_SECONDS,
  type AuthRefusalBody,
} from '@signet/auth/internal'
import {
  AnswerError,
  causeOf,
  InputError,
  MESSAGE_TOO_LARGE,
  RunError,
  ScheduleError,
  storageFault,
  ToolError,
  WorkflowError,
  type InputIssue,
  type RunErrorCode,
  type ScheduleErrorCode,
  type StorageFault,
  type WorkflowErrorCode,
} from '@signet/core'
import { RequestError, type RequestErrorCode } from './error.js'
import { jsonReply, type Reply } from '../http/reply.js'
import { LimitError } from '../limit/limit-error.js'

/** Every code that a refusal can have. */
export type ErrorCode = AuthErrorCode | RequestErrorCode

/** Why a request came to no good end: a code that its caller was told, or that the caller left before. */
export type DecisionCode = ErrorCode | 'client_gone'

/** The one table from code to HTTP status. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  ...AUTH_STATUS,
  option_unsupported: 400,
  not_found: 404,
  // Not 501: clients repeat a request after 5xx.
  not_supported: 404,
  request_timeout: 408,
  body_too_large: 413,
  body_encoding: 415,
  result_too_large: 413,
  message_too_large: 413,
  host_refused: 421,
  thread_exists: 409,
  message_exists: 409,
  run_not_suspended: 409,
  approval_expired: 409,
  run_ended: 409,
  run_exists: 409,
  runs_full: 409,
  run_started: 409,
  run_busy: 409,
  run_changed: 409,
  step_not_suspended: 409,
  step_ambiguous: 409,
  approval_by_other: 403,
  schedule_exists: 409,
  schedule_limit: 409,
  tool_failed: 422,
  // Not 5xx: clients repeat a request after one, and its tools would run again.
  answer_failed: 424,
  deadline_exceeded: 424,
  // Of the proxy. An application that has begun to work fails as an answer does.
  upstream_failed: 424,
  upstream_unavailable: 502,
  upstream_timeout: 504,
  rate_limited: 429,
  headers_too_large: 431,
  storage_unavailable: 503,
  // The client may repeat it: whether the storage can write is found out before the model is asked again.
  answer_unstored: 503,
  internal: 500,
}

/** What a fault of the storage is to a client. */
const CODE_OF_FAULT: Readonly<Record<StorageFault, RequestErrorCode>> = {
  storage_unavailable: 'storage_unavailable',
  storage_failed: 'internal',
  value_invalid: 'request_invalid',
  result_too_large: 'result_too_large',
  message_too_large: 'message_too_large',
  thread_exists: 'thread_exists',
  thread_not_found: 'not_found',
  message_exists: 'message_exists',
}

/** What a run that is not resumed is to a client. */
const CODE_OF_RUN: Readonly<Record<RunErrorCode, RequestErrorCode>> = {
  run_missing: 'not_found',
  run_not_suspended: 'run_not_suspended',
  approval_expired: 'approval_expired',
  approval_by_other: 'approval_by_other',
  run_ended: 'run_ended',
  run_exists: 'run_exists',
  runs_full: 'runs_full',
}

/** What a run of a workflow that does not start, or go on, is to a client. Others are the storage's. */
const CODE_OF_WORKFLOW: Readonly<Partial<Record<WorkflowErrorCode, RequestErrorCode>>> = {
  run_started: 'run_started',
  run_busy: 'run_busy',
  run_not_suspended: 'run_not_suspended',
  step_not_suspended: 'step_not_suspended',
  step_ambiguous: 'step_ambiguous',
  run_changed: 'run_changed',
  run_unreadable: 'run_changed',
}

/** What a schedule that is not made or found is to a client. */
const CODE_OF_SCHEDULE: Readonly<Record<ScheduleErrorCode, RequestErrorCode>> = {
  schedule_missing: 'not_found',
  schedule_exists: 'schedule_exists',
  schedule_limit: 'schedule_limit',
  schedule_caller: 'internal',
}

/** Errors of runs whose text says what is to be done. */
const TOLD_OF_RUNS: ReadonlySet<RunErrorCode> = new Set(['run_ended', 'approval_by_other'])

/** What the client is told, the same for every refusal of a code. */
const PUBLIC_TEXT: Readonly<Record<RequestErrorCode, string>> = {
  request_invalid: INVALID_TEXT,
  option_unsupported: 'Signet does not serve an option of the request.',
  not_found: 'Not found.',
  not_supported: 'Signet does not have this.',
  body_too_large: 'The request body is too large.',
  body_encoding: 'The request body is compressed, or is not UTF-8.',
  headers_too_large: 'The header section of the request is too large.',
  request_timeout: 'The request did not arrive in time.',
  result_too_large: 'The response would be too large. Ask for fewer at once.',
  message_too_large: MESSAGE_TOO_LARGE,
  host_refused: 'This server answers only requests for its own host.',
  thread_exists: 'A thread with this id exists already.',
  message_exists: 'Another thread has a message with this id, or the request has the id twice.',
  tool_failed: 'The tool failed.',
  answer_failed: 'The answer failed.',
  answer_unstored: 'The answer could not be stored.',
  run_not_suspended: 'The call was decided already, or the run has ended or goes on.',
  run_started: 'The run was started before.',
  run_busy: 'The run is at work.',
  run_changed: 'The workflow has other steps than when the run was stored. Start a new run.',
  step_not_suspended: 'The step that is named does not wait.',
  step_ambiguous: 'Several steps of the run wait. Name one of them.',
  approval_expired: 'Nobody may approve the call, or resume it, any more.',
  run_ended: 'The run cannot go on, and has ended.',
  approval_by_other: 'Somebody else than who asked must approve the call.',
  run_exists: 'A run with this id exists already.',
  runs_full: 'Too many runs have not ended. Resume or cancel some of them.',
  schedule_exists: 'A schedule with this id exists already.',
  schedule_limit: 'There are too many schedules. Delete one.',
  rate_limited: 'Too many requests.',
  storage_unavailable: 'The storage cannot be reached now.',
  deadline_exceeded: 'The answer took too long.',
  upstream_unavailable: 'The application behind the proxy cannot be reached.',
  upstream_timeout: 'The application behind the proxy did not answer in time.',
  upstream_failed: 'The application behind the proxy failed.',
  internal: INTERNAL_TEXT,
}

/** A refusal as the wire shows it. */
interface ErrorBody extends Omit<AuthRefusalBody, 'code'> {
  readonly code: ErrorCode
  readonly issues?: readonly InputIssue[] | undefined
  /** What of Mastra this server does not have. */
  readonly feature?: string | undefined
  /** Why an answer failed, for people; only where the caller may `system:read`. */
  readonly cause?: string | undefined
}

/** What a client is told of an error within an answer that has begun. */
export interface PublicError {
  readonly code: ErrorCode
  readonly message: string
}

/** When to ask again, in seconds; undefined where that would change nothing. */
function retryAfter(error: unknown, status: number): number | undefined {
  if (error instanceof LimitError) return error.retryAfterSeconds
  return status === 503 ? RETRY_UNAVAILABLE_SECONDS : undefined
}

/** The code of whatever was thrown; what is not known is `internal`. */
export function errorCode(error: unknown): ErrorCode {
  if (isKnownAuthError(error)) return error.code
  if (error instanceof RequestError) return error.code
  if (InputError.isInstance(error)) return 'request_invalid'
  if (ToolError.isInstance(error)) return 'tool_failed'
  if (AnswerError.isInstance(error)) {
    // Of another version, an error may have no code, or one that is not known here.
    return error.code === 'answer_unstored' ? 'answer_unstored' : 'answer_failed'
  }
  if (WorkflowError.isInstance(error)) return CODE_OF_WORKFLOW[error.code] ?? 'storage_unavailable'
  if (RunError.isInstance(error)) return CODE_OF_RUN[error.code] ?? 'internal'
  if (ScheduleError.isInstance(error)) return CODE_OF_SCHEDULE[error.code] ?? 'internal'
  const fault = storageFault(error)
  return fault === undefined ? 'internal' : CODE_OF_FAULT[fault]
}

function errorBody(error: unknown, requestId: string, principal?: Principal): ErrorBody {
  if (isKnownAuthError(error)) return authRefusalBody(error, requestId)
  const code = errorCode(error) as RequestErrorCode
  const issues =
    error instanceof RequestError || InputError.isInstance(error) || AnswerError.isInstance(error)
      ? error.issues
      : undefined
  const feature = error instanceof RequestError ? error.feature : undefined
  // A tool's own error was written to be told, and a missing feature is named by our own list; no other
  // error's text leaves this process.
  const isTold =
    ToolError.isInstance(error) ||
    feature !== undefined ||
    (RunError.isInstance(error) && TOLD_OF_RUNS.has(error.code))
  const text = isTold && error instanceof Error ? error.message : PUBLIC_TEXT[code]
  const mayKnow = AnswerError.isInstance(error) && principal?.permissions.allows('system:read')
  const cause = mayKnow === true ? causeOf(error) : undefined
  return {
    error: text,
    code,
    requestId,
    ...(issues && { issues }),
    ...(feature && { feature }),
    ...(cause !== undefined && { cause }),
  }
}

/** What a client is told of an error, in a response or as the last of one that has begun. */
export function publicError(error: unknown): PublicError {
  const { code, error: message } = errorBody(error, '')
  return { code, message }
}

/**
 * The answer to a request that is refused or failed: status by the table, a body with the code, and
 * the challenge of RFC 6750 section 3 or RFC 9449 section 7.1. Of an error that is not known, nothing is told.
 *
 * @param principal - whose request it is: who may `system:read` is told why an answer failed. Default: a stranger
 * @param challenged - what a challenge says beside. Default: nothing
 */
export function errorReply(
  error: unknown,
  requestId: string,
  principal?: Principal,
  challenged?: ChallengeOptions,
): Reply {
  const body = errorBody(error, requestId, principal)
  const status = STATUS[body.code]
  const reply = jsonReply(body, status)
  const challenge = isKnownAuthError(error) ? bearerChallenge(error, challenged) : undefined
  if (challenge !== undefined) reply.headers['www-authenticate'] = challenge
  const nonce = nonceOf(error)
  if (nonce !== undefined) reply.headers['dpop-nonce'] = nonce
  // What may be sent in its place (RFC 9110 section 15.5.16).
  if (body.code === 'body_encoding') reply.headers['accept-encoding'] = 'identity'
  const seconds = retryAfter(error, status)
  if (seconds !== undefined) reply.headers['retry-after'] = String(seconds)
  return reply
}
