import { HTTP_METHODS } from '@signet/auth/internal'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { StartError, type RequestError } from '../error/error.js'
import { isUndecodable, loosePath } from '../http/path.js'
import { closednessOf, type Method, type Route } from './route.js'

/** A route that a request meets, with the parameters of its path, as they stand in it. */
export interface RouteMatch {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Why no route is found for a request. */
export interface RouteRefusal {
  readonly error: RequestError
  /**
   * What nobody is let in to, whatever they were granted, for the audit: the whole path of the route, with its parameters as
   * `:name`; empty for a path that is none of a route. Undefined where there is nothing.
   */
  readonly closed?: string | undefined
}

/** All routes of a server, and the one that a request meets. */
export interface RouteTable {
  readonly routes: readonly Route[]
  readonly prefix: string
  /** The whole path of a route, with its parameters as `:name`. */
  pathOf(route: Route): string
  /**
   * The route that a request meets. None, where its path could be read as that of a route that is more closed, and none
   * of the application, where nobody knows how its path will be read.
   * @param pathname - in its one spelling
   */
  find(method: string, pathname: string): RouteMatch | undefined
  /** Why a known caller is refused for whom no route is found. Default: what Mastra has there, or that there is nothing. */
  readonly refusalOf?: ((method: string, pathname: string) => RouteRefusal) | undefined
  /** Whether a path lies under the prefix, where nothing is answered without a good token. */
  isPrefixed(pathname: string): boolean
}

/** No other method gets to the router, to which `__proto__` would be more than a name. */
export const METHODS: ReadonlySet<string> = new Set(HTTP_METHODS)

function isMethod(method: string): method is Method {
  return METHODS.has(method)
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({})

/** A plain path, without a slash at its end. */
export const LEGAL_PREFIX: RegExp = /^(?:\/[A-Za-z0-9_.~-]+)+$/

/** Refuses a route of the same path as another one, and one that only looks like one of the API. */
function checkPaths(
  routes: readonly Route[],
  pathOf: (route: Route) => string,
  isPrefixed: (pathname: string) => boolean,
): void {
  const seen = new Set<string>()
  for (const route of routes) {
    const path = pathOf(route)
    // Two names of one parameter are one path, of which the second would never be reached.
    const name = `${route.method} ${path.replace(/:\w+/g, ':')}`
    if (seen.has(name))
      throw new StartError(
        'route_invalid',
        `Two routes have the method and path ${route.method} ${path}. Remove one of them.`,
      )
    seen.add(name)
    if (!route.isPrefixed && isPrefixed(path)) {
      throw new StartError(
        'route_invalid',
        `The route ${path} of the application lies under the prefix of the API. Choose a path outside it.`,
      )
    }
  }
}

type Router = SmartRouter<Route>

function createRouter(): Router {
  return new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
}

function matchIn(router: Router, method: Method, pathname: string): RouteMatch | undefined {
  const [handlers, stash] = router.match(method, pathname)
  const [first] = handlers
  if (first === undefined) return undefined
  const [route, found] = first
  const names = Object.keys(found)
  if (names.length === 0) return { route, params: NO_PARAMS }
  const params = names.map((name) => {
    const value = found[name]
    return [name, typeof value === 'number' ? (stash?.[value] ?? '') : (value ?? '')] as const
  })
  return { route, params: Object.fromEntries(params) }
}

/** Has a router compile its paths now: a pattern that is none would else fail every request. */
function compile(router: Router): void {
  try {
    router.match('GET', '/')
  } catch {
    throw new StartError(
      'route_invalid',
      'The path of a route of the application is not a pattern that can be read.',
    )
  }
}

/**
 * Makes the table.
 * @param prefix - what every prefixed route starts with, such as `/api`
 * @throws {StartError} `prefix_invalid`; `route_invalid` for two routes of one method and path, for one of
 *   the application under the prefix, and for a path that is not a pattern
 */
export function createRouteTable(routes: readonly Route[], prefix: string): RouteTable {
  if (!LEGAL_PREFIX.test(prefix)) {
    throw new StartError(
      'prefix_invalid',
      `server.apiPrefix ${JSON.stringify(prefix)} is not a path such as /api, without a slash at its end.`,
    )
  }
  // Apart, so that no pattern of the application ever answers under the prefix.
  const [prefixed, outside] = [createRouter(), createRouter()]
  /** Those outside the prefix as their paths may be read by who is less strict. */
  const loose = createRouter()
  const paths = new WeakMap<Route, string>()
  // Asked for with every request: a text that is put together anew is a new one to each map of texts.
  const pathOf = (route: Route) => {
    const known = paths.get(route)
    if (known !== undefined) return known
    const path = route.isPrefixed ? prefix + route.path : route.path
    paths.set(route, path)
    return path
  }
  const isPrefixed = (pathname: string) => pathname === prefix || pathname.startsWith(`${prefix}/`)
  checkPaths(routes, pathOf, isPrefixed)
  for (const route of routes) {
    const router = route.isPrefixed ? prefixed : outside
    router.add(route.method, pathOf(route), route)
    if (!route.isPrefixed) loose.add(route.method, pathOf(route).replace(/(?<=.)\/$/, ''), route)
  }
  for (const router of [prefixed, outside, loose]) compile(router)

  /** Whether a route outside the prefix could answer for one that is more closed, if the path were read otherwise. */
  function isDoubtful(method: Method, pathname: string, route: Route): boolean {
    if (isUndecodable(pathname)) return true
    const read = loosePath(pathname)
    if (isPrefixed(read)) return true
    const other = matchIn(loose, method, read)?.route
    return other !== undefined && closednessOf(other) > closednessOf(route)
  }

  return {
    routes,
    prefix,
    pathOf,
    find(method, pathname) {
      const routeMethod = method === 'HEAD' ? 'GET' : method
      if (!isMethod(routeMethod) || !pathname.startsWith('/')) return undefined
      if (isPrefixed(pathname)) return matchIn(prefixed, routeMethod, pathname)
      const match = matchIn(outside, routeMethod, pathname)
      if (match === undefined || isDoubtful(routeMethod, pathname, match.route)) return undefined
      return match
    },
    isPrefixed,
  }
}
