import type { Access } from '@signet/auth'
import { RequestError, type Route, type RouteTable } from '@signet/server'
import { createRouteTable } from '@signet/server/internal'
import type { DeclaredPolicy } from './declared/declared-policy.js'
import type { KnownRoute } from './policy/policy-table.js'
import type { OpenRoute } from './policy/route-policy.js'
import type { ForwardInput } from './forward/forward.js'
import { isStudioPath } from './studio.js'

/** Forwards a request, by the rules of its route. */
type ForwardRoute = (input: ForwardInput) => unknown

/** What the table of a proxy is made of. */
export interface ProxyTableOptions {
  /** What the proxy answers itself. */
  readonly own: readonly Route[]
  /** The Studio, which alone has its path and what is below it. Default: it is not served. */
  readonly studio?: RouteTable | undefined
  readonly policy: DeclaredPolicy
  readonly prefix: string
  readonly forward: ForwardRoute
}

/** The routes of a proxy. */
export interface ProxyTable extends RouteTable {
  /** Whether the parameter `agentId` of a route names an agent of Mastra, by its key or its id. */
  looksUpAgent(route: Route): boolean
}

/** How the route is called, in metrics and in the log, that no line of the policy knows. */
const UNKNOWN_PATH = '/*'

/**
 * The routes of a proxy: its own, and those that it forwards, which the policy finds. Below no path anything is answered
 * without a good token but by its own public routes.
 */
export function createProxyTable(options: ProxyTableOptions): ProxyTable {
  const { policy, prefix, forward, studio } = options
  const own = createRouteTable(options.own, prefix)
  const paths = new WeakMap<Route, string>()
  const ofAgents = new WeakSet<Route>()
  const routes = new WeakMap<OpenRoute, Map<string, Route>>()
  for (const route of studio?.routes ?? []) paths.set(route, studio?.pathOf(route) ?? route.path)

  function makeRoute(
    method: Route['method'],
    path: string,
    access: Access,
    line?: OpenRoute,
  ): Route {
    const forwarding: Route = Object.freeze({
      method,
      path,
      isPrefixed: line !== undefined && policy.routeOf(line) === undefined,
      access,
      summary: 'Of the application behind the proxy',
      status: 200,
      query: undefined,
      body: undefined,
      response: undefined,
      queryOptions: undefined,
      bodyOptions: undefined,
      openapi: undefined,
      handle: (input: Parameters<Route['handle']>[0]) => forward(input as ForwardInput),
    })
    paths.set(forwarding, path)
    if (line?.looksUpAgent === true) ofAgents.add(forwarding)
    return forwarding
  }

  /** One route for each line and method: metrics count by them. */
  function routeOf({ policy: line, pattern }: KnownRoute, method: Route['method']): Route {
    const known = routes.get(line) ?? new Map<string, Route>()
    routes.set(line, known)
    const made = known.get(method) ?? makeRoute(method, pattern, line.access, line)
    known.set(method, made)
    return made
  }

  /** Strangers are let in only where the configuration says so. */
  function isForwarded(line: OpenRoute): boolean {
    if (policy.routeOf(line) !== undefined) return true
    return line.isOurs !== true && line.access !== 'public'
  }

  return {
    routes: [...own.routes, ...(studio?.routes ?? [])],
    prefix,
    pathOf: (route) => paths.get(route) ?? own.pathOf(route),
    find(method, pathname) {
      const mine = own.find(method, pathname)
      if (mine !== undefined) return mine
      if (studio !== undefined && isStudioPath(pathname)) return studio.find(method, pathname)
      const match = policy.find(method, pathname)
      if (match.kind === 'refused') return undefined
      const routeMethod = (method === 'HEAD' ? 'GET' : method) as Route['method']
      if (match.kind === 'known') {
        if (!isForwarded(match.policy)) return undefined
        return { route: routeOf(match, routeMethod), params: match.params }
      }
      return { route: makeRoute(routeMethod, UNKNOWN_PATH, match.permission as Access), params: {} }
    },
    refusalOf(method, pathname) {
      const match = policy.find(method, pathname)
      if (match.kind !== 'refused')
        return { error: new RequestError('not_found', 'The proxy has no such route.') }
      return {
        error: new RequestError('not_found', match.reason),
        closed: match.pattern ?? '',
      }
    },
    isPrefixed: () => true,
    looksUpAgent: (route) => ofAgents.has(route),
  }
}
