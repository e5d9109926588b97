import { ConfigurationError } from '@signet/auth'
import { isLegalRoutePath } from '@signet/auth/internal'
import { policyOf, type ProxyConfig } from '../config.js'
import { declareRoutes } from '../declared/declared-policy.js'
import { readProxyRoutes, type ProxyRoute } from '../declared/declared-route.js'
import { listOwnRoutes } from '../listed-routes.js'
import type { PolicyTable } from '../policy/policy-table.js'
import type { DocumentRoute } from './document-routes.js'

/** A route of an application that its proxy does not know. */
export interface ForeignRoute extends Pick<DocumentRoute, 'method' | 'path'> {
  /**
   * `closed`: nobody is let in without a permission for routes. `taken`: a line of another route decides, because its
   * parameter stands where this route has a text. `refused`: nobody is let in, whatever they hold.
   */
  readonly kind: 'closed' | 'refused' | 'taken'
  /** The complete path of the line that decides; only of a taken one. */
  readonly by?: string | undefined
  /** Why; only of a refused one. */
  readonly reason?: string | undefined
  /** The permission that opens it as it is; only of a closed one without parameters. */
  readonly permission?: string | undefined
  /** The entry of `routes` that would open it to whoever holds `routes:execute`; only where `defineProxy` takes it. */
  readonly entry?: string | undefined
}

/** What the routes of an application are beside those of its proxy. */
export interface RouteComparison {
  /** How many routes the document has. */
  readonly total: number
  /** How many of them have a line in the policy, or an entry in `routes`. */
  readonly known: number
  readonly foreign: readonly ForeignRoute[]
  /** How many lines the policy has, and how many of those have no route in the document. */
  readonly lines: number
  readonly missing: number
}

const PARAM = /:\w+/g

/** A path with its parameters as `:`, whatever their names. */
const shapeOf = (path: string): string => path.replaceAll(PARAM, ':')

/** The entry of `routes` that would open a route, where `defineProxy` takes it. */
function entryFor({ method, path, isPlain }: DocumentRoute, policy: PolicyTable) {
  if (!isPlain) return undefined
  const route: ProxyRoute = { method, path, access: 'routes:execute' }
  try {
    readProxyRoutes([route], policy)
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return undefined
    throw error
  }
  return `{ method: '${method}', path: '${path}', access: 'routes:execute' }`
}

/**
 * Compares the routes that an application has with what its proxy knows: the lines of its policy, the entries of `routes`, and
 * the routes that it answers itself.
 * @throws {ConfigurationError} for a configuration that `defineProxy` refuses
 */
export function compareRoutes(
  config: ProxyConfig,
  routes: readonly DocumentRoute[],
): RouteComparison {
  const policy = policyOf(config)
  const declared = declareRoutes(policy, readProxyRoutes(config.routes, policy))
  const own = new Set(listOwnRoutes(config).map(({ method, path }) => `${method} ${path}`))
  const lines = policy.routes.map(({ path, policy: { method } }) => ({
    method,
    shape: shapeOf(path),
  }))
  const shapes = new Set(lines.map(({ method, shape }) => `${method} ${shape}`))
  const described = new Set(
    routes.flatMap(({ method, path }) => [`${method} ${shapeOf(path)}`, `ALL ${shapeOf(path)}`]),
  )

  function foreign(route: DocumentRoute): ForeignRoute | undefined {
    const { method, path } = route
    const shape = shapeOf(path)
    if (shapes.has(`${method} ${shape}`) || shapes.has(`ALL ${shape}`)) return undefined
    if (own.has(`${method} ${path}`)) return undefined
    const match = declared.find(method, path.replaceAll(PARAM, 'x'))
    if (match.kind === 'refused') return { kind: 'refused', method, path, reason: match.reason }
    if (match.kind === 'known') {
      if (declared.routeOf(match.policy) !== undefined) return undefined
      return { kind: 'taken', method, path, by: match.pattern }
    }
    const permission = isLegalRoutePath(path) ? `routes:execute:${path}` : undefined
    return { kind: 'closed', method, path, permission, entry: entryFor(route, policy) }
  }

  const found = routes.flatMap((route) => foreign(route) ?? [])
  return {
    total: routes.length,
    known: routes.length - found.length,
    foreign: found,
    lines: lines.length,
    missing: lines.filter(({ method, shape }) => !described.has(`${method} ${shape}`)).length,
  }
}
