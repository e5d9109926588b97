import type { OptionNames } from '@signet/auth'
import { readOptions, refuseUnknown } from '@signet/auth/internal'
import type { ServerConfig } from '@signet/core'

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
}

/**
 * Declares the configuration of the proxy, for `signet.config.ts`.
 *
 * @throws {OptionsError} `option_unknown` for a name that is not an option
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
  refuseUnknown('defineProxy', config, OPTIONS)
  return Object.freeze({ ...config })
}

/**
 * Refuses names that are not options.
 * @throws {OptionsError} `option_unknown`
 */
export function checkConfig(config: ProxyConfig): void {
  refuseUnknown('defineProxy', config, OPTIONS)
}

/** The options of a server among those of a proxy. */
export function serverOptionsOf(config: ProxyConfig): ServerConfig {
  const options = Object.entries(readOptions(config))
  return Object.fromEntries(options.filter(([name]) => name !== 'upstream'))
}
