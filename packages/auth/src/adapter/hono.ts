// The guard of @signet/auth as a middleware of Hono. Whatever is added here must be kept.
import type { GuardOptions } from '../guard/options.js'
import { requireBearer as createGuard, type Caller } from '../guard/require-bearer.js'
import type { AuthProvider } from '../provider/auth-provider.js'

/** The variables of a context of Hono behind the guard: `new Hono<{ Variables: GuardVariables }>()`. */
export interface GuardVariables {
  /** Who calls. */
  readonly auth: Caller
}

/** What is asked of a context of Hono. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request }
  set(name: 'auth', caller: Caller): void
}

/** A middleware of Hono. */
export type HonoMiddleware = (
  context: HonoContextLike,
  next: () => Promise<void>,
) => Promise<Response | void>

/**
 * `requireBearer` of `@signet/auth` as a middleware: `c.var.auth` is the caller, and only a caller comes past it.
 *
 * @throws {ConfigurationError} as `requireBearer` of `@signet/auth`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { requireBearer, type GuardVariables } from '@signet/auth/hono'
 * import { Hono } from 'hono'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * export const app = new Hono<{ Variables: GuardVariables }>()
 *
 * app.get('/hello', requireBearer(auth, { access: 'agents:read' }), (c) =>
 *   c.json({ hello: c.var.auth.principal.subject }),
 * )
 * ```
 */
export function requireBearer(provider: AuthProvider, options?: GuardOptions): HonoMiddleware {
  const guard = createGuard(provider, options)
  return async (context, next) => {
    const result = await guard(context.req.raw)
    if (result instanceof Response) return result
    context.set('auth', result)
    return next()
  }
}
