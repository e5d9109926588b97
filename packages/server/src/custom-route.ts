import type { Access, AuthProvider, PathRule } from '@signet/auth'
import type { ApiRoute, ApiRouteEnv } from '@signet/core'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { limitBody } from './body.js'
import { RequestError, StartError } from './error.js'
import { defineRoute, type HandlerContext, type Method, type Route } from './route.js'

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

function methodsOf({ method }: ApiRoute): readonly Method[] {
  return method === 'ALL' ? METHODS : [method]
}

/** One Hono application for one route, so that its handler and middleware find what they know. */
function createHandler(route: ApiRoute): (input: HandlerContext) => Promise<Response> {
  const inputs = new WeakMap<Request, HandlerContext>()
  const app = new Hono<ApiRouteEnv>()
  app.use(async (context, next) => {
    const input = inputs.get(context.req.raw)
    if (input === undefined) throw new TypeError('The request is not known.')
    context.set('mastra', input.mastra)
    context.set('requestContext', input.requestContext)
    const readJson = context.req.json.bind(context.req)
    context.req.json = async () => {
      try {
        return await readJson()
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        const issues = [{ field: 'body', message: 'The text is not JSON.' }]
        throw new RequestError('request_invalid', 'The body is not JSON.', { issues })
      }
    }
    await next()
  })
  for (const middleware of route.middleware) app.use(middleware)
  app.all(route.path, route.handler)
  // An HTTPException is an answer; what else a handler throws is told to nobody but the log.
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    throw error
  })
  app.notFound(() => {
    throw new RequestError('not_found', 'The route of the application answers no such path.')
  })
  return async (input) => {
    const request = limitBody(input.request, input.bodyLimit)
    inputs.set(request, input)
    const response = await app.fetch(request)
    // The deadline is for the handler; how long its response streams is the application's to say.
    input.stop()
    return response
  }
}

/** The one path, and the methods if only some, that a rule names. */
function readRule(rule: PathRule): {
  readonly path: unknown
  readonly methods: readonly unknown[]
} {
  if (!Array.isArray(rule)) return { path: rule, methods: METHODS }
  const [path, methods] = rule as readonly unknown[]
  return { path, methods: [methods].flat() }
}

function names(rule: PathRule, path: string, method: Method): boolean {
  const read = readRule(rule)
  return read.path === path && read.methods.includes(method)
}

/**
 * Refuses a rule of a provider that names no declared route of the application. A pattern is such a rule
 * too: it would open whatever comes to match it.
 */
function checkRules(provider: AuthProvider | false, routes: readonly ApiRoute[]): void {
  if (provider === false) return
  for (const rule of [...(provider.public ?? []), ...(provider.protected ?? [])]) {
    const { path, methods } = readRule(rule)
    const declared = routes.filter((route) => route.path === path).flatMap(methodsOf)
    const isOfOneMethod = methods !== METHODS
    const isKnown = isOfOneMethod
      ? methods.length > 0 && methods.every((method) => declared.some((each) => each === method))
      : declared.length > 0
    if (isKnown) continue
    throw new StartError(
      'path_rule_unknown',
      `server.auth names the path ${String(readRule(rule).path)} as public or protected, but the application declares no route of exactly this path. Built-in routes are always protected and cannot be opened this way, and a pattern opens nothing: remove the entry, or write requiresAuth: false at the route.`,
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
    `The route ${route.path} says who may call it, and server.auth names it as public: remove one of them.`,
  )
}

/**
 * The routes that an application declares, for the one table. Each is closed unless it, or the list of
 * its provider by its exact path, says otherwise.
 *
 * @throws {StartError} `path_rule_unknown` or `route_invalid`
 */
export function customRoutes(
  routes: readonly ApiRoute[],
  provider: AuthProvider | false,
): readonly Route[] {
  checkRules(provider, routes)
  return routes.flatMap((route) => {
    const handle = createHandler(route)
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
}
