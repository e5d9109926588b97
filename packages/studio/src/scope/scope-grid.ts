import type { Catalogue } from './catalogue.js'

/** The actions of scopes. */
export const ACTIONS = ['read', 'execute', 'write', 'delete', 'approve'] as const

/** One of `ACTIONS`. */
type GridAction = (typeof ACTIONS)[number]

/** A resource, and the scope for each of its actions. */
interface GridRow {
  readonly name: string
  /** Whether the name is an id. */
  readonly isId: boolean
  readonly scopes: Readonly<Partial<Record<GridAction, string>>>
}

/** Resources of one kind. */
export interface GridGroup {
  readonly name: string
  readonly rows: readonly GridRow[]
}

const AGENT_ACTIONS: readonly GridAction[] = ['read', 'execute', 'write']
const TOOL_ACTIONS: readonly GridAction[] = ['read', 'execute', 'approve']

function row(name: string, resource: string, actions: readonly GridAction[], id?: string): GridRow {
  const suffix = id === undefined ? '' : `:${id}`
  const scopes = actions.map((action) => [action, `${resource}:${action}${suffix}`])
  return { name, isId: id !== undefined, scopes: Object.fromEntries(scopes) }
}

/** What an application may have besides. */
function applicationRows(isOfProxy: boolean): GridGroup['rows'] {
  if (!isOfProxy) return [row('Every workflow', 'workflows', ['read', 'execute'])]
  return [
    row('Every workflow', 'workflows', ['read', 'execute', 'write']),
    row('Routes of its own', 'routes', ['execute']),
  ]
}

/** All resources that scopes can name, by kind. */
export function scopeGrid({ agents, tools, isOfProxy }: Catalogue): readonly GridGroup[] {
  return [
    {
      name: 'Agents',
      rows: [
        row('Every agent', 'agents', AGENT_ACTIONS),
        ...agents.map(({ id }) => row(id, 'agents', AGENT_ACTIONS, id)),
      ],
    },
    {
      name: 'Tools',
      rows: [
        row('Every tool', 'tools', TOOL_ACTIONS),
        ...tools.map((id) => row(id, 'tools', TOOL_ACTIONS, id)),
      ],
    },
    { name: 'Application', rows: applicationRows(isOfProxy) },
    { name: 'Memory', rows: [row('Its own memory', 'memory', ['read', 'write', 'delete'])] },
    {
      name: 'Server',
      rows: [
        row('API keys', 'api-keys', ['read', 'write', 'delete']),
        row('Tokens', 'tokens', ['write']),
        row('Audit', 'audit', ['read']),
        row('System', 'system', isOfProxy ? ['read', 'write', 'delete'] : ['read']),
      ],
    },
  ]
}

/** The scopes of a list that do not have a checkbox in the grid. */
export function scopesBesideGrid(
  groups: readonly GridGroup[],
  scopes: readonly string[],
): readonly string[] {
  const boxes = new Set(
    groups.flatMap(({ rows }) => rows.flatMap((each) => Object.values(each.scopes))),
  )
  return scopes.filter((scope) => !boxes.has(scope))
}
