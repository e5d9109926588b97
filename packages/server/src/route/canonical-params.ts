import type { Principal } from '@signet/auth'
import {
  accessParams,
  containsApiKey,
  containsCredential,
  isLegalId,
  requiredPermissions,
} from '@signet/auth/internal'
import { isThreadId, type Agent, type Mastra, type Tool } from '@signet/core'
import { RequestError } from '../error/error.js'
import type { Route } from './route.js'

type Params = Readonly<Record<string, string>>

/** The tool of an agent by the name that its model calls it, or by its id. */
export function findAgentTool(agent: Agent, name: string): Tool | undefined {
  if (Object.hasOwn(agent.tools, name)) return agent.tools[name]
  return Object.values(agent.tools).find((tool) => tool.id === name)
}

function canonicalTool(mastra: Mastra, params: Params, toolId: string): string {
  const agent = params['agentId'] === undefined ? undefined : mastra.findAgent(params['agentId'])
  const tool = agent === undefined ? mastra.findTool(toolId) : findAgentTool(agent, toolId)
  return tool?.id ?? toolId
}

/** The parameters that name a thing of the application, with the resource of its permissions. */
const NAME_PARAMS = { agentId: 'agents', toolId: 'tools', workflowId: 'workflows' } as const

type NameParam = keyof typeof NAME_PARAMS

/** Whether a parameter names an agent, a tool or a workflow, by its key or its id. */
export function isNameParam(name: string): name is NameParam {
  return Object.hasOwn(NAME_PARAMS, name)
}

/** A route, as far as it says what its parameters are. */
type Rule = Pick<Route, 'access' | 'isPrefixed'>

/**
 * Whether a text can be what a parameter names; what goes into a permission is a legal id. What looks like a credential is
 * none: as an id it would get into a refusal, the log and the audit. Only a route of the application may be given a token
 * in its path, where that is in no permission.
 */
function isLegalParam(name: string, value: string, { access, isPrefixed }: Rule): boolean {
  const isTold = accessParams(access).includes(name)
  if (isTold || isPrefixed ? containsCredential(value) : containsApiKey(value)) return false
  if (isTold || isNameParam(name)) return isLegalId(value)
  return name === 'threadId' ? isThreadId(value) : true
}

/**
 * The parameters of a path as the caller spelt them.
 * @param raw - as they stand in the path, still encoded
 * @param route - what it puts into a permission must be a legal id
 * @throws {RequestError} `not_found` where one cannot be what it names
 */
export function readParams(raw: Params, route: Rule): Params {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    const decoded = decodeParam(value)
    if (decoded === undefined || !isLegalParam(name, decoded, route)) {
      throw new RequestError('not_found', `The path parameter ${name} is not a legal id.`)
    }
    params[name] = decoded
  }
  return params
}

/**
 * The same with every name of an agent, a tool or a workflow replaced by its id, so that a permission is asked for the
 * thing and not for its spelling. What does not exist keeps its name: a caller who may not use it is told so, whether it
 * exists or not.
 */
export function canonicalParams(mastra: Mastra, spelt: Params): Params {
  const { agentId, toolId, workflowId } = spelt
  if ((agentId ?? toolId ?? workflowId) === undefined) return spelt
  return {
    ...spelt,
    ...(toolId !== undefined && { toolId: canonicalTool(mastra, spelt, toolId) }),
    ...(agentId !== undefined && { agentId: mastra.findAgent(agentId)?.id ?? agentId }),
    ...(workflowId !== undefined && {
      workflowId: mastra.findWorkflow(workflowId)?.id ?? workflowId,
    }),
  }
}

const ACTIONS = ['read', 'execute', 'write', 'approve'] as const

/** Whether a caller was granted anything for one of these names of a thing. */
function knows(principal: Principal, param: NameParam, names: readonly string[]): boolean {
  const resource = NAME_PARAMS[param]
  return names.some((name) =>
    ACTIONS.some((action) => principal.permissions.allows(`${resource}:${action}:${name}`)),
  )
}

/**
 * A permission that is missing as its caller may be told it: with each name of a thing as they spelt it, unless
 * something was granted to them for its id, or for that spelling, which grants nothing. So nobody learns the id behind a name, nor whether there is one.
 * @param missing - of the route, with ids
 * @param spelt - the parameters of the path as the caller spelt them
 * @param params - the same with ids
 */
export function tellMissing(
  missing: string,
  { access }: Rule,
  principal: Principal,
  { spelt, params }: { readonly spelt: Params; readonly params: Params },
): string {
  const told: Record<string, string> = { ...spelt }
  for (const name of Object.keys(NAME_PARAMS).filter(isNameParam)) {
    const [id, given] = [params[name], spelt[name]]
    if (id !== undefined && given !== undefined && knows(principal, name, [id, given]))
      told[name] = id
  }
  const index = requiredPermissions(access, params).findIndex((each) => each === missing)
  return requiredPermissions(access, told)[index] ?? missing
}

function decodeParam(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
