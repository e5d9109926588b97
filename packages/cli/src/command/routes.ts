import {
  createPermissions,
  permissionTemplates,
  type Access,
  type Permission,
  type RoleTable,
} from '@signet/auth'
import { createRoutes, rolesOf, type RouteTable } from '@signet/server'
import { loadApplication } from '../bundle.js'
import { enterProject } from '../environment.js'
import { type Io, writeLine } from '../io.js'
import { openProject } from '../project.js'

/** Flags of `signet routes`. */
export interface RoutesOptions {
  readonly json?: boolean
}

/** A route, and who may call it. */
interface RouteLine {
  readonly method: string
  readonly path: string
  readonly access: Access
  /** Also where the whole server is open, because it tells nobody apart. */
  readonly isOpenToEveryone: boolean
  /** Roles that may call it whatever it names. */
  readonly roles: readonly string[]
  /** Roles that may call it for some ids only. */
  readonly rolesForSomeIds: readonly string[]
}

/** What everyone is where the server tells nobody apart (`auth: false`). */
const ANONYMOUS_ROLE = 'member'
const PARAM = /:\{\w+\}$/

function withoutId(grant: string): string {
  return grant.split(':').slice(0, 2).join(':')
}

/** The roles that hold all permissions of an access, without an id or with whichever a grant names. */
function rolesFor(access: Access, roles: RoleTable): Pick<RouteLine, 'roles' | 'rolesForSomeIds'> {
  const templates = permissionTemplates(access)
  const names = Object.keys(roles)
  const holds = (grants: readonly string[], template: string) =>
    createPermissions(grants).allows(template.replace(PARAM, '') as Permission)
  // As if a grant of one id were for all, where the path says which id is asked for.
  const mayHold = (grants: readonly string[], template: string) =>
    holds(PARAM.test(template) ? grants.map(withoutId) : grants, template)
  const grantsOf = (name: string) => roles[name] ?? []
  const all = names.filter((name) => templates.every((each) => holds(grantsOf(name), each)))
  const some = names.filter((name) => templates.every((each) => mayHold(grantsOf(name), each)))
  return { roles: all, rolesForSomeIds: some.filter((name) => !all.includes(name)) }
}

function linesOf(table: RouteTable, roles: RoleTable, isOpen: boolean): readonly RouteLine[] {
  return table.routes.map((route) => {
    const callers = rolesFor(route.access, roles)
    const isForAnonymous =
      route.access === 'authenticated' || callers.roles.includes(ANONYMOUS_ROLE)
    return {
      method: route.method,
      path: table.pathOf(route),
      access: route.access,
      isOpenToEveryone: route.access === 'public' || (isOpen && isForAnonymous),
      ...callers,
    }
  })
}

function needs({ access }: RouteLine): string {
  if (access === 'public') return 'nothing'
  return access === 'authenticated' ? 'a good token' : permissionTemplates(access).join(' ')
}

function who({ access, isOpenToEveryone, roles, rolesForSomeIds }: RouteLine): string {
  if (isOpenToEveryone) return 'everyone'
  if (access === 'authenticated') return 'everyone with a good token'
  const names = [...roles, ...rolesForSomeIds.map((role) => `${role} (some)`)]
  return names.length === 0 ? 'no role' : names.join(', ')
}

function writeTable(rows: readonly (readonly string[])[], io: Io): void {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  for (const row of rows) {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
    writeLine(io.stdout, cells.join('  ').trimEnd())
  }
}

/** Lists every route of an application: the table that the server routes by, and nothing else. */
export async function runRoutes(directory: string, options: RoutesOptions, io: Io): Promise<void> {
  const project = openProject(directory)
  process.env['NODE_ENV'] ??= 'development'
  enterProject(directory)
  const mastra = await loadApplication(project)
  const { auth } = mastra.getServer()
  const table = createRoutes(mastra, auth ?? false)
  const lines = linesOf(table, rolesOf(mastra), auth === false)
  if (options.json === true) {
    writeLine(io.stdout, JSON.stringify(lines, undefined, 2))
    return
  }
  const rows = lines.map((line) => [line.method, line.path, needs(line), who(line)])
  writeTable([['METHOD', 'PATH', 'NEEDS', 'WHO'], ...rows], io)
  const open = lines.filter(({ isOpenToEveryone }) => isOpenToEveryone).length
  writeLine(io.stderr, `${lines.length} routes, ${open} of them open to everyone.`)
}
