import type { AskedFor } from './route/route.js'
import type { Permission, Principal } from '@signet/auth'
import type { Usage } from '@signet/core'
import type { DecisionCode } from './error/error-response.js'
import type { LimitStanding } from './limit/limit.js'
import type { Incoming } from './http/incoming.js'
import type { Route } from './route/route.js'

/** A request as it came in. */
export interface Arrival {
  readonly request: Incoming
  readonly requestId: string
  /** Of the client: of its socket, or what a trusted proxy says; undefined where there was no socket. */
  readonly address: string | undefined
  /** By the clock of this machine, in milliseconds since 1970. */
  readonly startedAt: number
}

/** What became of a request, once all of its answer has been sent. */
export interface Decision extends Arrival {
  /** Undefined where no route matches. */
  readonly route: Route | undefined
  /** Undefined for a stranger. */
  readonly principal: Principal | undefined
  /** What the route asked for. */
  readonly permissions: readonly Permission[]
  /** The permission that the caller lacks, where that is why it was refused. */
  readonly missing: string | undefined
  /** The path that nobody is let in to, where that is why it was refused; empty for one that has no name. */
  readonly closed?: string | undefined
  /** The HTTP status; 499 where the client left before there was one. */
  readonly status: number
  /** Why it was refused, failed or broken off; undefined where all went well. */
  readonly code: DecisionCode | undefined
  /** In whole milliseconds, by a clock that nobody sets. */
  readonly durationMs: number
  /** Tokens that a model counted for it. */
  readonly usage: Usage | undefined
  /** What was asked for, where the route alone does not say it. Default: what the route needs. */
  readonly asked?: AskedFor | undefined
}

/** Is told of each decision, after its answer: it must neither throw nor keep anyone waiting. */
export type DecisionObserver = (decision: Decision) => void

/**
 * One request on its way: what is found out about it, and what is to be done at its end. Its fields are assigned by
 * `dispatch` and the handler's call alone. `respond` makes it, and calls `begin` or `refuse` for the response.
 */
export class Exchange implements Arrival {
  /** Replaced once its body had to be read. */
  request: Incoming
  readonly requestId: string
  readonly address: string | undefined
  readonly startedAt: number
  route: Route | undefined
  principal: Principal | undefined
  permissions: readonly Permission[] = []
  missing: string | undefined
  closed: string | undefined
  code: DecisionCode | undefined
  usage: Usage | undefined
  asked: AskedFor | undefined
  /** How it stands with the limit that counted it; undefined where none did. */
  limit: LimitStanding | undefined
  readonly #begunAt = performance.now()
  #status: number | undefined
  #isOver = false
  #hasEnded = false
  readonly #atEnd: (() => void)[] = []
  readonly #atRest: (() => void)[] = []
  #working = 0
  #unwatch: (() => void) | undefined

  constructor({ request, requestId, address, startedAt }: Arrival) {
    this.request = request
    this.requestId = requestId
    this.address = address
    this.startedAt = startedAt
  }

  /** Runs work once the whole answer has been sent or given up; at once where that is over. */
  onEnd(work: () => void): void {
    if (this.#hasEnded) work()
    else this.#atEnd.push(work)
  }

  /** Runs work once the answer is over and nothing goes on behind it; at once where that is so. */
  onRest(work: () => void): void {
    this.#atRest.push(work)
    this.#rest()
  }

  /** Something goes on that need not end with the answer. Returns what is called once it has ended. */
  outlast(): () => void {
    this.#working++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#working--
      this.#rest()
    }
  }

  /** The answer ends when its token is revoked. @param unwatch - lets it go on, once it is over */
  watch(unwatch: () => void): void {
    this.#unwatch = unwatch
    this.onEnd(unwatch)
  }

  /** From now on the answer goes on, whatever becomes of its token. */
  outlive(): void {
    this.#unwatch?.()
  }

  /** The answer has begun; unless it is over too, `finish` says when it is. */
  begin(status: number, isWhole: boolean): void {
    this.#status = status
    if (isWhole || this.#isOver) this.#end()
  }

  /** The whole response is a refusal. What was noted before it, such as a token that was revoked meanwhile, stays. */
  refuse(status: number, code: DecisionCode, missing: string | undefined): void {
    this.code ??= code
    this.missing = missing
    this.begin(status, true)
  }

  /** Nothing more will be sent. */
  finish(): void {
    this.#isOver = true
    if (this.#status !== undefined) this.#end()
  }

  /** What became of it, once it has begun. */
  decide(): Decision {
    const { request, requestId, address, startedAt } = this
    const { route, principal, permissions, missing, closed, code, usage, asked } = this
    return {
      request,
      requestId,
      address,
      startedAt,
      route,
      principal,
      permissions,
      missing,
      closed,
      code,
      usage,
      asked,
      status: this.#status ?? 0,
      durationMs: Math.round(performance.now() - this.#begunAt),
    }
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const work of this.#atEnd) work()
    this.#rest()
  }

  #rest(): void {
    if (!this.#hasEnded || this.#working > 0) return
    for (const work of this.#atRest.splice(0)) work()
  }
}
