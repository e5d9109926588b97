// The public names of @signet/server. Whatever is added here must be kept.
export { createApp, type App, type AppOptions } from './app.js'
export { VERSION } from './start/version.js'
export { type LimitSettings } from './limit/settings.js'
export { type ErrorCode, STATUS } from './error/error-response.js'
export {
  RequestError,
  StartError,
  type RequestErrorCode,
  type StartErrorCode,
} from './error/error.js'
export { createLogger, type LoggerOptions } from './start/logger.js'
export { type Incoming } from './http/incoming.js'
export { type Answerer, type RequestOrigin } from './http/answerer.js'
export { type Reply } from './http/reply.js'
export { serve, type RunningServer, type ServeOptions } from './serve.js'
export { type Metrics } from './observe/metrics/metrics.js'
export { type Exposition } from './observe/metrics/exposition.js'
export { serveMetrics, type MetricsServerOptions } from './observe/metrics/serve-metrics.js'
export { type ServerState } from './start/state.js'
export { type Tracing } from './observe/tracing/tracing.js'
export { isTracingAsked, openTracing } from './observe/tracing/open-telemetry.js'
export { traceStorage } from './observe/tracing/traced-storage.js'
export { type RouteMatch, type RouteRefusal, type RouteTable } from './route/route-table.js'
export { type Method, type Route } from './route/route.js'
