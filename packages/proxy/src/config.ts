import { ConfigurationError, type OptionNames } from '@signet/auth'
import { isObject, readOptions, refuseUndefined, refuseUnknown } from '@signet/auth/internal'
import type { ServerConfig } from '@signet/core'
import { readProxyRoutes, type ProxyRoute } from './declared/declared-route.js'
import { MASTRA_TABLE } from './policy/mastra-1.js'
import type { PolicyTable } from './policy/policy-table.js'
import { isStudioPath, readStudioConnect } from './studio.js'

/** What the proxy takes over from the options of a server of Signet, with the same meaning and the same defaults. */
type ServerOption =
  | 'auth'
  | 'access'
  | 'cors'
  | 'publicUrl'
  | 'limits'
  | 'audit'
  | 'revocation'
  | 'trustProxy'
  | 'port'
  | 'host'
  | 'timeout'
  | 'bodySizeLimit'
  | 'keepAliveTimeout'

/** How the proxy is configured, in `signet.config.ts`. */
export interface ProxyConfig extends Pick<ServerConfig, ServerOption> {
  /** The origin of the application that the proxy stands before, such as `http://127.0.0.1:4112`. Default: `--upstream`. */
  readonly upstream?: string | undefined
  /**
   * Routes of the application beside those of Mastra: its own, its pages and its files. What is not listed is closed, but to
   * who holds `routes:execute:<path>`. Default: none.
   */
  readonly routes?: readonly ProxyRoute[] | undefined
  /**
   * Which routes of the application callers can be let in to, made by `createPolicyTable`: for an application that is not
   * one of Mastra. Default: the routes of Mastra.
   */
  readonly policy?: PolicyTable | undefined
  /**
   * Whether the Studio of Signet is served at `/signet`, with its pages Tokens, Access, Audit and API keys; what the
   * application has there is then not reached. Default: in development it is, in production it is not. `connect` lists
   * origins beside the proxy whose API the page may talk to; default: none.
   */
  readonly studio?: ServerConfig['studio']
}

const OPTIONS: OptionNames<ProxyConfig> = {
  auth: true,
  access: true,
  cors: true,
  publicUrl: true,
  limits: true,
  audit: true,
  revocation: true,
  trustProxy: true,
  port: true,
  host: true,
  timeout: true,
  bodySizeLimit: true,
  keepAliveTimeout: true,
  upstream: true,
  routes: true,
  policy: true,
  studio: true,
}

/**
 * Declares the configuration of the proxy, for `signet.config.ts`.
 *
 * @throws {OptionsError} `option_unknown` for a name that is not an option
 * @throws {ConfigurationError} `option_invalid` for a route without `access`, for one that the policy has, for one at the
 *   place of the Studio, for a `policy` that `createPolicyTable` has not made, for a `studio` that is neither true, false nor
 *   an object with origins, and for `auth`, `upstream`, `routes`, `policy` or `studio` that is `undefined`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { defineProxy } from '@signet/proxy'
 *
 * export default defineProxy({
 *   auth: new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] }),
 *   upstream: 'http://127.0.0.1:4112',
 * })
 * ```
 */
export function defineProxy(config: ProxyConfig): ProxyConfig {
  checkConfig(config)
  return Object.freeze({ ...config })
}

/** Taken as left out, these would let in others, or to other routes, than the configuration says. */
const NEVER_UNDEFINED = ['auth', 'upstream', 'routes', 'policy', 'studio'] as const

/** @throws {ConfigurationError} for a route that nobody would reach, because the Studio is there */
function refuseHidden(routes: readonly ProxyRoute[]): void {
  const index = routes.findIndex(({ path }) => isStudioPath(path))
  if (index < 0) return
  throw new ConfigurationError(
    'option_invalid',
    `routes[${index}] of defineProxy has the path ${routes[index]?.path}, where the Studio of Signet is. Choose another path, or write studio: false.`,
  )
}

/**
 * The policy of a configuration: its own, or that of Mastra.
 * @throws {ConfigurationError} `option_invalid` for what `createPolicyTable` has not made
 */
export function policyOf(config: ProxyConfig): PolicyTable {
  const { policy } = readOptions(config)
  if (policy === undefined) return MASTRA_TABLE
  const isTable =
    isObject(policy) &&
    typeof policy.find === 'function' &&
    Array.isArray(policy.lines) &&
    Array.isArray(policy.routes)
  if (isTable) return policy
  throw new ConfigurationError(
    'option_invalid',
    'policy of defineProxy is not a table. Make it by createPolicyTable of @signet/proxy.',
  )
}

/**
 * Refuses names that are not options, options without a value, a policy that is not a table, and routes that are not ones.
 * @throws {OptionsError} `option_unknown`
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkConfig(config: ProxyConfig): void {
  refuseUnknown('defineProxy', config, OPTIONS)
  const options = readOptions(config)
  refuseUndefined(options, NEVER_UNDEFINED)
  const routes = readProxyRoutes(options.routes, policyOf(config))
  if (readStudioConnect(options.studio) !== undefined) refuseHidden(routes)
}

const OF_PROXY: ReadonlySet<string> = new Set(['upstream', 'routes', 'policy', 'studio'])

/** The options of a server among those of a proxy. */
export function serverOptionsOf(config: ProxyConfig): ServerConfig {
  const options = Object.entries(readOptions(config))
  return Object.fromEntries(options.filter(([name]) => !OF_PROXY.has(name)))
}
