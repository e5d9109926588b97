import type { Action, Permission, Principal, Resource } from '@signet/auth'
import type { Logger, Mastra, RequestContext } from '@signet/core'
import type { z } from 'zod'

/** The methods that routes have. HEAD is answered like GET, without the body. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The names of the parameters of a path: `agentId` of `/agents/:agentId`. */
export type ParamName<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamName<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** A permission, literal or with a parameter of the path as its id: `agents:execute:{agentId}`. */
export type PermissionTemplate<Param extends string = string> =
  | `${Resource}:${Action}`
  | `${Resource}:${Action}:{${Param}}`

/** Who may call a route: anyone, anyone with a good token, or who holds all of the permissions. */
export type Access<Param extends string = string> =
  | 'public'
  | 'authenticated'
  | PermissionTemplate<Param>
  | readonly PermissionTemplate<Param>[]

/** What every handler gets. */
export interface HandlerContext {
  readonly mastra: Mastra
  readonly request: Request
  readonly requestId: string
  readonly requestContext: RequestContext
  /** Fires when the client is gone or the answer's deadline has passed. */
  readonly signal: AbortSignal
  /** Fires the signal. A handler that streams calls it at the end; any other answer ends by itself. */
  stop(): void
  readonly logger: Logger
  readonly isDevelopment: boolean
  /** Whether callers are told apart at all: false where the server is open by choice. */
  readonly isAuthEnabled: boolean
  /** Who calls a public route, where they sent a good token. */
  identify(): Promise<Principal | undefined>
}

/** A request as a handler sees it: who, where, and what passed validation. */
export interface HandlerInput<Params, Query, Body, Caller> extends HandlerContext {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly principal: Caller
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
  readonly query: z.ZodType | undefined
  readonly body: z.ZodType | undefined
  readonly response: z.ZodType | undefined
  /** Returns a value that is sent as JSON, or a response. */
  handle(
    input: HandlerInput<Readonly<Record<string, string>>, unknown, unknown, Principal | undefined>,
  ): unknown
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
  readonly isPrefixed?: boolean
  readonly access: Rule
  readonly summary: string
  /** Default: the query string is not looked at. */
  readonly query?: Query
  /** Default: the body is not read. */
  readonly body?: Body
  readonly response?: z.ZodType
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
  const { method, path, isPrefixed = true, access, summary, query, body, response } = definition
  return Object.freeze({
    method,
    path,
    isPrefixed,
    access,
    summary,
    query,
    body,
    response,
    // The dispatcher hands over what this route's own schemas and gate produced.
    handle: definition.handler as Route['handle'],
  })
}

/** The permissions that a request needs, with the path's parameters filled in. */
export function requiredPermissions(
  access: Access,
  params: Readonly<Record<string, string>>,
): readonly Permission[] {
  if (access === 'public' || access === 'authenticated') return []
  const templates = typeof access === 'string' ? [access] : access
  return templates.map(
    (template) =>
      template.replace(/\{(\w+)\}/, (_, name: string) => params[name] ?? '') as Permission,
  )
}
