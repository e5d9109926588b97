import type { Access, AuthProvider, PathRule } from '@signet/auth'
import { HTTP_METHODS } from '@signet/auth/internal'
import type { ApiRoute } from '@signet/core'
import { createCustomHandler } from './custom-handler.js'
import { StartError } from '../../error/error.js'
import { takesFrom } from '../../route/route-overlap.js'
import { closednessOf, defineRoute, type Method, type Route } from '../../route/route.js'

function methodsOf({ method }: ApiRoute): readonly Method[] {
  return method === 'ALL' ? HTTP_METHODS : [method]
}

/** The one path that a rule names, and its methods where it names some. */
function readRule(rule: PathRule): {
  readonly path: unknown
  readonly methods: readonly unknown[] | undefined
} {
  if (!Array.isArray(rule)) return { path: rule, methods: undefined }
  const [path, methods] = rule as readonly unknown[]
  return { path, methods: [methods].flat() }
}

function names(rule: PathRule, path: string, method: Method): boolean {
  const { path: named, methods } = readRule(rule)
  return named === path && (methods?.includes(method) ?? true)
}

/** Whether every method that a rule names, or else its path, is that of a declared route. */
function isDeclared(rule: PathRule, routes: readonly ApiRoute[]): boolean {
  const { path, methods } = readRule(rule)
  const declared = new Set<unknown>(
    routes.filter((route) => route.path === path).flatMap(methodsOf),
  )
  if (declared.size === 0) return false
  return (
    methods === undefined || (methods.length > 0 && methods.every((each) => declared.has(each)))
  )
}

/**
 * Refuses a rule of a provider that names no declared route of the application. A pattern is such a rule
 * too: it would open whatever comes to match it.
 */
function checkRules(provider: AuthProvider | false, routes: readonly ApiRoute[]): void {
  if (provider === false) return
  for (const rule of [...(provider.public ?? []), ...(provider.protected ?? [])]) {
    if (isDeclared(rule, routes)) continue
    throw new StartError(
      'path_rule_unknown',
      `server.auth names the path ${String(readRule(rule).path)} as public or protected, but the application does not declare a route with exactly this path and method. Built-in routes are always protected, and patterns have no effect. Remove the entry, or write requiresAuth: false at the route.`,
    )
  }
}

/** Who may call: what the route says, else what the provider's lists say, else anyone with a good token. */
function accessOf(route: ApiRoute, method: Method, provider: AuthProvider | false): Access {
  const named = (rules: readonly PathRule[] = []) =>
    rules.some((rule) => names(rule, route.path, method))
  const isOpened = provider !== false && named(provider.public) && !named(provider.protected)
  if (route.access === undefined) return isOpened ? 'public' : 'authenticated'
  if (!isOpened || route.access === 'public') return route.access
  throw new StartError(
    'route_invalid',
    `The route ${route.path} has the option access or requiresAuth, and server.auth names it as public. Remove one of them.`,
  )
}

/** What is never in the path of a request as routes see it: it has its one spelling, decoded. */
const UNREACHABLE = /[%#\\]|\/\.{1,2}(?:\/|$)/

/** Refuses a path that no request has, and which the application means to be something else. */
function checkPath({ path }: ApiRoute): void {
  if (!UNREACHABLE.test(path.replace(/\{[^}]*(?:\}|$)/g, ''))) return
  throw new StartError(
    'route_invalid',
    `A request cannot have the path ${path}. Write it decoded, without % # \\ and without the segments . and ..`,
  )
}

/**
 * Refuses a route that answers, without a word, for a later one that lets fewer in. An exception, such as /login
 * before /*, is meant.
 */
function checkOrder(routes: readonly Route[]): void {
  for (const [index, later] of routes.entries()) {
    const earlier = routes
      .slice(0, index)
      .find(
        (route) =>
          route.method === later.method &&
          closednessOf(route) < closednessOf(later) &&
          takesFrom(route.path, later.path),
      )
    if (earlier === undefined) continue
    const who = earlier.access === 'public' ? 'anybody' : 'every caller with a good token'
    throw new StartError(
      'route_invalid',
      `The route ${earlier.method} ${earlier.path} would answer requests for ${later.path}. The first lets ${who} in, the second fewer callers. Declare ${earlier.path} after ${later.path}.`,
    )
  }
}

/**
 * The routes that an application declares, for the one table. Each is closed unless it, or the list of
 * its provider by its exact path, says otherwise.
 *
 * @param bodyLimit - largest body, in bytes
 * @throws {StartError} `path_rule_unknown` or `route_invalid`
 */
export function customRoutes(
  routes: readonly ApiRoute[],
  provider: AuthProvider | false,
  bodyLimit: () => number,
): readonly Route[] {
  checkRules(provider, routes)
  for (const route of routes) checkPath(route)
  const declared = routes.flatMap((route) => {
    const handle = createCustomHandler(route, bodyLimit)
    return methodsOf(route).map((method) =>
      defineRoute({
        method,
        path: route.path,
        isPrefixed: false,
        access: accessOf(route, method, provider),
        summary: 'A route of the application',
        openapi: route.openapi,
        handler: handle,
      }),
    )
  })
  checkOrder(declared)
  return declared
}
