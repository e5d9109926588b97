// What @signet/cli takes from this package. UNSTABLE: any release may change or remove a name here without notice.
// The command line can use them, because all packages of Signet are released together and depend on one exact version.
// What applications may use is in index.ts.
export { revokeApiKey } from './api-key/revoke.js'
export { viewApiKey, type ApiKeyView } from './api-key/view.js'
export { createRoutes, type OfferedRoutes } from './routes/create-routes.js'
export { rolesOf } from './start/start-check.js'
export { probeRedis } from './limit/probe-redis.js'
export { flushLog, standardOutput, type LogOutput } from './observe/log/log-output.js'
export { describeError, SECRET_FIELDS } from './start/logger.js'
export { viewAuditRecord, type AuditView } from './observe/audit/audit-view.js'
// What the proxy is made of beside its own forwarder.
export { assembleApp, type AppParts } from './app.js'
export { followBody, type BodyReader } from './answer/followed-response.js'
export { publicError, type PublicError } from './error/error-response.js'
export { Reply, jsonReply, type ReplyHeaders } from './http/reply.js'
export { isUndecodable, loosePath } from './http/path.js'
export { limitBody, parseBody, readJsonBody } from './route/body.js'
export { createRouteTable } from './route/route-table.js'
export { defineRoute, type HandlerContext, type HandlerInput } from './route/route.js'
export { resourceMetadataRoutes } from './routes/system/resource-metadata.js'
export { publicUrlOf } from './start/public-url.js'
export { createGateRoutes } from './routes/create-routes.js'
