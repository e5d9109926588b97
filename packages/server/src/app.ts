import { randomUUID } from 'node:crypto'
import { AuthError, requiredPermissions, type AuthProvider, type Principal } from '@signet/auth'
import { RequestContext, type Logger, type Mastra } from '@signet/core'
import { createRoutes } from './application-routes.js'
import { readJsonBody } from './body.js'
import { createCrossOrigin } from './cors.js'
import { createDeadline, type Deadline } from './deadline.js'
import { errorCode, errorResponse, STATUS, type ErrorCode } from './error-response.js'
import { RequestError } from './error.js'
import { createGate, type Gate } from './gate.js'
import { requireLoopback } from './host.js'
import { canonicalParams } from './resource-id.js'
import type { RouteMatch, RouteTable } from './route-table.js'
import { positive, requireStorage, resolveAuth, rolesOf } from './start-check.js'
import { readQuery, validate } from './validation.js'

/** How an application is served. */
export interface AppOptions {
  /** Answers only requests for loopback names, against DNS rebinding. Default: false. */
  readonly isLoopbackOnly?: boolean
  /** Told to clients; opens nothing. Default: false. */
  readonly isDevelopment?: boolean
  /** Whether the server takes requests, as `/ready` tells. Default: always. */
  readonly isReady?: () => boolean
  /** Who may call where the application does not say. Default: nobody: the application is refused. */
  readonly defaultAuth?: AuthProvider
}

/** An application as a function from request to response. */
export interface App {
  readonly table: RouteTable
  /** Never rejects: whatever goes wrong becomes a response. */
  fetch(request: Request): Promise<Response>
}

const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
const DEFAULT_DEADLINE_MS = 180_000
/** Everything about a server that does not change from request to request. */
interface Service {
  readonly mastra: Mastra
  readonly gate: Gate
  readonly table: RouteTable
  readonly logger: Logger
  readonly bodyLimit: number
  readonly deadlineMs: number
  readonly isDevelopment: boolean
  readonly isReady: () => boolean
}

/** One request, with what was found out about it once. */
interface Exchange {
  readonly request: Request
  readonly url: URL
  readonly requestId: string
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
    return await gate.authenticate(request)
  } catch (error) {
    if (!AuthError.isInstance(error) || error.code === 'keys_unavailable') throw error
    return undefined
  }
}

/** A response whose headers can still be added to, which those of `fetch` and of redirects cannot. */
function toResponse(value: unknown): Response {
  if (value instanceof Response) return new Response(value.body, value)
  // What JSON cannot express, such as undefined, is null: clients parse every answer.
  const text = JSON.stringify(value) ?? 'null'
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

/** The request's way behind the gate: body, validation, handler. */
async function callRoute(
  service: Service,
  { route, params }: RouteMatch,
  principal: Principal | undefined,
  { request, url, requestId }: Exchange,
  deadline: Deadline,
): Promise<unknown> {
  const { gate, mastra, logger, isDevelopment, isReady, table, bodyLimit } = service
  const rawQuery = route.query && readQuery(url.searchParams)
  const query = route.query && validate(route.query, rawQuery, 'query')
  const rawBody = route.body && (await readJsonBody(request, bodyLimit))
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
    stop: deadline.stop,
    identify: () => deadline.wait(() => identify(gate, request)),
  }
  return deadline.wait(() => route.handle(input))
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
  if (match?.route.access === 'public') {
    const params = canonicalParams(mastra, match.params, match.route.access)
    return callRoute(service, { route: match.route, params }, undefined, exchange, deadline)
  }
  if (match === undefined && !table.isPrefixed(url.pathname)) {
    throw new RequestError('not_found', 'There is no such path.')
  }
  const principal = await deadline.wait(() => gate.authenticate(request))
  if (match === undefined) throw new RequestError('not_found', 'There is no such route.')
  const params = canonicalParams(mastra, match.params, match.route.access)
  gate.authorize(principal, requiredPermissions(match.route.access, params))
  return callRoute(service, { route: match.route, params }, principal, exchange, deadline)
}

async function answer(service: Service, exchange: Exchange): Promise<Response> {
  const deadline = createDeadline(exchange.request, service.deadlineMs)
  let result: unknown
  try {
    result = await dispatch(service, exchange, deadline)
    return toResponse(result)
  } finally {
    // A response of the handler's own may still be streaming: its handler says when it ends.
    if (!(result instanceof Response)) deadline.release()
  }
}

/** What is no refusal, but a fault of the server or of what an answer depends on. */
function isFault(code: ErrorCode): boolean {
  return STATUS[code] >= 500 || STATUS[code] === STATUS.answer_failed
}

/** Refusals are told at info level and without a stack; only a fault is an error. */
function logFailure(service: Service, exchange: Exchange, error: unknown): void {
  const { request, url, requestId } = exchange
  if (request.signal.aborted) return
  const code = errorCode(error)
  const route = service.table.find(request.method, url.pathname)?.route
  const fields = { requestId, code, method: request.method, route: route?.path ?? 'none' }
  if (isFault(code)) service.logger.error('A request failed.', { ...fields, error })
  else {
    const reason = error instanceof Error ? error.message : undefined
    service.logger.info('A request was refused.', { ...fields, reason })
  }
}

function withoutBody(response: Response): Response {
  const { status, headers } = response
  void response.body?.cancel()
  return new Response(null, { status, headers })
}

/**
 * Makes an application servable: one table of routes behind one gate.
 *
 * @throws {StartError} `auth_missing`, `storage_missing`, `cors_wildcard`, `prefix_invalid`,
 *   `path_rule_unknown`, `route_invalid` or `option_invalid`
 * @throws {ConfigurationError} for a role that grants what is no permission
 */
export function createApp(mastra: Mastra, options: AppOptions = {}): App {
  const server = mastra.getServer()
  const logger = mastra.getLogger()
  const roles = rolesOf(mastra)
  const auth = resolveAuth(mastra, options.defaultAuth)
  const crossOrigin = createCrossOrigin(server.cors)
  const table = createRoutes(mastra, auth)
  const gate = createGate(auth, roles, logger)
  requireStorage(mastra)
  if (!gate.isAuthEnabled) {
    logger.warn('The server is open: everyone is the one principal anonymous (auth: false).')
  }
  const service: Service = {
    mastra,
    gate,
    table,
    logger,
    bodyLimit: positive('bodySizeLimit', server.bodySizeLimit ?? DEFAULT_BODY_LIMIT),
    deadlineMs: positive('timeout', server.timeout ?? DEFAULT_DEADLINE_MS),
    isDevelopment: options.isDevelopment ?? false,
    isReady: options.isReady ?? (() => true),
  }

  async function respond(exchange: Exchange): Promise<Response> {
    const { request, requestId } = exchange
    try {
      if (options.isLoopbackOnly === true) requireLoopback(request)
      const preflight = crossOrigin.preflight(request)
      return preflight ?? (await answer(service, exchange))
    } catch (error) {
      logFailure(service, exchange, error)
      return errorResponse(error, requestId)
    }
  }

  return {
    table,
    async fetch(request) {
      const requestId = randomUUID()
      const response = await respond({ request, url: new URL(request.url), requestId })
      response.headers.set('x-request-id', requestId)
      crossOrigin.decorate(request, response.headers)
      return request.method === 'HEAD' ? withoutBody(response) : response
    },
  }
}
