import { ConfigurationError, OptionsError, type AuthProvider } from '@signet/auth'
import { Mastra, type Logger, type NewIdRegister, type ServerConfig } from '@signet/core'
import { StartError, type App, type AppOptions, type Route, type ServerState } from '@signet/server'
import {
  assembleApp,
  checkForms,
  createGateRoutes,
  publicUrlOf,
  resourceMetadataRoutes,
  routesOf,
  type OptionPlace,
} from '@signet/server/internal'
import { checkConfig, policyOf, serverOptionsOf, type ProxyConfig } from './config.js'
import { declareRoutes } from './declared/declared-policy.js'
import { readProxyRoutes } from './declared/declared-route.js'
import { createForwarder } from './forward/forward.js'
import { createIdentity } from './identity/identity.js'
import { judgedRoutes } from './listed-routes.js'
import type { PolicyTable } from './policy/policy-table.js'
import { isClosed, type OpenRoute } from './policy/route-policy.js'
import { readyRoute } from './readiness.js'
import { createRuledForward } from './ruled-forward.js'
import { createStudioTable, readStudioConnect } from './studio.js'
import { createProxyTable, type ProxyTable } from './table.js'
import { readUpstream } from './upstream/origin.js'
import { openUpstream } from './upstream/upstream.js'

/** What of a server a proxy is run with. */
type ServerPart =
  | 'isLoopbackOnly'
  | 'isDevelopment'
  | 'isReady'
  | 'tracing'
  | 'redisUrl'
  | 'unhandledFaults'
  | 'defaultAuth'
  | 'studio'

/** What several proxies before one application share: a store of `@signet/store` is one. */
export interface ProxyState extends ServerState {
  /**
   * Where they agree on whose a new id is, of a thread for instance, that two callers choose at the same time. Left out, each
   * proxy knows only its own callers.
   */
  readonly newIds?: NewIdRegister | undefined
}

/** How a proxy is run. */
export interface ProxyOptions extends Pick<AppOptions, ServerPart> {
  /** What the instances of the proxy share. Default: nothing is shared, nor kept over a restart. */
  readonly state?: ProxyState | undefined
  /** Where the application listens. Default: `upstream` of the configuration. */
  readonly upstream?: string | undefined
  /** Whether the application may be on another machine, where others could reach it without the proxy. Default: false. */
  readonly isUpstreamAnywhere?: boolean | undefined
  /** What the application verifies tokens with (HS256), at least 32 bytes. Default: 256 random bits. */
  readonly upstreamSecret?: string | undefined
  /** Whether the application verifies no tokens: then it is sent none. Default: false. */
  readonly isUpstreamOpen?: boolean | undefined
  /**
   * Which routes of the application callers can be let in to. The page of access lists those that `routes` has. Default:
   * `policy` of the configuration, then those of Mastra.
   */
  readonly policy?: (Pick<PolicyTable, 'find'> & Partial<Pick<PolicyTable, 'routes'>>) | undefined
  /** Default: nothing is written. */
  readonly logger?: Logger | undefined
}

/** A proxy that serves. */
export interface ProxyApp extends App {
  /** Of the application, such as `http://127.0.0.1:4112`. */
  readonly origin: string
  /** What the application verifies the tokens of the proxy with. */
  readonly upstreamSecret: string
}

const PREFIX = '/api'
/** The options of a proxy stand in an object of their own. */
const PLACE: OptionPlace = { owner: 'The proxy', path: '' }
const DEFAULT_TIMEOUT_MS = 180_000
const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
/** By these the clients of MCP in a browser speak of sessions and versions, and continue streams. */
const MCP_HEADERS = {
  allowed: ['Mcp-Session-Id', 'Mcp-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Last-Event-ID'],
  exposed: ['Mcp-Session-Id', 'Mcp-Protocol-Version'],
}
/** So much later than its upstream the proxy gives up, so that it can say why. */
const LATER_MS = 5000

/**
 * Refuses the lists of paths of a provider: behind the proxy they would have no effect, and nobody would know.
 * @throws {StartError} `path_rule_unknown`
 */
function refusePathRules(provider: AuthProvider | false): void {
  if (provider === false) return
  const [rule] = [...(provider.public ?? []), ...(provider.protected ?? [])]
  if (rule === undefined) return
  throw new StartError(
    'path_rule_unknown',
    `auth names the path ${String(Array.isArray(rule) ? rule[0] : rule)} as public or protected. Behind the proxy, only routes of defineProxy says who may call a route. Remove the entry, and name the route there with its access.`,
  )
}

