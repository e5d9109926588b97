import { LRUCache } from 'lru-cache'
import { findAgent } from './agent.js'
import type { AgentDirectory, UpstreamAgent } from './context.js'

/** So long an agent is remembered, in milliseconds: an application that was saved anew is asked again. */
const TTL_MS = 2000
const MAX_AGENTS = 500

/** Makes a directory. An agent may be another one for another caller; so each owner has their own. */
export function createAgentDirectory(): AgentDirectory {
  const known = new LRUCache<string, UpstreamAgent>({ max: MAX_AGENTS, ttl: TTL_MS })
  return {
    async find(name, context) {
      const key = JSON.stringify([context.caller.ownerKey, name])
      const kept = known.get(key)
      if (kept !== undefined) return kept
      const agent = await findAgent(name, context)
      known.set(key, agent)
      return agent
    },
  }
}
