import type { Principal } from '@signet/auth'
import type { Agent, Mastra, RequestContext } from '@signet/core'
import { viewAgent } from './agent-view.js'

/** Who asks for a list. */
interface ListCaller {
  readonly principal: Principal
  readonly requestContext: RequestContext
}

/** The JSON of lists that were told lately, of each application by what their callers may see. */
const told = new WeakMap<Mastra, Map<string, string>>()
/** There are as many as callers differ in what they may read, and mostly that is one or two. */
const MAX_TOLD = 32

/**
 * What a caller may see: a sign for each agent, and for each tool of one that is told. The same text means the same
 * list, as agents and tools are fixed. Undefined where instructions are told, which an agent may find anew for
 * each request.
 */
function sightOf(
  agents: readonly Agent[],
  { permissions }: Principal,
  isPartial: boolean,
): string | undefined {
  let sight = isPartial ? 'partial ' : ''
  for (const agent of agents) {
    if (!permissions.allows(`agents:read:${agent.id}`)) {
      sight += '-'
      continue
    }
    if (permissions.allows(`agents:write:${agent.id}`)) return undefined
    sight += '+'
    for (const tool of Object.values(agent.tools)) {
      sight += permissions.allows(`tools:read:${tool.id}`) ? '1' : '0'
    }
  }
  return sight
}

async function makeList(
  agents: readonly Agent[],
  caller: ListCaller,
  isPartial: boolean,
): Promise<string> {
  const { permissions } = caller.principal
  const readable = agents.filter(({ id }) => permissions.allows(`agents:read:${id}`))
  const views = readable.map(async (agent) => {
    const view = await viewAgent(agent, caller, isPartial)
    return [agent.id, { id: agent.id, ...view, hasDraft: false }] as const
  })
  return JSON.stringify(Object.fromEntries(await Promise.all(views)))
}

/**
 * The agents that a caller may read, by their ids, as JSON. What the caller may see is asked of their
 * permissions each time; the text of what they see is made once.
 */
export async function listAgents(
  mastra: Mastra,
  caller: ListCaller,
  isPartial: boolean,
): Promise<string> {
  const agents = [...new Set(Object.values(mastra.listAgents()))]
  const sight = sightOf(agents, caller.principal, isPartial)
  if (sight === undefined) return makeList(agents, caller, isPartial)
  const lists = told.get(mastra) ?? new Map<string, string>()
  told.set(mastra, lists)
  const known = lists.get(sight)
  if (known !== undefined) return known
  const list = await makeList(agents, caller, isPartial)
  if (lists.size >= MAX_TOLD) lists.clear()
  lists.set(sight, list)
  return list
}
