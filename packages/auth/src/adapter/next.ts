// The guard of @signet/auth as a wrapper of route handlers of Next.js. Whatever is added here must be kept.
import type { GuardOptions } from '../guard/options.js'
import { requireBearer as createGuard, type Caller } from '../guard/require-bearer.js'
import type { AuthProvider } from '../provider/auth-provider.js'

/** Makes of a handler that needs a caller a route handler of Next.js, with the same request and context. */
export type RouteWrapper = <Incoming extends Request, Context>(
  handler: (request: Incoming, context: Context, caller: Caller) => Response | Promise<Response>,
) => (request: Incoming, context: Context) => Promise<Response>

/**
 * `requireBearer` of `@signet/auth` as a wrapper of route handlers: the handler is called with the caller, and for nobody
 * else. It needs the runtime `nodejs`, which is the default of Next.js.
 *
 * @throws {ConfigurationError} as `requireBearer` of `@signet/auth`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { requireBearer } from '@signet/auth/next'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * const guarded = requireBearer(auth, { access: 'agents:read' })
 *
 * export const GET = guarded(async (_request, _context, caller) =>
 *   Response.json({ hello: caller.principal.subject }),
 * )
 * ```
 */
export function requireBearer(provider: AuthProvider, options?: GuardOptions): RouteWrapper {
  const guard = createGuard(provider, options)
  return (handler) => async (request, context) => {
    const result = await guard(request)
    return result instanceof Response ? result : handler(request, context, result)
  }
}
