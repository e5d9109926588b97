/// <reference types="node" preserve="true" />
// The guard of @signet/auth as a hook and as a plugin of Fastify. Whatever is added here must be kept.
import { setCaller } from '../guard/known-caller.js'
import { nodeGuard, type NodeRequest } from '../guard/node-guard.js'
import type { GuardOptions } from '../guard/options.js'
import type { AuthProvider } from '../provider/auth-provider.js'

/** What is asked of a request of Fastify. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest
}

/** What is asked of a reply of Fastify. */
export interface FastifyReplyLike {
  code(status: number): unknown
  headers(fields: Record<string, string>): unknown
  send(body: string): unknown
}

/** What is asked of an instance of Fastify. */
export interface FastifyLike {
  hasRequestDecorator(name: string): boolean
  decorateRequest(name: string, value: null): unknown
  addHook(name: 'onRequest', hook: FastifyHook): unknown
}

/** A hook of Fastify, for `onRequest` and the hooks behind it. */
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>

export { callerOf } from '../guard/known-caller.js'

/** The options of `bearerPlugin`. */
export interface BearerPluginOptions extends GuardOptions {
  /** Who may call, such as a `MastraJwtAuth`. */
  readonly provider: AuthProvider
}

/**
 * `requireBearer` of `@signet/auth` as a hook of one route: `request.auth` is the caller (`callerOf(request)`
 * with its type), and only a caller comes past it.
 *
 * @throws {ConfigurationError} as `requireBearer` of `@signet/auth`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { callerOf, requireBearer } from '@signet/auth/fastify'
 * import fastify from 'fastify'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * export const app = fastify()
 *
 * app.get('/hello', { onRequest: requireBearer(auth, { access: 'agents:read' }) }, async (request) => ({
 *   hello: callerOf(request).principal.subject,
 * }))
 * ```
 */
export function requireBearer(provider: AuthProvider, options?: GuardOptions): FastifyHook {
  const guard = nodeGuard(provider, options)
  return async (request, reply) => {
    const result = await guard(request.raw)
    if (!(result instanceof Response)) return setCaller(request, result)
    reply.code(result.status)
    reply.headers(Object.fromEntries(result.headers))
    reply.send(await result.text())
    return reply
  }
}

async function register(app: FastifyLike, given: BearerPluginOptions): Promise<void> {
  const { provider, ...options } = given
  if (!app.hasRequestDecorator('auth')) app.decorateRequest('auth', null)
  app.addHook('onRequest', requireBearer(provider, options))
}

/** A plugin of Fastify. */
export type BearerPlugin = (app: FastifyLike, options: BearerPluginOptions) => Promise<void>

/**
 * The same for all routes that are declared behind it, in the scope in which it is registered: it declares the
 * decorator `request.auth`. Routes that need more have a hook of their own.
 *
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { bearerPlugin } from '@signet/auth/fastify'
 * import fastify from 'fastify'
 *
 * const provider = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * export const app = fastify()
 *
 * await app.register(bearerPlugin, { provider, access: 'agents:read' })
 * ```
 */
export const bearerPlugin: BearerPlugin = Object.assign(register, {
  // The hook is for the scope of whoever registers the plugin, and not for a scope of its own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@signet/auth/fastify',
})
