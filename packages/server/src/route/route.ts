import type { Access, NewRevocation, ParamName, Principal, RevocationEntry } from '@signet/auth'
import type { Logger, Mastra, RequestContext, Usage } from '@signet/core'
import type { z } from 'zod'
import type { DecisionCode, ErrorCode } from '../error/error-response.js'
import type { Caller } from '../gate/gate.js'
import type { Incoming } from '../http/incoming.js'
import type { CountBody } from '../limit/count-body.js'
import type { OptionTable } from './option/rule.js'

/** The methods that routes have. HEAD is answered like GET, without the body. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a request asks for, and of what, as the audit has it. */
export interface AskedFor {
  readonly action: string
  readonly resource: string
}

/** What every handler gets. Its methods are called on it, and not taken off it. */
export interface HandlerContext {
  readonly mastra: Mastra
  readonly request: Incoming
  readonly requestId: string
  readonly requestContext: RequestContext
  /** Fires when the client is gone or the answer's deadline has passed. */
  readonly signal: AbortSignal
  /** Fires the signal. A handler that returns a response calls it at its end; any other ends by itself. */
  stop(): void
  /** Lets the rest of a response take as long as it takes: neither the deadline nor the client ends it. */
  release(): void
  /** From now on the signal does not fire when the client leaves. */
  outliveClient(): void
  /**
   * The answer goes on without its client: within the deadline, and until the token is revoked or the server ends.
   * @param ended - the answer has ended
   * @param sent - nothing more of it is sent; the request is over once both have happened
   */
  goOn(ended: Promise<void>, sent: Promise<void>): void
  /** From now on the server does not close before the returned function is called; but waits 10 seconds at most. */
  holdOpen(): () => void
  /**
   * Something goes on behind the answer, also where its client leaves: it counts among what the caller has at work.
   * @param end - ends it: the caller's token was revoked
   * @returns to be called once it has ended
   */
  outlast(end: () => void): () => void
  /** Tells why the answer is broken off, should it be. */
  onBreakOff(listener: (error: Error) => void): void
  readonly logger: Logger
  /** Begins to count the body of the request, for who reads it. */
  holdBody(): CountBody
  /** Writes down how many tokens a model counted for this request. */
  noteUsage(usage: Usage): void
  /** Writes down what is decided: the audit has the request under this action and resource. */
  noteAsked(asked: AskedFor): void
  /** Writes down why an answer failed that has begun already; the first reason counts. */
  noteFailure(code: DecisionCode): void
  /**
   * Revokes tokens; in this process that counts before it resolves.
   * @throws an error whose `code` is `storage_unavailable` or `storage_failed`
   */
  revoke(revocation: NewRevocation): Promise<RevocationEntry>
  /**
   * The caller as the maker of an API key.
   * @throws {AuthError} `access_denied` for a stranger, and for one who can make none
   */
  maker(): ReturnType<Caller['maker']>
  /**
   * The caller, as it takes to judge them again without their token.
   * @throws {AuthError} `access_denied` for a stranger, and for one whom nobody could judge
   */
  remember(): ReturnType<Caller['remember']>
  /** Who calls a public route, where they sent a good token. */
  identify(): Promise<Principal | undefined>
}

/** A request as a handler sees it: who, where, and what passed validation. */
export interface HandlerInput<
  Params,
  Query,
  Body,
  Who extends Principal | undefined,
> extends HandlerContext {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly principal: Who
}

/** A declared route, as the table holds it. */
export interface Route {
  readonly method: Method
  /** Below the prefix; parameters as `:name`. */
  readonly path: string
  /** Outside the prefix where false, such as `/health`. */
  readonly isPrefixed: boolean
  readonly access: Access
  readonly summary: string
  /** Of a good answer. */
  readonly status: 200 | 201
  readonly query: z.ZodType | undefined
  readonly body: z.ZodType | undefined
  readonly response: z.ZodType | undefined
  readonly queryOptions: OptionTable | undefined
  readonly bodyOptions: OptionTable | undefined
  /** Refusals that the OpenAPI document names beside those that follow from the other members. Default: none. */
  readonly refusals?: readonly ErrorCode[] | undefined
  /** What else the OpenAPI document says of a route of the application. */
  readonly openapi: Readonly<Record<string, unknown>> | undefined
  /** Returns a value that is sent as JSON, or a `Reply`. */
  handle(
    input: HandlerInput<Readonly<Record<string, string>>, unknown, unknown, Principal | undefined>,
  ): unknown
}

/** How few a route lets in: anybody, anyone with a good token, or those with a permission. */
export function closednessOf({ access }: Pick<Route, 'access'>): number {
  if (access === 'public') return 0
  return access === 'authenticated' ? 1 : 2
}

/** What declares a route. Without `access` it does not compile. */
export interface RouteDefinition<
  Path extends string,
  Rule extends Access<ParamName<Path>>,
  Query extends z.ZodType,
  Body extends z.ZodType,
> {
  readonly method: Method
  readonly path: Path
  readonly isPrefixed?: boolean | undefined
  readonly access: Rule
  readonly summary: string
  /** The HTTP status of a value that is sent as JSON. Default: 200. */
  readonly status?: 200 | 201 | undefined
  /** Default: the query string is not looked at. */
  readonly query?: Query | undefined
  /** Default: the body is not read. */
  readonly body?: Body | undefined
  /** What parameters the query may have: what is in no table is refused. Default: any. */
  readonly queryOptions?: OptionTable | undefined
  /** What members the body may have: what is in no table is refused. Default: any. */
  readonly bodyOptions?: OptionTable | undefined
  /** What the JSON of a successful answer looks like. */
  readonly response?: z.ZodType | undefined
  /** For the OpenAPI document. Default: those that follow from the other members alone. */
  readonly refusals?: readonly ErrorCode[] | undefined
  readonly openapi?: Readonly<Record<string, unknown>> | undefined
  readonly handler: (
    input: HandlerInput<
      Readonly<Record<ParamName<Path>, string>>,
      z.output<Query>,
      z.output<Body>,
      Rule extends 'public' ? undefined : Principal
    >,
  ) => unknown
}

/** Declares a route for the table. */
export function defineRoute<
  const Path extends string,
  const Rule extends Access<ParamName<Path>>,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(definition: RouteDefinition<Path, Rule, Query, Body>): Route {
  const {
    method,
    path,
    isPrefixed = true,
    access,
    summary,
    status = 200,
    query,
    body,
    response,
    queryOptions,
    bodyOptions,
    refusals,
    openapi,
  } = definition
  return Object.freeze({
    method,
    path,
    isPrefixed,
    access,
    summary,
    status,
    query,
    body,
    response,
    queryOptions,
    bodyOptions,
    refusals,
    openapi,
    // The dispatcher hands over what this route's own schemas and gate produced.
    handle: definition.handler as Route['handle'],
  })
}
