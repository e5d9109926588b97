import {
  AuthError,
  type BearerExplanation,
  type Principal,
  type Revocation,
  type RevocationEntry,
} from '@signet/auth'
import { RequestContext, type Logger, type Mastra, type Usage } from '@signet/core'
import type { JudgedMaker } from './admit.js'
import type { Deadline } from './deadline.js'
import { errorCode } from './error-response.js'
import type { DecisionCode, Exchange } from './exchange.js'
import type { Caller, Gate } from './gate.js'
import type { Incoming } from './http/incoming.js'
import type { Metrics } from './metrics/contract.js'
import type { HandlerInput } from './route.js'
import type { RouteTable } from './route-table.js'
import type { Service } from './service.js'
import type { ServerState } from './state.js'
import type { SignedToken, TokenWish } from './token-signer.js'

const NO_CONTEXT: Readonly<Record<string, unknown>> = Object.freeze({})

/** The client's own word for its context, which reaches tools apart from everything verified. */
function clientContext(body: unknown): Readonly<Record<string, unknown>> {
  const context: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'requestContext') : undefined
  return typeof context === 'object' && context !== null ? { ...context } : NO_CONTEXT
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
  /** Canonical. */
  readonly params: Readonly<Record<string, string>>
  /** The query, as it passed validation. */
  readonly query: unknown
  /** The body, as it passed validation. */
  readonly body: unknown
}

/** What every handler gets. A class, because a request is answered sooner than thirty closures are made. */
export class HandlerCall implements HandlerInput<
  Readonly<Record<string, string>>,
  unknown,
  unknown,
  Principal | undefined
> {
  readonly mastra: Mastra
  readonly request: Incoming
  readonly requestId: string
  readonly logger: Logger
  readonly principal: Principal | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
  readonly #subject: HandlerSubject
  #requestContext: RequestContext | undefined

  constructor(subject: HandlerSubject) {
    const { service, exchange, params, query, body } = subject
    const { principal } = exchange
    this.mastra = service.mastra
    this.request = exchange.request
    this.requestId = exchange.requestId
    this.logger = service.logger
    this.principal = principal
    this.params = params
    this.query = query
    this.body = body
    this.#subject = subject
  }

  get requestContext(): RequestContext {
    const { principal, body } = this
    this.#requestContext ??= new RequestContext([], {
      principal,
      isStranger: principal === undefined,
      client: clientContext(body),
    })
    return this.#requestContext
  }

  get isDevelopment(): boolean {
    return this.#subject.service.isDevelopment
  }

  get bodyLimit(): number {
    return this.#subject.service.bodyLimit
  }

  get table(): RouteTable {
    return this.#subject.service.table
  }

  get state(): ServerState {
    return this.#subject.service.state
  }

  get metrics(): Metrics {
    return this.#subject.service.metrics
  }

  get isAuthEnabled(): boolean {
    return this.#subject.service.gate.isAuthEnabled
  }

  get signal(): AbortSignal {
    return this.#subject.deadline.signal
  }

  isReady(): boolean {
    return this.#subject.service.isReady()
  }

  stop(): void {
    const { exchange, deadline } = this.#subject
    noteBreakOff(exchange, deadline)
    deadline.stop()
    exchange.finish()
  }

  release(): void {
    this.#subject.deadline.release()
  }

  onBreakOff(listener: (error: Error) => void): void {
    this.#subject.deadline.onFail(listener)
  }

  noteUsage(usage: Usage): void {
    this.#subject.exchange.usage = usage
  }

  noteFailure(code: DecisionCode): void {
    this.#subject.exchange.code ??= code
  }

  withdraw(revocation: Revocation): Promise<RevocationEntry> {
    const { service, exchange } = this.#subject
    // Whoever withdraws their own token is still told so.
    exchange.outlive()
    return service.revocations.append(revocation)
  }

  expiryOf(token: string): Promise<number | undefined> {
    return this.#subject.service.gate.expiryOf(token, this.request)
  }

  explainToken(token: string): Promise<BearerExplanation> {
    return this.#subject.service.tokens.explain(token, this.request)
  }

  async signToken(wish: TokenWish): Promise<SignedToken> {
    const { principal, request } = this
    if (principal !== undefined) {
      return await this.#subject.service.tokens.sign(wish, principal, request)
    }
    throw new AuthError('access_denied', 'A stranger makes no tokens.')
  }

  async maker(): Promise<JudgedMaker> {
    const { caller } = this.#subject
    if (caller !== undefined) return await caller.maker()
    throw new AuthError('access_denied', 'A stranger makes no API keys.')
  }

  identify(): Promise<Principal | undefined> {
    const { service, deadline } = this.#subject
    return deadline.wait(() => identify(service.gate, this.request))
  }
}
