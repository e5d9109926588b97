import type { AgentDetails } from '@signet/client-js'

/** The empty state of a chat: what the agent is and can use. */
export function Greeting({
  agentId,
  agent,
}: {
  readonly agentId: string
  readonly agent: AgentDetails | undefined
}) {
  const tools = Object.values(agent?.tools ?? {})
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 px-6 py-8 text-center">
      <p className="text-lg font-semibold tracking-tight">{agent?.name ?? agentId}</p>
      {agent && agent.description !== '' && (
        <p className="max-w-prose text-muted">{agent.description}</p>
      )}
      {tools.length > 0 && (
        <p className="text-xs text-faint">
          It can use <span className="font-mono">{tools.map(({ id }) => id).join(', ')}</span>.
        </p>
      )}
    </div>
  )
}
