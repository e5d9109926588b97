import type { ProxyConfig } from '@signet/proxy'
import { proxyConfigOf, type ProxyProject } from '../proxy-config.js'
import { loadModule } from './bundle.js'

/**
 * Loads the configuration of a proxy.
 * @throws {CommandFailure} where its module exports none
 * @throws {OptionsError} `option_unknown`
 * @throws whatever its modules throw as they start
 */
export async function loadProxyConfig(project: ProxyProject): Promise<ProxyConfig> {
  const config = await loadModule(project, proxyConfigOf)
  // Only here: what a proxy is made of takes memory that no other server needs.
  const { checkConfig } = await import('@signet/proxy/internal')
  checkConfig(config)
  return config
}
