import { ScopeError, type ChallengeOptions } from '@signet/auth'
import { createRequestId } from '@signet/auth/internal'
import { logFailure } from '@signet/core'
import type { InFlight } from './answer/in-flight.js'
import type { ClientAddress } from './arrival/client-address.js'
import type { CrossOrigin } from './arrival/cross-origin.js'
import { requireLoopback } from './arrival/loopback.js'
import { answer as dispatchRequest } from './dispatch.js'
import { errorCode, errorReply, STATUS, type ErrorCode } from './error/error-response.js'
import { Exchange, type DecisionObserver } from './exchange.js'
import { belowPath } from './http/below-path.js'
import type { Incoming } from './http/incoming.js'
import type { RequestOrigin } from './http/answerer.js'
import { cancelBody, Reply } from './http/reply.js'
import { setLimitFields } from './limit/fields.js'
import { methodName } from './route/method-name.js'
import type { Service } from './service.js'

/** Only the log and the metrics show it. nginx uses the same number. */
const CLIENT_GONE_STATUS = 499

/** True for failures on our side or of a dependency (5xx, 424), false for refusals (other 4xx). */
function isFault(code: ErrorCode): boolean {
  return STATUS[code] >= 500 || STATUS[code] === STATUS.answer_failed
}

/** Logs a refusal at info level and without a stack; only a fault is an error. */
function logUnanswered(
  service: Service,
  exchange: Exchange,
  error: unknown,
  missing?: string,
): void {
  const { request, requestId, route } = exchange
  const code = errorCode(error)
  const path = route === undefined ? 'none' : service.table.pathOf(route)
  const method = methodName(request)
  if (isFault(code)) {
    const fields = { requestId, code, method, route: path }
    logFailure(service.logger, 'A request failed.', fields, error)
  } else {
    const reason = error instanceof Error ? error.message : undefined
    // Strangers cause these lines at will. A copy of fields by a spread takes 4 us, a fifth of a refusal.
    const fields = { requestId, code, method, route: path, missing, reason }
    service.logger.info('A request was refused.', fields)
  }
}

/** The response to HEAD has no body, so the producer of the body is cancelled. */
function withoutBody({ status, headers, body }: Reply): Reply {
  void cancelBody(body)
  return new Reply(null, status, headers)
}

/** What the responses of a server depend on. */
export interface ResponderOptions {
  readonly service: Service
  /** The path that the server is mounted at. */
  readonly basePath: string
  /** What challenges say beside the refusal. */
  readonly challenged: ChallengeOptions
  readonly isLoopbackOnly: boolean
  readonly addressOf: ClientAddress
  readonly crossOrigin: CrossOrigin
  /** Counts the responses that are being made or sent. */
  readonly inFlight: InFlight
  /** Each is told the decision on a request, once its whole response has been sent. */
  readonly observers: readonly DecisionObserver[]
}

/** Answers a request. Never rejects: whatever goes wrong becomes a response. */
export type Responder = (received: Incoming, origin?: RequestOrigin) => Promise<Reply>

/** Makes what answers the requests of a server. */
export function createResponder(options: ResponderOptions): Responder {
  const { service, basePath, challenged, isLoopbackOnly, addressOf } = options
  const { crossOrigin, inFlight, observers } = options
  const { limits, tracing } = service

  /** Makes the Exchange of a request. From here on it is written by `dispatch` and the handler's call. */
  function arrive(received: Incoming, origin: RequestOrigin | undefined): Exchange {
    const request = belowPath(received, basePath)
    const startedAt = Date.now()
    const requestId = createRequestId(startedAt)
    const address = addressOf(request, origin?.address)
    const exchange = new Exchange({ request, requestId, address, startedAt })
    exchange.onEnd(inFlight.begin())
    exchange.onEnd(() => {
      const decision = exchange.decide()
      for (const observe of observers) observe(decision)
    })
    return exchange
  }

  function reply(exchange: Exchange): Reply | Promise<Reply> {
    const { request } = exchange
    // The gate says whose request it is before one is refused that is not legal HTTP.
    const isLegal = request.fault === undefined
    if (isLegal && isLoopbackOnly) requireLoopback(request)
    const preflight = isLegal ? crossOrigin.preflight(request) : undefined
    if (preflight === undefined) return dispatchRequest(service, exchange)
    exchange.begin(preflight.status, true)
    return preflight
  }

  function refuse(exchange: Exchange, error: unknown): Reply {
    const refusal = errorReply(error, exchange.requestId, exchange.principal, challenged)
    // What fails because the client left is not a fault; what is refused stays refused.
    const isGone = isFault(errorCode(error)) && exchange.request.isClientGone
    const scope = ScopeError.isInstance(error) ? error.missingScope : undefined
    const missing = exchange.missing ?? scope
    if (!isGone) logUnanswered(service, exchange, error, missing)
    if (isGone) exchange.refuse(CLIENT_GONE_STATUS, 'client_gone', missing)
    else exchange.refuse(refusal.status, errorCode(error), missing)
    return refusal
  }

  async function respond(exchange: Exchange): Promise<Reply> {
    try {
      return await reply(exchange)
    } catch (error) {
      return refuse(exchange, error)
    }
  }

  /** Adds the headers that every response has. */
  function addHeaders({ headers }: Reply, { request, requestId, limit }: Exchange): void {
    headers['x-request-id'] = requestId
    // A browser that opens a response shows it as its type says, and never as what a caller wrote into it.
    headers['x-content-type-options'] ??= 'nosniff'
    if (limit !== undefined) setLimitFields(limit, headers)
    crossOrigin.decorate(request, headers)
  }

  return async (received, origin) => {
    const exchange = arrive(received, origin)
    const response = await (tracing
      ? tracing.request(exchange, () => respond(exchange))
      : respond(exchange))
    response.caller = () => limits.callerOf(exchange)
    addHeaders(response, exchange)
    return exchange.request.method === 'HEAD' ? withoutBody(response) : response
  }
}
