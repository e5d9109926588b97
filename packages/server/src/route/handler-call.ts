import { AuthError, type NewRevocation, type Principal, type RevocationEntry } from '@signet/auth'
import { codeOf, isObject, isOutage, isStampedAhead, STAMPED_AHEAD } from '@signet/auth/internal'
import {
  RequestContext,
  type Logger,
  type Mastra,
  type RunCredential,
  type Usage,
} from '@signet/core'
import type { Deadline } from '../answer/deadline.js'
import { errorCode, STATUS, type DecisionCode } from '../error/error-response.js'
import type { Exchange } from '../exchange.js'
import type { Caller } from '../gate/gate.js'
import type { Incoming } from '../http/incoming.js'
import type { CountBody } from '../limit/count-body.js'
import { LimitError } from '../limit/limit-error.js'
import type { AskedFor, HandlerInput } from './route.js'
import type { Service } from '../service.js'

/** The client's own word for its context, which reaches tools apart from everything verified. */
function clientContext(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const context: unknown = isObject(body) ? Reflect.get(body, 'requestContext') : undefined
  return isObject(context) ? { ...context } : undefined
}

/** Writes down how the client stands, where an error says so. @returns the error */
export function noteLimit(exchange: Exchange, error: unknown): unknown {
  if (error instanceof LimitError) exchange.limit = error.standing
  return error
}

/**
 * What to refuse a request with that the gate refused: the same, or that too many credentials of the client's address
 * were refused.
 */
export async function countedRefusal(
  { service, exchange }: Passage,
  error: unknown,
): Promise<unknown> {
  if (STATUS[errorCode(error)] !== 401) return error
  try {
    const counting = service.limits.countRefused(exchange)
    if (counting !== undefined) await counting
    return error
  } catch (limitError) {
    return noteLimit(exchange, limitError)
  }
}

/** Begins to count the body of a request. Its bytes are held until the request is over. */
export function holdBody({ service, exchange }: Passage): CountBody {
  const { count, release } = service.limits.holdBody(exchange)
  exchange.onEnd(release)
  return (bytes, isStillToCome) => {
    try {
      count(bytes, isStillToCome)
    } catch (error) {
      throw noteLimit(exchange, error)
    }
  }
}

/**
 * Who calls a public route. A bad token there is the same as none to its caller, but it is counted as elsewhere, or
 * anybody could try out tokens there. An outage is not a bad token.
 *
 * @throws {LimitError} where too many credentials of the client's address were refused
 */
async function identify(passage: Passage): Promise<Principal | undefined> {
  const { service, exchange } = passage
  try {
    const { principal, contentDigest } = await service.gate.authenticate(exchange.request)
    // A public route has read of the body what it reads, or will.
    return contentDigest === undefined ? principal : undefined
  } catch (error) {
    if (!AuthError.isInstance(error) || isOutage(error)) throw error
    if (error.code === 'token_missing') return undefined
    exchange.code ??= error.code
    const refusal = await countedRefusal(passage, error)
    if (refusal !== error) throw refusal
    return undefined
  }
}

/** Writes down why an answer ends that was not to end yet. */
function noteBreakOff(exchange: Exchange, { failure, isClientGone }: Deadline): void {
  if (failure !== undefined) exchange.code ??= errorCode(failure)
  else if (isClientGone) exchange.code ??= 'client_gone'
}

/** One request on its way through the server. */
export interface Passage {
  readonly service: Service
  readonly exchange: Exchange
  readonly deadline: Deadline
}

/** What a request names, as it passed validation. */
export interface RequestInput {
  /** Canonical. */
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

/** How a caller is known again where there is no request any more. */
function credentialOf(caller: Caller): RunCredential {
  return {
    isRevoked: () => caller.isRevoked(),
    async record() {
      try {
        return (await caller.remember()).record
      } catch (error) {
        if (codeOf(error) === 'access_denied') return undefined
        throw error
      }
    },
  }
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
  readonly #passage: Passage
  readonly #caller: Caller | undefined
  #requestContext: RequestContext | undefined

  /** @param caller - undefined for a public route, whose callers are identified only where it asks for it */
  constructor(passage: Passage, { params, query, body }: RequestInput, caller: Caller | undefined) {
    const { service, exchange } = passage
    this.mastra = service.mastra
    this.request = exchange.request
    this.requestId = exchange.requestId
    this.logger = service.logger
    this.principal = exchange.principal
    this.params = params
    this.query = query
    this.body = body
    this.#passage = passage
    this.#caller = caller
  }

  get requestContext(): RequestContext {
    const { principal, body, requestId } = this
    this.#requestContext ??= new RequestContext([], {
      principal,
      requestId,
      isStranger: principal === undefined,
      credential: this.#caller && credentialOf(this.#caller),
      client: clientContext(body),
      onClientName: this.#passage.service.onClientName,
    })
    return this.#requestContext
  }

  holdBody(): CountBody {
    return holdBody(this.#passage)
  }

  get signal(): AbortSignal {
    return this.#passage.deadline.signal
  }

  stop(): void {
    const { exchange, deadline } = this.#passage
    noteBreakOff(exchange, deadline)
    deadline.stop()
    exchange.finish()
  }

  release(): void {
    this.#passage.deadline.release()
  }

  outliveClient(): void {
    this.#passage.deadline.outliveClient()
  }

  goOn(ended: Promise<void>, sent: Promise<void>): void {
    this.outliveClient()
    const { service, deadline } = this.#passage
    const settle = this.holdOpen()
    const leave = service.ongoing.add((reason) => deadline.fail(reason))
    void ended.then(async () => {
      leave()
      settle()
      await sent
      this.stop()
    })
  }

  holdOpen(): () => void {
    return this.#passage.service.settling.begin()
  }

  outlast(end: () => void): () => void {
    const { service, exchange } = this.#passage
    const leave = exchange.outlast()
    const unwatch = this.#caller
      ? service.running.add({ isRevoked: this.#caller.isRevoked, breakOff: end })
      : leave
    return () => {
      unwatch()
      leave()
    }
  }

  onBreakOff(listener: (error: Error) => void): void {
    this.#passage.deadline.onFail(listener)
  }

  noteUsage(usage: Usage): void {
    this.#passage.exchange.usage = usage
  }

  noteAsked(asked: AskedFor): void {
    this.#passage.exchange.asked = asked
  }

  noteFailure(code: DecisionCode): void {
    this.#passage.exchange.code ??= code
  }

  async revoke(revocation: NewRevocation): Promise<RevocationEntry> {
    const { service, exchange } = this.#passage
    // Whoever revokes their own token is still told so.
    exchange.outlive()
    const entry = await service.revocations.append(revocation)
    if (isStampedAhead(entry)) {
      const createdAt = new Date(entry.createdAt).toISOString()
      this.logger.warn(STAMPED_AHEAD, { requestId: this.requestId, createdAt })
    }
    return entry
  }

  async maker(): ReturnType<Caller['maker']> {
    if (this.#caller !== undefined) return await this.#caller.maker()
    throw new AuthError('access_denied', 'A caller without a valid token cannot make API keys.')
  }

  async remember(): ReturnType<Caller['remember']> {
    if (this.#caller !== undefined) return await this.#caller.remember()
    throw new AuthError('access_denied', 'A caller without a valid token cannot be remembered.')
  }

  identify(): Promise<Principal | undefined> {
    return this.#passage.deadline.wait(() => identify(this.#passage))
  }
}
