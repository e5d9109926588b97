import { StrictJsonError } from '@signet/auth/internal'
import { RegistrationError, withOrigin, type ApiRoute, type ApiRouteEnv } from '@signet/core'
import { Hono, type Context } from 'hono'
import { limitBody, parseBody } from '../../route/body.js'
import { RequestError } from '../../error/error.js'
import { parseForm, readForm } from '../../route/handler-request.js'
import type { Reply } from '../../http/reply.js'
import type { HandlerContext } from '../../route/route.js'
import { followResponse } from '../../answer/followed-response.js'

/** What travels with a request into Hono. */
interface Bindings {
  readonly input: HandlerContext
}

type RouteEnv = ApiRouteEnv & { Bindings: Bindings }

function refuseBody(message: string): never {
  throw new RequestError('request_invalid', 'The body cannot be read.', {
    issues: [{ field: 'body', message }],
  })
}

/** Reads bodies as the built-in routes do: what cannot be read is the client's fault, and told so. */
function readBodiesStrictly({ req }: Context<RouteEnv>): void {
  req.json = async <Body>() => {
    try {
      return parseBody(await req.text()) as Body
    } catch (error) {
      return error instanceof StrictJsonError ? refuseBody(error.message) : Promise.reject(error)
    }
  }
  const parseFields = req.parseBody.bind(req)
  req.parseBody = async (options?: Parameters<typeof parseFields>[0]) => {
    await req.arrayBuffer()
    return await readForm(() => parseFields(options))
  }
  req.formData = async () =>
    await parseForm(await req.arrayBuffer(), req.header('content-type') ?? '')
}

/** An answer that is thrown, of whichever copy of Hono. */
function thrownAnswer(error: Error): Response | undefined {
  if (!('getResponse' in error) || typeof error.getResponse !== 'function') return undefined
  const response: unknown = error.getResponse()
  return response instanceof Response ? response : undefined
}

/** Whether `getAgent`, `getTool`, `getWorkflow` or one of their sisters threw it: the handler asked for what the application does not have. */
function isUnknownPart(error: Error): boolean {
  if (!RegistrationError.isInstance(error)) return false
  return ['agent_unknown', 'tool_unknown', 'workflow_unknown'].includes(error.code)
}

/** What the built-in routes answer for an agent, a tool or a workflow that is not there; undefined for any other error. */
function notFoundOf(error: Error): RequestError | undefined {
  if (!isUnknownPart(error)) return undefined
  return new RequestError('not_found', error.message, { cause: error })
}

/**
 * The handler of a route of the application, with its middleware: a Hono application for this one route,
 * so that both find what they know. The gate has let the request through before.
 *
 * @param bodyLimit - largest body, in bytes
 */
export function createCustomHandler(
  route: ApiRoute,
  bodyLimit: () => number,
): (input: HandlerContext) => Promise<Reply> {
  const app = new Hono<RouteEnv>()
  app.use(async (context, next) => {
    const { input } = context.env
    context.set('mastra', input.mastra)
    context.set('requestContext', input.requestContext)
    readBodiesStrictly(context)
    await next()
  })
  for (const middleware of route.middleware) app.use(middleware)
  app.all(route.path, route.handler)
  // What a handler throws that is not a response is told to nobody but the log.
  app.onError((error) => {
    const response = thrownAnswer(error)
    if (response === undefined) throw notFoundOf(error) ?? error
    return response
  })
  app.notFound(() => {
    throw new RequestError('not_found', 'The route of the application does not match this path.')
  })
  return async (input) => {
    const request = limitBody(
      input.request,
      bodyLimit(),
      input.request.hasBody ? input.holdBody() : undefined,
    )
    const origin = { requestId: input.requestId, route: route.path }
    const response = await withOrigin(origin, () => app.fetch(request, { input }))
    return followResponse(response, input)
  }
}
