import { accessParams, containsApiKey, isLegalId, type Access } from '@signet/auth'
import { isThreadId, type Agent, type Mastra, type Tool } from '@signet/core'
import { RequestError } from './error.js'

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

/** Whether a text can be what a parameter names; what goes into a permission is a legal id. */
function isLegalParam(name: string, value: string, access: Access): boolean {
  // As an id it would get into a refusal, the log and the audit.
  if (containsApiKey(value)) return false
  if (name === 'agentId' || name === 'toolId' || accessParams(access).includes(name)) {
    return isLegalId(value)
  }
  return name === 'threadId' ? isThreadId(value) : true
}

/**
 * The parameters of a path with every name of an agent or tool replaced by its id, so that a
 * permission is asked for the thing and not for its spelling. What does not exist keeps its name: a
 * caller who may not use it is told so, whether it exists or not.
 *
 * @param raw - as they stand in the path, still encoded
 * @param access - the route's: what it puts into a permission must be a legal id
 * @throws {RequestError} `not_found` where one cannot be what it names
 */
export function canonicalParams(mastra: Mastra, raw: Params, access: Access): Params {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    const decoded = decodeParam(value)
    if (decoded === undefined || !isLegalParam(name, decoded, access)) {
      throw new RequestError('not_found', `The path parameter ${name} is no legal id.`)
    }
    params[name] = decoded
  }
  const { agentId, toolId } = params
  if (toolId !== undefined) params['toolId'] = canonicalTool(mastra, params, toolId)
  if (agentId !== undefined) params['agentId'] = mastra.findAgent(agentId)?.id ?? agentId
  return params
}

function decodeParam(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** @throws {RequestError} `not_found` */
export function requireAgent(mastra: Mastra, agentId: string): Agent {
  const agent = mastra.findAgent(agentId)
  if (agent === undefined) throw new RequestError('not_found', 'There is no agent of this id.')
  return agent
}

/** @throws {RequestError} `not_found` */
export function requireTool(tool: Tool | undefined): Tool {
  if (tool === undefined) throw new RequestError('not_found', 'There is no tool of this id.')
  return tool
}
