// What @signet/cli takes from this package. UNSTABLE: any release may change or remove a name here without notice.
// What applications may use is in index.ts.
export { readUpstream, type UpstreamOrigin } from './upstream/origin.js'
export { findExposed, isAnswering, probeAuth, type UpstreamAuth } from './probe/probe.js'
export { listProxyRoutes, type ListedRoute } from './listed-routes.js'
export { checkConfig, serverOptionsOf } from './config.js'
export { compareRoutes, type ForeignRoute, type RouteComparison } from './compare/compare-routes.js'
export { readDocumentRoutes } from './compare/document-routes.js'
export { fetchDocument, MAX_DOCUMENT, type FetchedDocument } from './compare/fetch-document.js'
export { STUDIO_PATH } from './studio.js'
