import type { AgentDetails } from '@signet/client-js'
import { useMastraClient } from '@signet/client-js/react'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'

/** The agents that the caller is allowed to read, by their ids. */
export function useAgents(): UseQueryResult<Readonly<Record<string, AgentDetails>>> {
  const client = useMastraClient()
  return useQuery({
    queryKey: ['agents'],
    queryFn: ({ signal }) => client.listAgents(undefined, true, { signal }),
  })
}

/** One agent, with the schemas of its tools. */
export function useAgentDetails(agentId: string): UseQueryResult<AgentDetails> {
  const client = useMastraClient()
  return useQuery({
    queryKey: ['agents', agentId],
    queryFn: ({ signal }) => client.getAgent(agentId).details(undefined, { signal }),
    staleTime: 60_000,
  })
}
