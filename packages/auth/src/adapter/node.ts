/// <reference types="node" preserve="true" />
// The guard of @signet/auth for a server of node:http. Whatever is added here must be kept.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeGuard, sendResponse } from '../guard/node-guard.js'
import type { GuardOptions } from '../guard/options.js'
import type { Caller } from '../guard/require-bearer.js'
import type { AuthProvider } from '../provider/auth-provider.js'

/** Makes of a handler that needs a caller a listener of `node:http`. */
export type NodeWrapper = <Incoming extends IncomingMessage, Outgoing extends ServerResponse>(
  handler: (request: Incoming, response: Outgoing, caller: Caller) => unknown,
) => (request: Incoming, response: Outgoing) => Promise<void>

/**
 * `requireBearer` of `@signet/auth` as a wrapper of listeners: the handler is called with the caller, and for nobody else.
 *
 * @throws {ConfigurationError} as `requireBearer` of `@signet/auth`
 * @example
 * ```typescript
 * import { createServer } from 'node:http'
 * import { MastraJwtAuth } from '@signet/auth'
 * import { requireBearer } from '@signet/auth/node'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * const guarded = requireBearer(auth, { access: 'agents:read' })
 *
 * export const server = createServer(
 *   guarded((_request, response, caller) => {
 *     response.end(`Hello, ${caller.principal.subject}.`)
 *   }),
 * )
 * ```
 */
export function requireBearer(provider: AuthProvider, options?: GuardOptions): NodeWrapper {
  const guard = nodeGuard(provider, options)
  return (handler) => async (request, response) => {
    const result = await guard(request)
    if (result instanceof Response) await sendResponse(result, response)
    else await handler(request, response, result)
  }
}
