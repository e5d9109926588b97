import type { AuthProvider, RoleTable } from '@signet/auth'
import type { ProxyConfig } from '@signet/proxy'
import { isExplained, type ExplainedError } from '../fault/explained.js'
import { loadProxyConfig } from '../project/bundle/load-proxy-config.js'
import { proxyRoles } from '../project/bundle/load-roles.js'
import type { ProxyProject } from '../project/proxy-config.js'
import { redisUrl } from '../serve/limits.js'
import { providerOfVariables } from '../serve/proxy-auth.js'
import { isJwtProvider, type JwtProvider } from './jwt-provider.js'

/** What flags say of the application behind a proxy. */
export interface UpstreamFlags {
  readonly upstream?: string
  readonly upstreamAnywhere?: boolean
}

/** A proxy as `signet proxy` would serve it. */
export interface ServedProxy {
  readonly config: ProxyConfig
  readonly auth: AuthProvider | false
  /** The provider, where it is a `MastraJwtAuth`. */
  readonly provider: JwtProvider | undefined
  /** The roles in force. */
  readonly roles: RoleTable
  /** Of the application; undefined where neither a flag nor the configuration names it. */
  readonly origin: string | undefined
}

/** Stands for an application that nobody named. Nothing is sent there. */
const ANYWHERE = 'http://127.0.0.1:4112'

/**
 * Prepares a proxy as `signet proxy` does, but does not serve it, and opens neither the store nor the application.
 * @returns why it does not start, where its error explains that
 * @throws any other error of the configuration
 */
export async function tryToProxy(
  project: ProxyProject,
  { upstream, upstreamAnywhere }: UpstreamFlags,
): Promise<ExplainedError | ServedProxy> {
  try {
    const config = project.hasConfig ? await loadProxyConfig(project) : {}
    const { createProxy } = await import('@signet/proxy')
    const url = upstream ?? config.upstream
    const defaultAuth = config.auth === undefined ? providerOfVariables() : undefined
    const proxy = createProxy(config, {
      upstream: url ?? ANYWHERE,
      isUpstreamAnywhere: upstreamAnywhere === true,
      redisUrl: redisUrl(),
      defaultAuth,
    })
    await proxy.close()
    // The proxy refuses a configuration without auth.
    const auth = config.auth ?? defaultAuth ?? false
    return {
      config,
      auth,
      provider: isJwtProvider(auth) ? auth : undefined,
      roles: await proxyRoles(config),
      origin: url === undefined ? undefined : proxy.origin,
    }
  } catch (error) {
    if (isExplained(error)) return error
    throw error
  }
}
