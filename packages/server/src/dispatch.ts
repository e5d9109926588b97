import { ScopeError, type Principal } from '@signet/auth'
import { checkContent, requiredPermissions } from '@signet/auth/internal'
import { readJsonBody } from './route/body.js'
import { Deadline } from './answer/deadline.js'
import { errorCode } from './error/error-response.js'
import { RequestError } from './error/error.js'
import type { Exchange } from './exchange.js'
import type { Caller } from './gate/gate.js'
import {
  countedRefusal,
  HandlerCall,
  holdBody,
  noteLimit,
  type Passage,
} from './route/handler-call.js'
import type { LimitStanding } from './limit/limit.js'
import { ReadIncoming } from './http/read-incoming.js'
import { isStream, jsonReply, Reply } from './http/reply.js'
import { noSuchRoute } from './route/missing-feature.js'
import { canonicalParams, readParams, tellMissing } from './route/canonical-params.js'
import type { Route } from './route/route.js'
import type { RouteMatch } from './route/route-table.js'
import type { Service } from './service.js'
import { traced } from './observe/tracing/tracing.js'
import { routeBody, routeQuery } from './route/validation.js'

/** The request's way behind the gate: body, validation, handler. */
async function callRoute(
  passage: Passage,
  { route, params }: RouteMatch,
  caller?: Caller,
): Promise<unknown> {
  const { service, exchange, deadline } = passage
  const { request } = exchange
  const query = routeQuery(route, request.query)
  let body: unknown
  if (route.body !== undefined) {
    const count = request.hasBody ? holdBody(passage) : undefined
    body = routeBody(route, await readJsonBody(request, service.bodyLimit, count))
    deadline.throwIfOver()
  }
  return route.handle(new HandlerCall(passage, { params, query, body }, caller))
}

/** Breaks an answer off once its token is revoked, for as long as it runs. */
function watchRevocation({ service, exchange, deadline }: Passage, { isRevoked }: Caller): void {
  const unwatch = service.running.add({
    isRevoked,
    breakOff(error) {
      exchange.code = errorCode(error)
      deadline.fail(error)
    },
  })
  exchange.watch(unwatch)
}

/**
 * Reads the whole body and compares it, where the proof of the caller's token names its digest. Whatever reads it later
 * gets these bytes.
 *
 * @throws {TokenError} `proof_invalid` for another body
 * @throws {RequestError} `body_too_large`
 * @throws {LimitError} where too many bytes are held already
 */
async function compareContent(passage: Passage, { contentDigest }: Caller): Promise<void> {
  if (contentDigest === undefined) return
  const { service, exchange } = passage
  const { bodyLimit } = service
  const bytes = await exchange.request.readBody(bodyLimit, holdBody(passage))
  if (bytes === undefined) {
    throw new RequestError('body_too_large', `The body is larger than ${bodyLimit} bytes.`)
  }
  checkContent(contentDigest, bytes)
  exchange.request = new ReadIncoming(exchange.request, bytes)
}

/** Who calls. @throws what refuses the credential, or that too many of the client's were refused */
async function authenticate(passage: Passage): Promise<Caller> {
  const { service, exchange } = passage
  const { gate, tracing } = service
  try {
    return await (tracing === undefined
      ? gate.authenticate(exchange.request)
      : traced(tracing, 'gate', () => gate.authenticate(exchange.request)))
  } catch (error) {
    throw await countedRefusal(passage, error)
  }
}

/**
 * Whether a known caller may call the route that they name.
 * @throws {RequestError} `not_found` or `not_supported`
 * @throws {ScopeError}
 */
function permit(
  passage: Passage,
  principal: Principal,
  match: RouteMatch | undefined,
): RouteMatch | Promise<RouteMatch> {
  const { mastra, table, resolveParams } = passage.service
  if (match === undefined) {
    const { request } = passage.exchange
    const refusal = table.refusalOf?.(request.method, request.path)
    passage.exchange.closed = refusal?.closed
    throw refusal?.error ?? noSuchRoute(table, request)
  }
  const { route } = match
  const spelt = readParams(match.params, route)
  const named: Named = { route, spelt }
  if (resolveParams === undefined)
    return authorize(passage, principal, named, canonicalParams(mastra, spelt))
  return resolveParams({ route, params: spelt }, principal).then((params) =>
    authorize(passage, principal, named, params),
  )
}

/** A route, and the parameters of its path as the caller spelt them. */
interface Named {
  readonly route: Route
  readonly spelt: RouteMatch['params']
}

