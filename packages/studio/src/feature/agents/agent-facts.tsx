import type { AgentDetails } from '@signet/client-js'
import type { ReactNode } from 'react'
import { useIsAllowed } from '../../api/use-identity.js'
import { Badge } from '../../ui/badge.js'
import { InlineCode } from '../../ui/code.js'
import { modelName } from './agent-list.js'

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="border-line py-3 first:pt-0 not-last:border-b">
      <h2 className="mb-1.5 text-xs font-medium text-muted">{title}</h2>
      {children}
    </section>
  )
}

/** The facts about an agent that the caller is allowed to see. */
export function AgentFacts({
  agentId,
  agent,
}: {
  readonly agentId: string
  readonly agent: AgentDetails
}) {
  const isAllowed = useIsAllowed()
  const tools = Object.entries(agent.tools)
  return (
    <div>
      {agent.description !== '' && <Fact title="What it does">{agent.description}</Fact>}
      <Fact title="Model">
        <p className="font-mono text-xs wrap-anywhere">{modelName(agent) || 'none'}</p>
        {agent.modelId === 'rehearsal' && (
          <p className="mt-1 text-xs text-muted">
            A stand-in model. Set <InlineCode>MODEL</InlineCode> to use a real one.
          </p>
        )}
      </Fact>
      <Fact title={`Tools (${tools.length})`}>
        <ul className="flex flex-col gap-2">
          {tools.map(([name, tool]) => (
            <li key={name}>
              <p className="flex flex-wrap items-center gap-1.5">
                <span className="font-mono text-xs font-medium wrap-anywhere">{tool.id}</span>
                {!isAllowed(`tools:execute:${tool.id}`) && (
                  <Badge tone="warning">not allowed</Badge>
                )}
              </p>
              <p className="text-xs text-muted">{tool.description}</p>
            </li>
          ))}
        </ul>
        {tools.length === 0 && <p className="text-muted">None that you are allowed to see.</p>}
      </Fact>
      <Fact title="Memory">{agent.supportsMemory ? 'Stores your threads' : 'None'}</Fact>
      <Fact title="Instructions">
        {agent.instructions === '' ? (
          <p className="text-xs text-muted">
            Only a token with <InlineCode>{`agents:write:${agentId}`}</InlineCode> shows them.
          </p>
        ) : (
          <p className="text-xs whitespace-pre-wrap text-muted">{agent.instructions}</p>
        )}
      </Fact>
    </div>
  )
}
