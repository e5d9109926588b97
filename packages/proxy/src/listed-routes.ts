import type { Access } from '@signet/auth'
import { createGateRoutes, createRouteTable } from '@signet/server/internal'
import { policyOf, type ProxyConfig } from './config.js'
import { readProxyRoutes } from './declared/declared-route.js'
import { isClosed, type PolicyMethod } from './policy/route-policy.js'

/** A route of a proxy, and who may call it. */
export interface ListedRoute {
  readonly method: PolicyMethod
  readonly path: string
  readonly access: Access
}

const PREFIX = '/api'

/** The routes that a proxy answers itself. */
export function listOwnRoutes(config: ProxyConfig): readonly ListedRoute[] {
  const offered = { apiKeys: true, audit: config.audit !== false }
  const table = createRouteTable(
    createGateRoutes(offered, () => {
      throw new TypeError('These routes can be listed, but not called.')
    }),
    PREFIX,
  )
  return table.routes.map((route) => ({
    method: route.method,
    path: table.pathOf(route),
    access: route.access,
  }))
}

/** The routes of a proxy: those that it answers itself, those of its configuration, and those of its policy that are not closed. */
export function listProxyRoutes(config: ProxyConfig): readonly ListedRoute[] {
  const own = listOwnRoutes(config)
  const policy = policyOf(config)
  const declared = readProxyRoutes(config.routes, policy).map(({ method, path, access }) => ({
    method,
    path,
    access,
  }))
  const ownPaths = new Set(own.map(({ method, path }) => `${method} ${path}`))
  const known = policy.routes.flatMap(({ path, policy: line }) =>
    isClosed(line) || line.isOurs === true || ownPaths.has(`${line.method} ${path}`)
      ? []
      : [{ method: line.method, path, access: line.access }],
  )
  return [...own, ...declared, ...known]
}
