import { randomUUID } from 'node:crypto'
import { MemoryRevocationList, type AuthProvider } from '@signet/auth'
import type { Mastra } from '@signet/core'
import { createRoutes } from './application-routes.js'
import { createCrossOrigin } from './cors.js'
import { answer, type Service } from './dispatch.js'
import { errorCode, errorResponse, STATUS, type ErrorCode } from './error-response.js'
import { Exchange, type DecisionObserver } from './exchange.js'
import { createGate } from './gate.js'
import { requireLoopback } from './host.js'
import type { RequestOrigin } from './node.js'
import type { RouteTable } from './route-table.js'
import { createRunningAnswers } from './running-answers.js'
import { positive, requireStorage, resolveAuth, rolesOf } from './start-check.js'
import type { ServerState } from './state.js'

/** How an application is served. */
export interface AppOptions {
  /** Answers only requests for loopback names, against DNS rebinding. Default: false. */
  readonly isLoopbackOnly?: boolean
  /** Told to clients; opens nothing. Default: false. */
  readonly isDevelopment?: boolean
  /** Whether the server takes requests, as `/ready` tells. Default: always. */
  readonly isReady?: () => boolean
  /** What the instances of the server share. Default: nothing is shared, nor kept over a restart. */
  readonly state?: ServerState
  /** Who may call where the application does not say. Default: nobody: the application is refused. */
  readonly defaultAuth?: AuthProvider
}

/** An application as a function from request to response. */
export interface App {
  readonly table: RouteTable
  /** Never rejects: whatever goes wrong becomes a response. */
  fetch(request: Request, origin?: RequestOrigin): Promise<Response>
  /** Ends what runs beside requests, after the last of them. */
  close(): Promise<void>
}

const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
const DEFAULT_DEADLINE_MS = 180_000
/** What is no refusal, but a fault of the server or of what an answer depends on. */
function isFault(code: ErrorCode): boolean {
  return STATUS[code] >= 500 || STATUS[code] === STATUS.answer_failed
}

/** Refusals are told at info level and without a stack; only a fault is an error. */
function logFailure(service: Service, exchange: Exchange, error: unknown): void {
  const { request, requestId, route } = exchange
  if (request.signal.aborted) return
  const code = errorCode(error)
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
  const { state = {} } = options
  const revocations = new MemoryRevocationList()
  const gate = createGate({ provider: auth, roles, revocations, logger })
  const observers: readonly DecisionObserver[] = []
  requireStorage(mastra)
  if (!gate.isAuthEnabled) {
    logger.warn('The server is open: everyone is the one principal anonymous (auth: false).')
  }
  const service: Service = {
    mastra,
    gate,
    table,
    state,
    running: createRunningAnswers(),
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
      if (preflight === undefined) return await answer(service, exchange)
      exchange.begin(preflight.status, true)
      return preflight
    } catch (error) {
      exchange.code ??= errorCode(error)
      logFailure(service, exchange, error)
      const response = errorResponse(error, requestId)
      exchange.begin(response.status, true)
      return response
    }
  }

  return {
    table,
    async fetch(request, { address } = { address: undefined }) {
      const requestId = randomUUID()
      const url = new URL(request.url)
      const exchange = new Exchange({ request, url, requestId, address, startedAt: Date.now() })
      exchange.onEnd(() => {
        const decision = exchange.decide()
        for (const observe of observers) observe(decision)
      })
      const response = await respond(exchange)
      response.headers.set('x-request-id', requestId)
      crossOrigin.decorate(request, response.headers)
      return request.method === 'HEAD' ? withoutBody(response) : response
    },
    async close() {},
  }
}
