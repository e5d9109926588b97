import type { Access, RoleTable } from '@signet/auth'
import { permissionTemplates, rolesForAccess, type AccessRoles } from '@signet/auth/internal'
import { rolesOf } from '@signet/server/internal'
import { applicationRoutes } from '../inspect/application-routes.js'
import type { AskedRoute } from '../inspect/verdict.js'
import { loadApplication } from '../project/bundle/bundle.js'
import { loadProxyConfig } from '../project/bundle/load-proxy-config.js'
import { proxyRoles } from '../project/bundle/load-roles.js'
import { openProxyProject, type ProxyProject } from '../project/proxy-config.js'
import { enterProject } from '../project/environment.js'
import { proxyStudio } from '../serve/proxy-studio.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson } from '../terminal/printable.js'
import { openProject } from '../project/project.js'
import { writeTable } from '../terminal/table.js'

/** Flags of `signet routes`. */
export interface RoutesOptions {
  readonly json?: boolean
}

/** A route, and who is allowed to call it. */
interface RouteLine extends AccessRoles {
  readonly method: string
  readonly path: string
  readonly access: Access
  /** True for a public route, and on an open server (`auth: false`) for each route that its one principal is allowed to call. */
  readonly isOpenToEveryone: boolean
}

/** The role of every caller of an open server (`auth: false`). */
const ANONYMOUS_ROLE = 'member'

function linesOf(
  routes: readonly AskedRoute[],
  roles: RoleTable,
  isOpen: boolean,
): readonly RouteLine[] {
  return routes.map(({ method, path, access }) => {
    const callers = rolesForAccess(access, roles)
    const isForAnonymous = access === 'authenticated' || callers.roles.includes(ANONYMOUS_ROLE)
    return {
      method,
      path,
      access,
      isOpenToEveryone: access === 'public' || (isOpen && isForAnonymous),
      ...callers,
    }
  })
}

/** The lines of the proxy that a folder configures. */
async function proxyLines(project: ProxyProject): Promise<readonly RouteLine[]> {
  const config = await loadProxyConfig(project)
  const { listProxyRoutes } = await import('@signet/proxy/internal')
  const studio = proxyStudio(config, process.env['NODE_ENV'] !== 'production')
  const roles = await proxyRoles(config)
  return linesOf(listProxyRoutes(config, studio), roles, config.auth === false)
}

async function applicationLines(directory: string): Promise<readonly RouteLine[]> {
  const mastra = await loadApplication(openProject(directory))
  const { auth } = mastra.getServer()
  return linesOf(applicationRoutes(mastra), rolesOf(mastra), auth === false)
}

function needs({ access }: RouteLine): string {
  if (access === 'public') return 'nothing'
  return access === 'authenticated' ? 'a valid token' : permissionTemplates(access).join(' ')
}

function who({ access, isOpenToEveryone, roles, rolesForSomeIds }: RouteLine): string {
  if (isOpenToEveryone) return 'everyone'
  if (access === 'authenticated') return 'everyone with a valid token'
  const names = [...roles, ...rolesForSomeIds.map((role) => `${role} (some ids)`)]
  return names.length === 0 ? 'no role' : names.join(', ')
}

/** Lists every route of an application, or of the proxy before it, from the same table that the server routes by. */
export async function runRoutes(directory: string, options: RoutesOptions, io: Io): Promise<void> {
  const proxy = openProxyProject(directory)
  if (!proxy.hasConfig) openProject(directory)
  process.env['NODE_ENV'] ??= 'development'
  enterProject(directory)
  const lines = proxy.hasConfig ? await proxyLines(proxy) : await applicationLines(directory)
  if (options.json === true) {
    writeLine(io.stdout, printableJson(lines, 2))
    return
  }
  const rows = lines.map((line) => [line.method, line.path, needs(line), who(line)])
  writeTable([['METHOD', 'PATH', 'NEEDS', 'WHO'], ...rows], io)
  const open = lines.filter(({ isOpenToEveryone }) => isOpenToEveryone).length
  writeLine(io.stderr, `${lines.length} routes, ${open} of them open to everyone.`)
}
