import { AuthError, type Principal, type Revocation } from '@signet/auth'
import { RequestContext, type Usage } from '@signet/core'
import type { Deadline } from './deadline.js'
import { errorCode } from './error-response.js'
import type { DecisionCode, Exchange } from './exchange.js'
import type { Caller, Gate } from './gate.js'
import type { Incoming } from './http/incoming.js'
import type { HandlerContext } from './route.js'
import type { Service } from './service.js'
import type { TokenWish } from './token-signer.js'

/** The client's own word for its context, which reaches tools apart from everything verified. */
function clientContext(body: unknown): Readonly<Record<string, unknown>> {
  const context: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'requestContext') : undefined
  return typeof context === 'object' && context !== null ? { ...context } : {}
}

/** Who calls a public route; a bad token there is the same as none, but an outage is no bad token. */
async function identify(gate: Gate, request: Incoming): Promise<Principal | undefined> {
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

/** What a handler is given of one request. */
export interface HandlerSubject {
  readonly service: Service
  readonly exchange: Exchange
  readonly deadline: Deadline
  /** Undefined for a public route, whose callers are identified only where it asks for it. */
  readonly caller: Caller | undefined
  /** The body, as it passed validation. */
  readonly body: unknown
}

/** Makes what every handler gets. */
export function createHandlerContext(subject: HandlerSubject): HandlerContext {
  const { service, exchange, deadline, caller, body } = subject
  const { gate, mastra, logger, isDevelopment, isReady, table, bodyLimit, state } = service
  const { request, requestId, principal } = exchange
  return {
    mastra,
    request,
    requestId,
    logger,
    isDevelopment,
    bodyLimit,
    table,
    state,
    isReady,
    isAuthEnabled: gate.isAuthEnabled,
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
}
