import {
  checkAccess,
  ConfigurationError,
  type Access,
  type OptionNames,
  type ParamName,
  type Unserved,
} from '@signet/auth'
import { findRefusedOptions, HTTP_METHODS, isObject, readOptions } from '@signet/auth/internal'
import type { Context, MiddlewareHandler } from 'hono'
import type { Mastra } from '../mastra-type.js'
import { Refusals } from '../option/refusals.js'
import { ROUTE_GUARDS, UNSUPPORTED_ROUTE_OPTIONS } from '../option/route-options.js'
import type { RequestContext } from '../request-context.js'

/** The methods that a route of the application can have; `ALL` is the five others. */
export type ApiRouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL'

/** What a handler finds with `c.get(…)`. */
export interface ApiRouteVariables {
  readonly mastra: Mastra
  /** Who calls, verified; no principal where the route is public. */
  readonly requestContext: RequestContext
}

/** What Hono knows of a handler. */
export interface ApiRouteEnv {
  Variables: ApiRouteVariables
}

/** Answers a request, as in Hono: `c.json(…)`, `c.req.param(…)`, `c.get('requestContext')`. */
export type ApiRouteHandler = (context: Context<ApiRouteEnv>) => Response | Promise<Response>

type UnservedRouteOptions = typeof UNSUPPORTED_ROUTE_OPTIONS & typeof ROUTE_GUARDS

/** What makes a route of the application. Options of Mastra that are not served may only ask for nothing. */
export interface ApiRouteOptions<Path extends string> extends Unserved<UnservedRouteOptions> {
  readonly method: ApiRouteMethod
  /** `false` opens the route to everyone: the same as `access: 'public'`. Default: true. */
  readonly requiresAuth?: boolean | undefined
  /** Who may call. Default: `authenticated`, anyone with a good token. */
  readonly access?: Access<ParamName<Path>> | undefined
  readonly handler: ApiRouteHandler
  /** Hono middleware that runs behind the gate and before the handler. */
  readonly middleware?:
    | MiddlewareHandler<ApiRouteEnv>
    | readonly MiddlewareHandler<ApiRouteEnv>[]
    | undefined
  /** What else the OpenAPI document says of the route. */
  readonly openapi?: Readonly<Record<string, unknown>> | undefined
}

/** A route as a plain object, with its path among its options. */
export interface PlainApiRoute extends ApiRouteOptions<string> {
  readonly path: string
}

/** A route of the application. Plain data: the server makes it one of its own. */
export interface ApiRoute {
  readonly path: string
  readonly method: ApiRouteMethod
  /** Who may call; undefined where the application does not say, which is `authenticated`. */
  readonly access: Access | undefined
  readonly handler: ApiRouteHandler
  readonly middleware: readonly MiddlewareHandler<ApiRouteEnv>[]
  readonly openapi: Readonly<Record<string, unknown>> | undefined
  /** What the route was given and does not serve: its application tells it with everything else. */
  readonly refusals: Refusals
}

const SERVED: OptionNames<ApiRouteOptions<string>, UnservedRouteOptions> = {
  method: true,
  requiresAuth: true,
  access: true,
  handler: true,
  middleware: true,
  openapi: true,
}

const METHODS: ReadonlySet<string> = new Set<ApiRouteMethod>([...HTTP_METHODS, 'ALL'])

function refuse(path: string, message: string): never {
  throw new ConfigurationError('option_invalid', `The route ${path} ${message}`)
}

function readAccess(path: string, options: ApiRouteOptions<string>): Access | undefined {
  const { access, requiresAuth } = options
  for (const name of ['access', 'requiresAuth'] as const) {
    // A variable that is not set, say: taken as left out, it could not close what it was meant to.
    if (name in options && options[name] === undefined)
      refuse(path, `has the option ${name}, which is undefined. Give it a value, or leave it out.`)
  }
  if (requiresAuth !== undefined && typeof requiresAuth !== 'boolean') {
    refuse(path, 'has the option requiresAuth, which must be true or false.')
  }
  if (access !== undefined) {
    checkAccess(access, path)
    if (requiresAuth !== undefined && requiresAuth !== (access !== 'public')) {
      refuse(
        path,
        'has the options access and requiresAuth, which contradict each other. Leave requiresAuth out.',
      )
    }
    return access
  }
  if (requiresAuth === undefined) return undefined
  return requiresAuth ? 'authenticated' : 'public'
}

/** The routes that this copy of the package has made. */
const made = new WeakSet<object>()

/** @throws {ConfigurationError} `option_invalid` for what Hono could not call, by which it would call nobody */
function readMiddleware(
  path: string,
  middleware: ApiRouteOptions<string>['middleware'],
): readonly MiddlewareHandler<ApiRouteEnv>[] {
  const list: readonly unknown[] = [middleware ?? []].flat()
  const isCallable = (each: unknown): each is MiddlewareHandler<ApiRouteEnv> =>
    typeof each === 'function'
  if (list.every(isCallable)) return list
  return refuse(path, 'has the option middleware, which must be a function or a list of functions.')
}

/**
 * Declares a route of the application, for `server.apiRoutes`. Options that are not served are told by the `Mastra`
 * that lists it.
 *
 * @param path - where it is, outside the prefix of the API; parameters as `:name`
 * @throws {ConfigurationError} `option_invalid`
 * @example
 * ```typescript
 * import { registerApiRoute } from '@signet/core/server'
 *
 * export const status = registerApiRoute('/status', {
 *   method: 'GET',
 *   requiresAuth: true,
 *   handler: (context) => context.json({ isOpen: true }),
 * })
 * ```
 */
export function registerApiRoute<const Path extends string>(
  path: Path,
  given: ApiRouteOptions<Path>,
): ApiRoute {
  const options = readOptions(given)
  const { method, handler, openapi } = options
  const refusals = new Refusals(
    findRefusedOptions(`Route ${path}`, options, {
      served: SERVED,
      unsupported: UNSUPPORTED_ROUTE_OPTIONS,
      guards: ROUTE_GUARDS,
    }),
  )
  if (!path.startsWith('/')) refuse(path, 'must begin with a slash.')
  if (!METHODS.has(method))
    refuse(path, `has a method that is not known. Write ${[...METHODS].join(', ')}.`)
  // A route with createHandler is told of that with everything else.
  if (typeof handler !== 'function' && refusals.options.length === 0)
    refuse(path, 'has no handler. Give the option handler.')
  const route: ApiRoute = Object.freeze({
    path,
    method,
    access: readAccess(path, options as ApiRouteOptions<string>),
    handler,
    middleware: readMiddleware(path, options.middleware),
    openapi,
    refusals,
  })
  made.add(route)
  return route
}

/** Whether a value was made by `registerApiRoute`, of whichever installed copy of this package. */
function isApiRoute(value: object): value is ApiRoute {
  if (made.has(value)) return true
  return Object.isFrozen(value) && 'refusals' in value && 'middleware' in value
}

/**
 * A route of the application from what it lists in `server.apiRoutes`: what `registerApiRoute` made, or a plain
 * object with its path among the options, which is closed by default like any other.
 * @throws {ConfigurationError} `option_invalid`
 */
export function readApiRoute(route: ApiRoute | PlainApiRoute): ApiRoute {
  if (!isObject(route) || typeof route.path !== 'string') {
    throw new ConfigurationError(
      'option_invalid',
      'The option server.apiRoutes has an entry that is not a route. Make the route by registerApiRoute.',
    )
  }
  if (isApiRoute(route)) return route
  const { path, ...options } = readOptions<PlainApiRoute>(route)
  return registerApiRoute(path, options)
}
