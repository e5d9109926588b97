/// <reference types="node" preserve="true" />
// The guard of @signet/auth as a middleware of Express. Whatever is added here must be kept.
import type { ServerResponse } from 'node:http'
import { setCaller } from '../guard/known-caller.js'
import { nodeGuard, sendResponse, type NodeRequest } from '../guard/node-guard.js'
import type { GuardOptions } from '../guard/options.js'
import type { AuthProvider } from '../provider/auth-provider.js'

export { callerOf } from '../guard/known-caller.js'

/** A middleware of Express 4 and 5, and of whatever else takes one. */
export type ExpressMiddleware = (
  request: NodeRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>

/**
 * `requireBearer` of `@signet/auth` as a middleware: `request.auth` is the caller (`callerOf(request)` with its
 * type), and only a caller comes past it.
 *
 * @throws {ConfigurationError} as `requireBearer` of `@signet/auth`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { callerOf, requireBearer } from '@signet/auth/express'
 * import express from 'express'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * export const app = express()
 *
 * app.get('/hello', requireBearer(auth, { access: 'agents:read' }), (request, response) => {
 *   response.json({ hello: callerOf(request).principal.subject })
 * })
 * ```
 */
export function requireBearer(provider: AuthProvider, options?: GuardOptions): ExpressMiddleware {
  const guard = nodeGuard(provider, options)
  return async (request, response, next) => {
    try {
      const result = await guard(request)
      if (result instanceof Response) return await sendResponse(result, response)
      setCaller(request, result)
    } catch (error) {
      return next(error)
    }
    return next()
  }
}
