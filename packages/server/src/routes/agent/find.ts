import type { Agent, Mastra, Tool } from '@signet/core'
import { RequestError } from '../../error/error.js'

/** @throws {RequestError} `not_found` */
export function requireAgent(mastra: Mastra, agentId: string): Agent {
  const agent = mastra.findAgent(agentId)
  if (agent === undefined) throw new RequestError('not_found', 'There is no agent with this id.')
  return agent
}

/** @throws {RequestError} `not_found` */
export function requireTool(tool: Tool | undefined): Tool {
  if (tool === undefined) throw new RequestError('not_found', 'There is no tool with this id.')
  return tool
}
