import type { OptionNames } from '@signet/auth'
import { readOptions, refuseUnknown } from '@signet/auth/internal'
import type { ServerConfig } from '@signet/core'
import { readProxyRoutes, type ProxyRoute } from './declared/declared-route.js'
import { PROXY_ROLES } from './policy/roles.js'

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
}

/**
 * Declares the configuration of the proxy, for `signet.config.ts`.
 *
 * @throws {OptionsError} `option_unknown` for a name that is not an option
 * @throws {ConfigurationError} `option_invalid` for a route without `access`, and for one that Mastra has
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

/**
 * Refuses names that are not options, and routes that are not ones.
 * @throws {OptionsError} `option_unknown`
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkConfig(config: ProxyConfig): void {
  refuseUnknown('defineProxy', config, OPTIONS)
  readProxyRoutes(config.routes)
}

const OF_PROXY: ReadonlySet<string> = new Set(['upstream', 'routes'])

/** The options of a server among those of a proxy. */
export function serverOptionsOf(config: ProxyConfig): ServerConfig {
  const options = Object.entries(readOptions(config))
  const shared: ServerConfig = Object.fromEntries(options.filter(([name]) => !OF_PROXY.has(name)))
  return {
    ...shared,
    access: { ...shared.access, roles: { ...PROXY_ROLES, ...shared.access?.roles } },
  }
}
