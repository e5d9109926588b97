import {
  createPermissions,
  type Access,
  type Action,
  type Permission,
  type Permissions,
  type RoleTable,
} from '@signet/auth'
import { judgeAccess, permissionTemplates, type AccessVerdict } from '@signet/auth/internal'
import type { Agent, Mastra, Tool } from '@signet/core'
import type { RouteTable } from '../../route/route-table.js'

/** Whether something may be done with a thing, and why. */
interface ActionVerdict {
  readonly allowed: boolean
  /** The permission that is missing. */
  readonly missing: string | null
  readonly reason: string
}

/** A route, and who may call it. */
export interface JudgedRoute {
  /** `ALL` stands for each of them. */
  readonly method: string
  /** With its prefix, and parameters as `:name`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
}

/** The agents, tools and workflows that permissions can name. */
export interface NamedThings {
  readonly agents: readonly {
    readonly id: string
    readonly name: string
    /** The ids of its tools. */
    readonly tools: readonly string[]
  }[]
  /** The ids of all tools, each once. */
  readonly tools: readonly string[]
  /** The ids of all workflows. Default: nobody listed them. */
  readonly workflows?: readonly string[] | undefined
  /** Why nothing is listed that may be there. Default: all is listed. */
  readonly unlisted?: string | undefined
}

/** Whether a route lets its caller in, and why. */
export interface RouteVerdict {
  readonly method: string
  /** With its prefix, and parameters as `:name`. */
  readonly path: string
  readonly summary: string
  readonly access: 'public' | 'authenticated' | 'permission'
  /** What it asks for, with parameters in braces. */
  readonly permissions: readonly string[]
  /** `some`: for certain ids in its path, and for no others. */
  readonly allowed: AccessVerdict['allowed']
  readonly missing: readonly string[]
  readonly reason: string
}

/** What can be done with a tool, with or without an agent. */
interface ToolVerdict {
  readonly id: string
  readonly actions: Readonly<Record<ToolAction, ActionVerdict>>
}

/** What can be done with an agent. */
interface AgentVerdict {
  readonly id: string
  readonly name: string
  readonly actions: Readonly<Record<AgentAction, ActionVerdict>>
  /** The ids of its tools. */
  readonly tools: readonly string[]
}

/** What can be done with a workflow. */
interface WorkflowVerdict {
  readonly id: string
  readonly actions: Readonly<Record<WorkflowAction, ActionVerdict>>
}

/** What certain permissions let their holder do with an application. */
export interface AccessMatrix {
  /** The role table in force. */
  readonly roles: RoleTable
  readonly routes: readonly RouteVerdict[]
  readonly agents: readonly AgentVerdict[]
  readonly tools: readonly ToolVerdict[]
  /** Default: nobody listed them. */
  readonly workflows?: readonly WorkflowVerdict[] | undefined
  /** Why agents and tools are not listed that may be there. Default: all are listed. */
  readonly unlisted?: string | undefined
}

/** What is done with agents here, and asks for a permission. */
type AgentAction = 'read' | 'execute' | 'write'
/** What is done with tools here, and asks for a permission. */
type ToolAction = 'read' | 'execute' | 'approve'
/** What is done with workflows here, and asks for a permission. */
type WorkflowAction = 'read' | 'execute'

const AGENT_ACTIONS: readonly AgentAction[] = ['read', 'execute', 'write']
const TOOL_ACTIONS: readonly ToolAction[] = ['read', 'execute', 'approve']
const WORKFLOW_ACTIONS: readonly WorkflowAction[] = ['read', 'execute']

/** Finds the grant that covers what is asked, as it was granted. */
type FindGrant = (asked: Permission) => string | undefined

function createFindGrant({ granted }: Permissions): FindGrant {
  const single = granted.map((text) => ({ text, permissions: createPermissions([text]) }))
  return (asked) => single.find(({ permissions }) => permissions.allows(asked))?.text
}

const TEMPLATE_ID = /:\{\w+\}$/

function grantsReason(asked: readonly string[], findGrant: FindGrant): string {
  const grants = asked.map((each) => findGrant(each.replace(TEMPLATE_ID, '') as Permission))
  const texts = new Set(grants.filter((grant) => grant !== undefined))
  return `Granted by ${[...texts].join(' and ')}.`
}

function missingReason(missing: readonly string[]): string {
  return `Nothing grants ${missing.join(' and ')}.`
}

function idsReason(ids: AccessVerdict['ids']): string {
  const only = Object.entries(ids).map(([param, list]) => `${param} is ${list.join(' or ')}`)
  return `Granted only where ${only.join(' and ')}.`
}

function routeReason(
  access: Access,
  verdict: AccessVerdict,
  asked: readonly string[],
  find: FindGrant,
) {
  if (access === 'public') return 'Open to everyone, with or without a token.'
  if (access === 'authenticated') return 'Open to everyone with a good token.'
  if (verdict.allowed === 'no') return missingReason(verdict.missing)
  return verdict.allowed === 'some' ? idsReason(verdict.ids) : grantsReason(asked, find)
}

function judgeRoutes(
  routes: readonly JudgedRoute[],
  permissions: Permissions,
  find: FindGrant,
): readonly RouteVerdict[] {
  return routes.map(({ access, method, path, summary }) => {
    const verdict = judgeAccess(access, permissions)
    const asked = permissionTemplates(access)
    return {
      method,
      path,
      summary,
      access: access === 'public' || access === 'authenticated' ? access : 'permission',
      permissions: asked,
      allowed: verdict.allowed,
      missing: verdict.missing,
      reason: routeReason(access, verdict, asked, find),
    }
  })
}

function judgeActions<Name extends Action>(
  resource: 'agents' | 'tools' | 'workflows',
  id: string,
  actions: readonly Name[],
  find: FindGrant,
): Readonly<Record<Name, ActionVerdict>> {
  const verdicts = actions.map((action): [Name, ActionVerdict] => {
    const asked: Permission = `${resource}:${action}:${id}`
    const grant = find(asked)
    return grant === undefined
      ? [action, { allowed: false, missing: asked, reason: missingReason([asked]) }]
      : [action, { allowed: true, missing: null, reason: `Granted by ${grant}.` }]
  })
  return Object.fromEntries(verdicts) as Record<Name, ActionVerdict>
}

function toolsOf(agent: Agent): readonly Tool[] {
  return [...new Set(Object.values(agent.tools))]
}

/** The routes of a table. */
export function routesOf(table: RouteTable): readonly JudgedRoute[] {
  return table.routes.map((route) => {
    const { method, summary, access } = route
    return { method, path: table.pathOf(route), summary, access }
  })
}

/** The agents, tools and workflows of an application. */
export function thingsOf(mastra: Mastra): NamedThings {
  const agents = [...new Set(Object.values(mastra.listAgents()))]
  const tools = [...Object.values(mastra.listTools()), ...agents.flatMap(toolsOf)]
  return {
    agents: agents.map((agent) => ({
      id: agent.id,
      name: agent.name,
      tools: toolsOf(agent).map(({ id }) => id),
    })),
    tools: [...new Set(tools.map(({ id }) => id))],
    workflows: [...new Set(Object.values(mastra.listWorkflows()).map(({ id }) => id))],
  }
}

/**
 * What permissions let their holder do: with each route, agent, tool and workflow. It asks the functions that the gate
 * asks, so that it cannot say anything else. Whether the provider lets a user in at all (`authorizeUser`) is not among it,
 * nor what limits say.
 */
export function accessMatrix({
  routes,
  things: { agents, tools, workflows, unlisted },
  roles,
  permissions,
}: {
  readonly routes: readonly JudgedRoute[]
  readonly things: NamedThings
  readonly roles: RoleTable
  readonly permissions: Permissions
}): AccessMatrix {
  const find = createFindGrant(permissions)
  return {
    roles,
    routes: judgeRoutes(routes, permissions, find),
    agents: agents.map(({ id, name, tools: own }) => ({
      id,
      name,
      actions: judgeActions('agents', id, AGENT_ACTIONS, find),
      tools: own,
    })),
    tools: tools.map((id) => ({ id, actions: judgeActions('tools', id, TOOL_ACTIONS, find) })),
    ...(workflows !== undefined && {
      workflows: workflows.map((id) => ({
        id,
        actions: judgeActions('workflows', id, WORKFLOW_ACTIONS, find),
      })),
    }),
    ...(unlisted !== undefined && { unlisted }),
  }
}