/**
 * Compares the permissions of a route with those of the caller.
 * @param params - with ids
 * @throws {ScopeError}
 */
function authorize(
  { service: { gate }, exchange }: Passage,
  principal: Principal,
  { route, spelt }: Named,
  params: RouteMatch['params'],
): RouteMatch {
  exchange.permissions = requiredPermissions(route.access, params)
  try {
    gate.authorize(principal, exchange.permissions)
  } catch (error) {
    if (!ScopeError.isInstance(error)) throw error
    exchange.missing = error.missingScope
    const told = error.missingScopes.map((missing) =>
      tellMissing(missing, route, principal, { spelt, params }),
    )
    throw new ScopeError(told, error.ignoredGrants)
  }
  return { route, params }
}

/** What to refuse a known caller with: the same, or that they ask too often. */
async function denial({ service, exchange }: Passage, error: unknown): Promise<unknown> {
  try {
    exchange.limit = await service.limits.countDenied(exchange)
    return error
  } catch (limitError) {
    return noteLimit(exchange, limitError)
  }
}

/** Counts a request that is permitted. It keeps its slot until it is over. @throws {LimitError} */
function count({ service, exchange }: Passage, route: Route): void | Promise<void> {
  try {
    const { standing, release } = service.limits.admit(exchange, route)
    if (release !== undefined) exchange.onRest(release)
    if (standing instanceof Promise) return noteStanding(exchange, standing)
    exchange.limit = standing
    return undefined
  } catch (error) {
    throw noteLimit(exchange, error)
  }
}

async function noteStanding(
  exchange: Exchange,
  standing: Promise<LimitStanding | undefined>,
): Promise<void> {
  try {
    exchange.limit = await standing
  } catch (error) {
    throw noteLimit(exchange, error)
  }
}

/**
 * Lets a known caller through to the route that they name.
 * @throws what `permit` throws
 * @throws {LimitError} where they ask too often, also for what they may not
 */
async function admit(
  passage: Passage,
  principal: Principal,
  match: RouteMatch | undefined,
): Promise<RouteMatch> {
  let permitted: RouteMatch
  try {
    const judged = permit(passage, principal, match)
    permitted = judged instanceof Promise ? await judged : judged
  } catch (error) {
    throw await denial(passage, error)
  }
  const counted = count(passage, permitted.route)
  if (counted !== undefined) await counted
  return permitted
}

/**
 * What to refuse a request with that is not legal HTTP: that, or that its caller asks too often. Whose it is matters for
 * the limits and the audit alone: a bad credential changes nothing.
 */
async function refusalOf(passage: Passage, fault: RequestError): Promise<unknown> {
  const { service, exchange } = passage
  try {
    exchange.principal = (await service.gate.authenticate(exchange.request)).principal
  } catch {
    return fault
  }
  return await denial(passage, fault)
}

/** Gate, then route. Nothing of the body is read before the gate has let the request through. */
async function dispatch(passage: Passage): Promise<unknown> {
  const { service, exchange, deadline } = passage
  const { mastra, table } = service
  const { request } = exchange
  if (request.fault !== undefined) throw await refusalOf(passage, request.fault)
  const match = table.find(request.method, request.path)
  exchange.route = match?.route
  if (match?.route.access === 'public') {
    const params = canonicalParams(mastra, readParams(match.params, match.route))
    return callRoute(passage, { route: match.route, params })
  }
  if (match === undefined && !table.isPrefixed(request.path)) {
    throw new RequestError('not_found', 'There is no such path.')
  }
  const caller = await authenticate(passage)
  deadline.throwIfOver()
  exchange.principal = caller.principal
  watchRevocation(passage, caller)
  const permitted = await admit(passage, caller.principal, match)
  await compareContent(passage, caller)
  deadline.throwIfOver()
  return callRoute(passage, permitted, caller)
}

/**
 * Answers a request. A body that comes piece by piece may still be on its way when this resolves: the handler
 * then says when it ends.
 *
 * @throws whatever refuses the request
 */
export async function answer(service: Service, exchange: Exchange): Promise<Reply> {
  const deadline = new Deadline(exchange.request, service.deadlineMs)
  const passage: Passage = { service, exchange, deadline }
  let isStreaming = false
  try {
    const result = await deadline.wait(() => dispatch(passage))
    const reply =
      result instanceof Reply ? result : jsonReply(result, exchange.route?.status ?? 200)
    isStreaming = isStream(reply.body)
    exchange.begin(reply.status, !isStreaming)
    return reply
  } finally {
    if (!isStreaming) deadline.release()
  }
}
