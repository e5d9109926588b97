import type { RoleTable } from '@signet/auth'
import { Mastra } from '@signet/core'
import type { ProxyConfig } from '@signet/proxy'
import { rolesOf } from '@signet/server/internal'
import { loadApplication } from './bundle.js'
import { loadProxyConfig } from './load-proxy-config.js'
import type { Project } from '../project.js'
import { openProxyProject } from '../proxy-config.js'

/**
 * The roles in force behind a proxy: those of a server, and those of its configuration.
 * @throws {ConfigurationError} for a role that grants what is not a permission
 */
export async function proxyRoles(config: ProxyConfig): Promise<RoleTable> {
  // Only here: what a proxy is made of takes memory that no other server needs.
  const { serverOptionsOf } = await import('@signet/proxy/internal')
  const { access } = serverOptionsOf(config)
  return rolesOf(new Mastra({ server: { access }, logger: false }), '')
}

/**
 * The roles in force in a folder: of its proxy where it configures one, else of its application; by default where it has
 * neither.
 * @throws whatever its modules throw as they start
 */
export async function loadRoles(project: Project): Promise<RoleTable> {
  const proxy = openProxyProject(project.directory)
  if (proxy.hasConfig) return await proxyRoles(await loadProxyConfig(proxy))
  if (project.entry === proxy.entry) return await proxyRoles({})
  return rolesOf(await loadApplication(project))
}
