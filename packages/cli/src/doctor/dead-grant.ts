import type { Mastra } from '@signet/core'

const ANY = '*'

/** The names by which a grant could mean an agent or tool, each with the id that counts. */
function namesOf(mastra: Mastra, resource: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const agents = Object.entries(mastra.listAgents())
  if (resource !== 'tools') for (const [key, { id }] of agents) names.set(key, id).set(id, id)
  if (resource !== 'agents') {
    for (const [, agent] of agents) {
      for (const [key, { id }] of Object.entries(agent.tools)) names.set(key, id)
    }
    for (const id of Object.keys(mastra.listTools())) names.set(id, id)
  }
  return names
}

/**
 * Why a grant covers nothing: the agent or tool that it names does not exist, or has another id.
 * @returns undefined for a grant that may cover something
 */
export function whyDead(grant: string, mastra: Mastra): string | undefined {
  const [resource = '', , id = ANY] = grant.split(':')
  if (id === ANY || !['agents', 'tools', ANY].includes(resource)) return undefined
  const actual = namesOf(mastra, resource).get(id)
  if (actual === id) return undefined
  if (actual !== undefined) return `${grant} names ${id} by its key; its id is ${actual}`
  const kind = { agents: 'agent', tools: 'tool' }[resource] ?? 'agent or tool'
  return `${grant} does not name any ${kind} of this application`
}
