import { AuthError, requiredPermissions, type Principal, type Revocation } from '@signet/auth'
import { RequestContext, type Logger, type Mastra, type Usage } from '@signet/core'
import { readJsonBody } from './body.js'
import { createDeadline, type Deadline } from './deadline.js'
import { errorCode } from './error-response.js'
import { RequestError } from './error.js'
import type { DecisionCode, Exchange } from './exchange.js'
import type { Caller, Gate } from './gate.js'
import type { Limits } from './limit/limits.js'
import type { Metrics } from './metrics/contract.js'
import { canonicalParams } from './resource-id.js'
import type { Revocations } from './revocation/contract.js'
import type { RouteMatch, RouteTable } from './route-table.js'
import type { RunningAnswers } from './running-answers.js'
import type { ServerState } from './state.js'
import type { TokenDesk } from './token-desk.js'
import type { TokenWish } from './token-signer.js'
import { traced, type Tracing } from './tracing/contract.js'
import { readQuery, validate } from './validation.js'

/** Everything about a server that does not change from request to request. */
export interface Service {
  readonly mastra: Mastra
  readonly gate: Gate
  readonly table: RouteTable
  readonly state: ServerState
  readonly revocations: Revocations
  readonly tokens: TokenDesk
  readonly running: RunningAnswers
  readonly limits: Limits
  readonly metrics: Metrics
  /** Undefined where nobody asked for it. */
  readonly tracing: Tracing | undefined
  readonly logger: Logger
  readonly bodyLimit: number
  readonly deadlineMs: number
  readonly isDevelopment: boolean
  readonly isReady: () => boolean
}

/** The client's own word for its context, which reaches tools apart from everything verified. */
function clientContext(body: unknown): Readonly<Record<string, unknown>> {
  const context: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'requestContext') : undefined
  return typeof context === 'object' && context !== null ? { ...context } : {}
}

/** Who calls a public route; a bad token there is the same as none, but an outage is no bad token. */
async function identify(gate: Gate, request: Request): Promise<Principal | undefined> {
  try {
    return (await gate.authenticate(request)).principal
  } catch (error) {
    if (!AuthError.isInstance(error) || error.code === 'keys_unavailable') throw error
    return undefined
  }
}

/** Writes down why an answer ends that was not to end yet. */
function noteBreakOff(exchange: Exchange, { failure, isClientGone }: Deadline): void {
  if (failure !== undefined) exchange.code ??= errorCode(failure)
  else if (isClientGone) exchange.code ??= 'client_gone'
}

/** The request's way behind the gate: body, validation, handler. */
async function callRoute(
  service: Service,
  { route, params }: RouteMatch,
  exchange: Exchange,
  deadline: Deadline,
  caller?: Caller,
): Promise<unknown> {
  const { gate, mastra, logger, isDevelopment, isReady, table, bodyLimit, state } = service
  const { request, url, requestId, principal } = exchange
  const rawQuery = route.query && readQuery(url.searchParams)
  const query = route.query && validate(route.query, rawQuery, 'query')
  const rawBody = route.body && (await deadline.wait(() => readJsonBody(request, bodyLimit)))
  const body = route.body && validate(route.body, rawBody, 'body')
  const input = {
    mastra,
    request,
    requestId,
    params,
    query,
    body,
    logger,
    isDevelopment,
    bodyLimit,
    table,
    state,
    isReady,
    isAuthEnabled: gate.isAuthEnabled,
    // A public route has its callers identified only where it asks for it.
    principal,
    requestContext: new RequestContext([], {
      principal,
      isStranger: principal === undefined,
      client: clientContext(body),
    }),
    get signal() {
      return deadline.signal
    },
    stop() {
      noteBreakOff(exchange, deadline)
      deadline.stop()
      exchange.finish()
    },
    release: () => deadline.release(),
    onBreakOff: (listener: (error: Error) => void) => deadline.onFail(listener),
    noteUsage(usage: Usage) {
      exchange.usage = usage
    },
    noteFailure(code: DecisionCode) {
      exchange.code ??= code
    },
    metrics: service.metrics,
    withdraw(revocation: Revocation) {
      // Whoever withdraws their own token is still told so.
      exchange.outlive()
      return service.revocations.append(revocation)
    },
    expiryOf: (token: string) => gate.expiryOf(token, request),
    explainToken: (token: string) => service.tokens.explain(token, request),
    async signToken(wish: TokenWish) {
      if (principal !== undefined) return await service.tokens.sign(wish, principal, request)
      throw new AuthError('access_denied', 'A stranger makes no tokens.')
    },
    async maker() {
      if (caller !== undefined) return await caller.maker()
      throw new AuthError('access_denied', 'A stranger makes no API keys.')
    },
    identify: () => deadline.wait(() => identify(gate, request)),
  }
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

/** Gate, then route. Nothing of the body is read before the gate has let the request through. */
async function dispatch(
  service: Service,
  exchange: Exchange,
  deadline: Deadline,
): Promise<unknown> {
  const { gate, mastra, table } = service
  const { request, url } = exchange
  const match = table.find(request.method, url.pathname)
  exchange.route = match?.route
  if (match?.route.access === 'public') {
    const params = canonicalParams(mastra, match.params, match.route.access)
    return callRoute(service, { route: match.route, params }, exchange, deadline)
  }
  if (match === undefined && !table.isPrefixed(url.pathname)) {
    throw new RequestError('not_found', 'There is no such path.')
  }
  const caller = await authenticate(service, exchange, deadline)
  exchange.principal = caller.principal
  if (match === undefined) throw new RequestError('not_found', 'There is no such route.')
  heedWithdrawal(service, caller, exchange, deadline)
  const params = canonicalParams(mastra, match.params, match.route.access)
  exchange.permissions = requiredPermissions(match.route.access, params)
  gate.authorize(caller.principal, exchange.permissions)
  await service.limits.admit(exchange, match.route, caller.principal)
  return callRoute(service, { route: match.route, params }, exchange, deadline, caller)
}

/** A response whose headers can still be added to, which those of `fetch` and of redirects cannot. */
function toResponse(value: unknown, status: number): Response {
  if (value instanceof Response) return new Response(value.body, value)
  // What JSON cannot express, such as undefined, is null: clients parse every answer.
  const text = JSON.stringify(value) ?? 'null'
  return new Response(text, { status, headers: { 'content-type': 'application/json' } })
}

/**
 * Answers a request. A response of a handler's own may still be streaming when this resolves: the handler
 * then says when it ends.
 *
 * @throws whatever refuses the request
 */
export async function answer(service: Service, exchange: Exchange): Promise<Response> {
  const deadline = createDeadline(exchange.request, service.deadlineMs)
  let isStreaming = false
  try {
    const result = await dispatch(service, exchange, deadline)
    const response = toResponse(result, exchange.route?.status ?? 200)
    isStreaming = result instanceof Response
    exchange.begin(response.status, !isStreaming)
    return response
  } finally {
    if (!isStreaming) deadline.release()
  }
}
