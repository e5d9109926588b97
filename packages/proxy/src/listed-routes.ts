import type { Access } from '@signet/auth'
import type { RouteTable } from '@signet/server'
import { createGateRoutes, createRouteTable, type JudgedRoute } from '@signet/server/internal'
import { policyOf, type ProxyConfig } from './config.js'
import { readProxyRoutes, type ProxyRoute } from './declared/declared-route.js'
import type { PolicyRoute } from './policy/policy-table.js'
import { isClosed, type OpenRoute, type PolicyMethod } from './policy/route-policy.js'
import { createStudioTable, readStudioConnect, type StudioParts } from './studio.js'

/** A route of a proxy, and who may call it. */
export interface ListedRoute extends JudgedRoute {
  readonly method: PolicyMethod
  readonly path: string
  readonly access: Access
}

const PREFIX = '/api'

/** What neither the policy nor the configuration knows. */
const OTHERS: JudgedRoute = {
  method: 'ALL',
  path: '/*',
  summary: 'Every other path of the application, each by its own permission',
  access: 'routes:execute:{path}',
}

function summaryOf({ bodyAccess, mcp }: OpenRoute): string {
  const told = 'The application answers'
  if (mcp === 'message') return `${told}. The message says what else it needs.`
  if (bodyAccess === undefined) return told
  return `${told}. It also needs ${bodyAccess.permission} for ${bodyAccess.at}.`
}

/** The routes that are forwarded: those of the configuration, and those of a policy that are not closed. */
function forwardedRoutes(
  own: readonly JudgedRoute[],
  declared: readonly ProxyRoute[],
  policy: readonly PolicyRoute[],
): readonly ListedRoute[] {
  const ownPaths = new Set(own.map(({ method, path }) => `${method} ${path}`))
  return [
    ...declared.map(({ method, path, access }) => ({
      method,
      path,
      summary: 'The application answers, by signet.config.ts',
      access,
    })),
    ...policy.flatMap(({ path, policy: line }) => {
      if (isClosed(line) || line.isOurs === true || ownPaths.has(`${line.method} ${path}`))
        return []
      return [{ method: line.method, path, summary: summaryOf(line), access: line.access }]
    }),
  ]
}

/**
 * The routes that the page of access compares permissions with.
 * @param own - of the proxy itself
 * @param policy - default: the policy does not list its lines
 */
export function judgedRoutes(
  own: readonly JudgedRoute[],
  declared: readonly ProxyRoute[],
  policy: readonly PolicyRoute[] = [],
): readonly JudgedRoute[] {
  return [...forwardedRoutes(own, declared, policy), OTHERS, ...own]
}

function neverCalled(): never {
  throw new TypeError('These routes can be listed, but not called.')
}

function listedOf(table: RouteTable): readonly ListedRoute[] {
  return table.routes.map((route) => {
    const { method, summary, access } = route
    return { method, path: table.pathOf(route), summary, access }
  })
}

/** The routes of the Studio; none where it is not served. */
function studioRoutesOf(
  { studio }: ProxyConfig,
  directory: string | undefined,
  offered: StudioParts['offered'],
): readonly ListedRoute[] {
  const connect = readStudioConnect(studio)
  if (directory === undefined || connect === undefined) return []
  const access = { routes: neverCalled, things: neverCalled }
  return listedOf(createStudioTable({ directory, connect, offered, service: neverCalled, access }))
}

/**
 * The routes that a proxy answers itself.
 * @param studio - the folder of the built Studio, where it is served. Default: it is not
 */
export function listOwnRoutes(config: ProxyConfig, studio?: string): readonly ListedRoute[] {
  const offered = { apiKeys: true, audit: config.audit !== false }
  const gate = createRouteTable(createGateRoutes(offered, neverCalled), PREFIX)
  return [...listedOf(gate), ...studioRoutesOf(config, studio, offered)]
}

/**
 * The routes of a proxy: those that it answers itself, those of its configuration, and those of its policy that are not closed.
 * @param studio - the folder of the built Studio, where it is served. Default: it is not
 */
export function listProxyRoutes(config: ProxyConfig, studio?: string): readonly ListedRoute[] {
  const own = listOwnRoutes(config, studio)
  const policy = policyOf(config)
  const declared = readProxyRoutes(config.routes, policy)
  return [...own, ...forwardedRoutes(own, declared, policy.routes)]
}
