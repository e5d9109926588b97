// The public names of @signet/server. Whatever is added here must be kept.
export { createApp, type App, type AppOptions } from './app.js'
export { VERSION } from './version.js'
export { revokeApiKey } from './api-key/revoke.js'
export { viewApiKey, type ApiKeyView } from './api-key/view.js'
export { createRoutes, type OfferedRoutes } from './application-routes.js'
export { requestOfBearer } from './auth-request.js'
export { rolesOf } from './start-check.js'
export { probeRedis } from './limit/probe-redis.js'
export { type LimitSettings } from './limit/settings.js'
export { type ErrorCode, STATUS } from './error-response.js'
export { RequestError, StartError, type RequestErrorCode, type StartErrorCode } from './error.js'
export { flushLog, standardOutput, type LogOutput } from './log-output.js'
export { createLogger, describeError, SECRET_FIELDS, type LoggerOptions } from './logger.js'
export { type Incoming } from './http/incoming.js'
export { type Answerer, type RequestOrigin } from './http/node-listener.js'
export { type Reply } from './http/reply.js'
export { serve, type RunningServer, type ServeOptions } from './node.js'
export { viewAuditRecord, type AuditView } from './audit/audit-view.js'
export { type Metrics } from './metrics/contract.js'
export { type Exposition } from './metrics/exposition.js'
export { serveMetrics, type MetricsServerOptions } from './metrics/serve-metrics.js'
export { type ServerState } from './state.js'
export { type Tracing } from './tracing/contract.js'
export { isTracingAsked, openTracing } from './tracing/open-telemetry.js'
export { traceStorage } from './tracing/traced-storage.js'
export { type RouteMatch, type RouteTable } from './route-table.js'
export {
  defineRoute,
  type HandlerContext,
  type HandlerInput,
  type Method,
  type Route,
  type RouteDefinition,
} from './route.js'