/**
 * What the gate is configured by.
 * @throws {OptionsError} whose options have the names that they have in the configuration of a proxy
 */
function gateOf(server: ServerConfig, logger: Logger | undefined): Mastra {
  try {
    return new Mastra({ server, logger: logger ?? false })
  } catch (error) {
    if (!OptionsError.isInstance(error)) throw error
    throw new OptionsError(
      error.refused.map((option) => ({
        ...option,
        where: 'defineProxy',
        name: option.name.replace(/^server\./, ''),
      })),
    )
  }
}

/**
 * Makes a proxy: the gate of a server, with its limits, audit, metrics and log, before an application that stays as it is.
 *
 * @throws {ConfigurationError} `option_invalid` or `option_unknown`
 * @throws {StartError} what `createApp` of `@signet/server` throws
 */
export function createProxy(config: ProxyConfig, options: ProxyOptions = {}): ProxyApp {
  checkConfig(config)
  checkForms(config, PLACE.path)
  const {
    upstream: url,
    isUpstreamAnywhere,
    upstreamSecret,
    isUpstreamOpen,
    logger,
    policy: given,
    ...served
  } = options
  const { origin } = readUpstream(url ?? config.upstream, isUpstreamAnywhere === true)
  if (given !== undefined && config.policy !== undefined) {
    throw new ConfigurationError(
      'option_invalid',
      'policy is an option of both defineProxy and createProxy. Leave one of them out.',
    )
  }
  const base = given ?? policyOf(config)
  const lines = given === undefined ? policyOf(config).lines : []
  const openLines = lines.filter((line): line is OpenRoute => !isClosed(line))
  const declared = readProxyRoutes(config.routes, base)
  const policy = declareRoutes(base, declared)
  const connect = readStudioConnect(config.studio)
  const { timeout: timeoutMs = DEFAULT_TIMEOUT_MS, bodySizeLimit = DEFAULT_BODY_LIMIT } = config
  const timeout = timeoutMs + LATER_MS
  const mastra = gateOf({ ...serverOptionsOf(config), timeout }, logger)
  const identity = createIdentity({ secret: upstreamSecret })
  const upstream = openUpstream({ origin, timeoutMs })
  const forwarder = createForwarder({
    upstream,
    origin,
    identity,
    isVerifying: isUpstreamOpen !== true,
    bodyLimit: bodySizeLimit,
  })

  const ruled = createRuledForward({
    policy,
    forwarder,
    upstream,
    identity,
    isVerifying: isUpstreamOpen !== true,
    prefix: PREFIX,
    bodyLimit: bodySizeLimit,
    newIds: served.state?.newIds,
  })

  let table: ProxyTable | undefined
  const app = assembleApp(mastra, served, {
    place: PLACE,
    pageHeaders: MCP_HEADERS,
    resolveParams: async (match, principal) =>
      table?.looksUpAgent(match.route) === true
        ? await ruled.resolveParams(match, principal)
        : match.params,
    createTable(_mastra, auth, offered, service) {
      refusePathRules(auth)
      const gateRoutes = createGateRoutes(offered, service).map((route): Route =>
        route.path === '/ready' ? readyRoute(route, upstream) : route,
      )
      const metadataRoutes = resourceMetadataRoutes({
        publicUrl: publicUrlOf(mastra.getServer(), PLACE.path),
        provider: auth,
        apiRoutes: [],
        table: () => ({ routes: [...service().table.routes, ...declared, ...openLines] }),
      })
      const own = [...gateRoutes, ...metadataRoutes]
      const directory = offered.studio
      const studio =
        directory === undefined || connect === undefined
          ? undefined
          : createStudioTable({
              directory,
              connect,
              offered,
              service,
              access: {
                routes: () => judgedRoutes(routesOf(service().table), declared, base.routes),
                things: ({ principal, signal }) => ruled.things(principal, signal),
              },
            })
      table = createProxyTable({
        own,
        studio,
        policy,
        prefix: PREFIX,
        forward: (input) => ruled.forward(input),
      })
      return table
    },
  })
  return {
    ...app,
    origin,
    upstreamSecret: identity.secret,
    async close() {
      await app.close()
      await upstream.close()
    },
  }
}
