import type { AgentDetails } from '@signet/client-js'

/** The agents whose names, descriptions or tools contain all words of a query. */
export function filterAgents(
  agents: readonly (readonly [id: string, agent: AgentDetails])[],
  query: string,
): readonly (readonly [id: string, agent: AgentDetails])[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return agents.filter(([id, agent]) => {
    const tools = Object.values(agent.tools).map((tool) => tool.id)
    const text = [id, agent.name, agent.description, ...tools].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The model of an agent, as its provider and id. */
export function modelName({ provider, modelId }: AgentDetails): string {
  return [provider, modelId].filter(Boolean).join('/')
}
