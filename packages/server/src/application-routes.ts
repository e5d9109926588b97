import type { AuthProvider } from '@signet/auth'
import type { ApiRoute, Mastra } from '@signet/core'
import { customRoutes } from './custom-route.js'
import { createRouteTable, type RouteTable } from './route-table.js'
import type { Route } from './route.js'
import { accessRoutes } from './routes/access.js'
import { agentRoutes } from './routes/agents.js'
import { apiKeyRoutes } from './routes/api-keys.js'
import { auditRoutes } from './routes/audit.js'
import { authRoutes } from './routes/auth.js'
import { emptyRoutes } from './routes/empty.js'
import { agentMemoryRoutes } from './routes/memory/agent-memory.js'
import { messageRoutes } from './routes/memory/message.js'
import { threadRoutes } from './routes/memory/thread.js'
import { metricsRoutes } from './routes/metrics.js'
import { openApiRoutes } from './routes/openapi.js'
import { revocationRoutes } from './routes/revocations.js'
import { studioRoutes } from './routes/studio.js'
import { systemRoutes } from './routes/system.js'
import { explainRoutes, signingRoutes } from './routes/tokens.js'
import { toolRoutes } from './routes/tools.js'

const DEFAULT_PREFIX = '/api'

const BUILT_IN: readonly Route[] = [
  ...systemRoutes,
  ...metricsRoutes,
  ...authRoutes,
  ...revocationRoutes,
  ...agentRoutes,
  ...toolRoutes,
  ...threadRoutes,
  ...messageRoutes,
  ...agentMemoryRoutes,
  ...accessRoutes,
  ...explainRoutes,
  ...openApiRoutes,
  ...emptyRoutes,
]

/** What a server offers beside, each only where it has what that needs. */
export interface OfferedRoutes {
  /** API keys. Default: false. */
  readonly apiKeys?: boolean | undefined
  /** What was recorded of decisions. Default: false. */
  readonly audit?: boolean | undefined
  /** Signing of tokens: only in development, and only on a loopback address. Default: false. */
  readonly signing?: boolean | undefined
  /** The folder of the built Studio. Default: there is none. */
  readonly studio?: string | undefined
}

/** Whether a route of the application has the place of the Studio's page or of what it loads. */
function isWhereStudioIs({ method, path }: ApiRoute): boolean {
  return (method === 'GET' || method === 'ALL') && (path === '/' || path.startsWith('/assets/'))
}

/** The Studio at `/`, unless the application has something of its own there. */
function studioAt(directory: string | undefined, mastra: Mastra, prefix: string): readonly Route[] {
  const { apiRoutes = [], studio } = mastra.getServer()
  if (directory === undefined || apiRoutes.some(isWhereStudioIs)) return []
  const { connect = [] } = typeof studio === 'object' ? studio : {}
  return studioRoutes({ directory, prefix, connect })
}

/**
 * The table of an application's routes: those built in and its own.
 * @param auth - its lists may open routes of the application
 * @param offered - default: nothing
 * @throws {StartError} `prefix_invalid`, `path_rule_unknown` or `route_invalid`
 */
export function createRoutes(
  mastra: Mastra,
  auth: AuthProvider | false,
  { apiKeys = false, audit = false, signing = false, studio }: OfferedRoutes = {},
): RouteTable {
  const { apiRoutes = [], apiPrefix = DEFAULT_PREFIX } = mastra.getServer()
  const routes = [
    ...BUILT_IN,
    ...(apiKeys ? apiKeyRoutes : []),
    ...(audit ? auditRoutes : []),
    ...(signing ? signingRoutes : []),
    ...studioAt(studio, mastra, apiPrefix),
    ...customRoutes(apiRoutes, auth),
  ]
  return createRouteTable(routes, apiPrefix)
}
