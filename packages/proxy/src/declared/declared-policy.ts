import { isLegalRoutePath } from '@signet/auth/internal'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import {
  createPolicyTable,
  type KnownRoute,
  type PolicyMatch,
  type PolicyTable,
} from '../policy/policy-table.js'
import {
  CALL_OWNER,
  CHAT_BODY,
  WORKFLOW_ROUTE_BODY,
  WORKFLOW_ROUTE_OWNER,
} from '../policy/call-rules.js'
import { isClosed, type OpenRoute, type Place } from '../policy/route-policy.js'
import type { ProxyRoute } from './declared-route.js'

/** A policy to which routes of the application were added. */
export interface DeclaredPolicy extends Pick<PolicyTable, 'find'> {
  /** The route that a line was made of; undefined for a line of the other policy. */
  routeOf(line: OpenRoute): ProxyRoute | undefined
}

/** What of a line the options of a route say. */
function rulesOf({
  rules,
  owner,
  agentId,
  workflowId,
}: ProxyRoute): Pick<OpenRoute, 'body' | 'owner' | 'params'> {
  if (rules === 'chatRoute') {
    return {
      owner: CALL_OWNER,
      body: CHAT_BODY,
      ...(agentId !== undefined && { params: { agentId } }),
    }
  }
  if (rules === 'workflowRoute') {
    return {
      owner: WORKFLOW_ROUTE_OWNER,
      body: WORKFLOW_ROUTE_BODY,
      ...(workflowId !== undefined && { params: { workflowId } }),
    }
  }
  if (owner === undefined) return { owner: 'none' }
  return { owner: { sets: owner.map((place) => place as Place) } }
}

/** A route whose path ends in a star. */
interface Below {
  readonly line: OpenRoute
  /** With a slash at its end. */
  readonly start: string
}

function isOf({ method }: OpenRoute, asked: string): boolean {
  return method === 'ALL' || method === (asked === 'HEAD' ? 'GET' : asked)
}

/** Whether a policy is of an application with agents of Mastra; one that does not show its lines counts as such. */
function isOfMastra(policy: Partial<PolicyTable>): boolean {
  if (policy.lines === undefined) return true
  return policy.lines.some((line) => !isClosed(line) && line.looksUpAgent === true)
}

/**
 * Adds routes of an application to a policy. What the policy knows stays as it is. Of the routes, an exact one takes
 * precedence over one with a star, and of those the longest.
 * @throws {ConfigurationError} `option_invalid` for an access that is not one
 * @throws {RangeError} for two routes of one method and path
 */
export function declareRoutes(
  policy: Pick<PolicyTable, 'find'>,
  declared: readonly ProxyRoute[],
): DeclaredPolicy {
  const looksUpAgent = isOfMastra(policy)
  const routes = new Map<OpenRoute, ProxyRoute>()
  const exact: OpenRoute[] = []
  const below: Below[] = []
  for (const route of declared) {
    const { method, path, access } = route
    const line: OpenRoute = {
      method,
      path,
      access,
      ...rulesOf(route),
      looksUpAgent: looksUpAgent || route.rules !== undefined,
    }
    routes.set(line, route)
    if (path.endsWith('/*')) below.push({ line, start: path.slice(0, -1) })
    else exact.push(line)
  }
  below.sort((left, right) => right.start.length - left.start.length)
  const table = createPolicyTable([{ prefix: '', lines: exact }])
  const isOwn = policy !== MASTRA_TABLE

  function findBelow(method: string, path: string): KnownRoute | undefined {
    if (!isLegalRoutePath(path)) return undefined
    const found = below.find(({ line, start }) => isOf(line, method) && path.startsWith(start))
    // The path has no parameter: it is what the upstream is asked for.
    return found && { kind: 'known', policy: found.line, params: {}, path, pattern: path }
  }

  return {
    routeOf: (line) => routes.get(line),
    find(method, path): PolicyMatch {
      const known = policy.find(method, path)
      if (known.kind === 'known' || routes.size === 0) return known
      const isApi = path === '/api' || path.toLowerCase().startsWith('/api/')
      // What the policy refuses there could be read as one of its own routes; those of a policy of one's own stand anywhere.
      if ((isApi || isOwn) && known.kind === 'refused') return known
      const own = table.find(method, path)
      if (own.kind === 'known') return own
      // A star opens nothing there: a newer Mastra may have a route that the policy does not know.
      const found = isApi ? undefined : findBelow(method, path)
      return found ?? (own.kind === 'refused' ? own : known)
    },
  }
}
