// The public names of @signet/server. Whatever is added here must be kept.
export { createApp, type App, type AppOptions } from './app.js'
export { VERSION } from './version.js'
export { createRoutes } from './application-routes.js'
export { rolesOf } from './start-check.js'
export { type ErrorCode, STATUS } from './error-response.js'
export { RequestError, StartError, type RequestErrorCode, type StartErrorCode } from './error.js'
export { createLogger, describeError, SECRET_FIELDS, type LoggerOptions } from './logger.js'
export { serve, type RequestOrigin, type RunningServer, type ServeOptions } from './node.js'
export { type ServerState } from './state.js'
export { type RouteMatch, type RouteTable } from './route-table.js'
export {
  defineRoute,
  type HandlerContext,
  type HandlerInput,
  type Method,
  type Route,
  type RouteDefinition,
} from './route.js'
