import type { AuthProvider } from '@signet/auth'
import type { ApiRoute, Mastra } from '@signet/core'
import { customRoutes } from './custom/custom-route.js'
import { createRouteTable, type RouteTable } from '../route/route-table.js'
import type { Route } from '../route/route.js'
import { accessRoutes } from './system/access.js'
import { routesOf, thingsOf } from './system/access-matrix.js'
import { agentRoutes } from './agent/agents.js'
import { approvalRoutes } from './agent/approvals.js'
import { resumeRoutes } from './agent/resume.js'
import { inboxRoutes } from './agent/inbox.js'
import { observeRoutes } from './agent/observe.js'
import { apiKeyRoutes } from './auth/api-keys.js'
import { auditRoutes } from './audit.js'
import { authRoutes } from './auth/auth.js'
import { emptyRoutes } from './system/empty.js'
import { agentMemoryRoutes } from './memory/agent-memory.js'
import { messageRoutes } from './memory/message.js'
import { threadRoutes } from './memory/thread.js'
import { metricsRoutes } from './system/metrics.js'
import { openApiRoutes } from './system/openapi.js'
import { revocationRoutes } from './auth/revocations.js'
import type { Service } from '../service.js'
import { resourceMetadataRoutes } from './system/resource-metadata.js'
import { publicUrlOf } from '../start/public-url.js'
import { studioRoutes } from './studio/studio.js'
import { healthRoutes, systemRoutes } from './system/system.js'
import { scheduleRoutes } from './schedule/schedules.js'
import { explainRoutes, signingRoutes } from './auth/tokens.js'
import { toolRoutes } from './agent/tools.js'
import { legRoutes } from './workflow/legs.js'
import { observedRunRoutes } from './workflow/observe.js'
import { runRoutes } from './workflow/runs.js'
import { workflowRoutes } from './workflow/workflows.js'

const DEFAULT_PREFIX = '/api'

/** The routes that every server has. @param service - asked when a route is called */
function builtInRoutes(service: () => Service): readonly Route[] {
  const table = () => service().table
  return [
    ...systemRoutes(service),
    ...metricsRoutes(() => service().metrics),
    ...authRoutes(() => service().gate),
    ...revocationRoutes(service),
    ...agentRoutes(table),
    ...approvalRoutes,
    ...resumeRoutes,
    ...observeRoutes(),
    ...inboxRoutes,
    ...toolRoutes,
    ...workflowRoutes,
    ...legRoutes,
    ...observedRunRoutes(),
    ...runRoutes,
    ...scheduleRoutes,
    ...threadRoutes,
    ...messageRoutes,
    ...agentMemoryRoutes,
    ...accessRoutes({ routes: () => routesOf(table()), things: ({ mastra }) => thingsOf(mastra) }),
    ...explainRoutes(() => service().tokens),
    ...openApiRoutes(table),
    ...emptyRoutes,
  ]
}

/**
 * The routes that a server has whatever it stands before: health, metrics, who the caller is, tokens, API keys and the
 * audit. Those of agents, tools and threads are not among them.
 */
export function createGateRoutes(
  { apiKeys = false, audit = false, signing = false }: OfferedRoutes,
  service: () => Service,
): readonly Route[] {
  return [
    ...healthRoutes(service),
    ...metricsRoutes(() => service().metrics),
    ...authRoutes(() => service().gate),
    ...revocationRoutes(service),
    ...explainRoutes(() => service().tokens),
    ...(apiKeys ? apiKeyRoutes(() => service().state.apiKeys) : []),
    ...(audit ? auditRoutes(() => service().state.audit) : []),
    ...(signing ? signingRoutes(() => service().tokens) : []),
  ]
}

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
 * @param service - what the routes need; asked when one is called
 * @throws {StartError} `prefix_invalid`, `path_rule_unknown` or `route_invalid`
 * @throws {ConfigurationError} `option_invalid` for `server.publicUrl`
 */
export function createServedRoutes(
  mastra: Mastra,
  auth: AuthProvider | false,
  { apiKeys = false, audit = false, signing = false, studio }: OfferedRoutes,
  service: () => Service,
): RouteTable {
  const { apiRoutes = [], apiPrefix = DEFAULT_PREFIX } = mastra.getServer()
  const routes = [
    ...builtInRoutes(service),
    ...resourceMetadataRoutes({
      publicUrl: publicUrlOf(mastra.getServer()),
      provider: auth,
      apiRoutes,
      table: () => service().table,
    }),
    ...(apiKeys ? apiKeyRoutes(() => service().state.apiKeys) : []),
    ...(audit ? auditRoutes(() => service().state.audit) : []),
    ...(signing ? signingRoutes(() => service().tokens) : []),
    ...studioAt(studio, mastra, apiPrefix),
    ...customRoutes(apiRoutes, auth, () => service().bodyLimit),
  ]
  return createRouteTable(routes, apiPrefix)
}

/**
 * The same table to be read, and not to be served.
 * @param offered - default: nothing
 * @throws {StartError} `prefix_invalid`, `path_rule_unknown` or `route_invalid`
 * @throws {ConfigurationError} `option_invalid` for `server.publicUrl`
 */
export function createRoutes(
  mastra: Mastra,
  auth: AuthProvider | false,
  offered: OfferedRoutes = {},
): RouteTable {
  return createServedRoutes(mastra, auth, offered, () => {
    throw new TypeError('These routes can be listed, but not called.')
  })
}
