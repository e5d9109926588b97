import type { AuthProvider } from '@signet/auth'
import type { Mastra } from '@signet/core'
import { customRoutes } from './custom-route.js'
import { createRouteTable, type RouteTable } from './route-table.js'
import type { Route } from './route.js'
import { agentRoutes } from './routes/agents.js'
import { authRoutes } from './routes/auth.js'
import { emptyRoutes } from './routes/empty.js'
import { agentMemoryRoutes } from './routes/memory/agent-memory.js'
import { messageRoutes } from './routes/memory/message.js'
import { threadRoutes } from './routes/memory/thread.js'
import { openApiRoutes } from './routes/openapi.js'
import { systemRoutes } from './routes/system.js'
import { toolRoutes } from './routes/tools.js'

const DEFAULT_PREFIX = '/api'

const BUILT_IN: readonly Route[] = [
  ...systemRoutes,
  ...authRoutes,
  ...agentRoutes,
  ...toolRoutes,
  ...threadRoutes,
  ...messageRoutes,
  ...agentMemoryRoutes,
  ...openApiRoutes,
  ...emptyRoutes,
]

/**
 * The table of an application's routes: those built in and its own.
 * @param auth - its lists may open routes of the application
 * @throws {StartError} `prefix_invalid`, `path_rule_unknown` or `route_invalid`
 */
export function createRoutes(mastra: Mastra, auth: AuthProvider | false): RouteTable {
  const { apiRoutes = [], apiPrefix = DEFAULT_PREFIX } = mastra.getServer()
  return createRouteTable([...BUILT_IN, ...customRoutes(apiRoutes, auth)], apiPrefix)
}
