import { requiredPermissions, type Principal } from '@signet/auth'
import { readJsonBody } from './body.js'
import { createDeadline, type Deadline } from './deadline.js'
import { errorCode } from './error-response.js'
import { RequestError } from './error.js'
import type { Exchange } from './exchange.js'
import type { Caller } from './gate.js'
import { createHandlerContext } from './handler-context.js'
import { isStream, jsonReply, Reply } from './http/reply.js'
import { canonicalParams } from './resource-id.js'
import type { RouteMatch } from './route-table.js'
import type { Service } from './service.js'
import { traced } from './tracing/contract.js'
import { readQuery, validate } from './validation.js'

/** The request's way behind the gate: body, validation, handler. */
async function callRoute(
  service: Service,
  { route, params }: RouteMatch,
  exchange: Exchange,
  deadline: Deadline,
  caller?: Caller,
): Promise<unknown> {
  const { request, principal } = exchange
  const rawQuery = route.query && readQuery(request.query)
  const query = route.query && validate(route.query, rawQuery, 'query')
  const rawBody =
    route.body && (await deadline.wait(() => readJsonBody(request, service.bodyLimit)))
  const body = route.body && validate(route.body, rawBody, 'body')
  const context = createHandlerContext({ service, exchange, deadline, caller, body })
  // Added to the context, and not spread with it: the signal is made only where it is asked for.
  const input = Object.assign(context, { params, query, body, principal })
  return deadline.wait(() => route.handle(input))
}

/** Breaks an answer off once its token is withdrawn, for as long as it runs. */
function heedWithdrawal(
  { running }: Service,
  { isRevoked }: Caller,
  exchange: Exchange,
  deadline: Deadline,
): void {
  const forget = running.add({
    isRevoked,
    breakOff(error) {
      exchange.code = errorCode(error)
      deadline.fail(error)
    },
  })
  exchange.heed(forget)
}

/** Who calls. @throws what refuses the credential, or that too many of the client's were refused */
async function authenticate(
  { gate, limits, tracing }: Service,
  exchange: Exchange,
  deadline: Deadline,
): Promise<Caller> {
  try {
    return await deadline.wait(() =>
      traced(tracing, 'gate', () => gate.authenticate(exchange.request)),
    )
  } catch (error) {
    throw await limits.refusal(exchange, error)
  }
}

/**
 * Whether a known caller may call the route that they name.
 * @throws {RequestError} `not_found`
 * @throws {ScopeError}
 * @throws {LimitError} where they ask too often for what they may not
 */
async function permit(
  { gate, limits, mastra }: Service,
  principal: Principal,
  exchange: Exchange,
  match: RouteMatch | undefined,
): Promise<RouteMatch> {
  try {
    if (match === undefined) throw new RequestError('not_found', 'There is no such route.')
    const params = canonicalParams(mastra, match.params, match.route.access)
    exchange.permissions = requiredPermissions(match.route.access, params)
    gate.authorize(principal, exchange.permissions)
    return { route: match.route, params }
  } catch (error) {
    throw await limits.denial(exchange, principal, error)
  }
}

/** Gate, then route. Nothing of the body is read before the gate has let the request through. */
async function dispatch(
  service: Service,
  exchange: Exchange,
  deadline: Deadline,
): Promise<unknown> {
  const { mastra, table } = service
  const { request } = exchange
  const match = table.find(request.method, request.path)
  exchange.route = match?.route
  if (match?.route.access === 'public') {
    const params = canonicalParams(mastra, match.params, match.route.access)
    return callRoute(service, { route: match.route, params }, exchange, deadline)
  }
  if (match === undefined && !table.isPrefixed(request.path)) {
    throw new RequestError('not_found', 'There is no such path.')
  }
  const caller = await authenticate(service, exchange, deadline)
  exchange.principal = caller.principal
  heedWithdrawal(service, caller, exchange, deadline)
  const permitted = await permit(service, caller.principal, exchange, match)
  await service.limits.admit(exchange, permitted.route, caller.principal)
  return callRoute(service, permitted, exchange, deadline, caller)
}

/**
 * Answers a request. A body that comes piece by piece may still be on its way when this resolves: the handler
 * then says when it ends.
 *
 * @throws whatever refuses the request
 */
export async function answer(service: Service, exchange: Exchange): Promise<Reply> {
  const deadline = createDeadline(exchange.request, service.deadlineMs)
  let isStreaming = false
  try {
    const result = await dispatch(service, exchange, deadline)
    const reply =
      result instanceof Reply ? result : jsonReply(result, exchange.route?.status ?? 200)
    isStreaming = isStream(reply.body)
    exchange.begin(reply.status, !isStreaming)
    return reply
  } finally {
    if (!isStreaming) deadline.release()
  }
}
