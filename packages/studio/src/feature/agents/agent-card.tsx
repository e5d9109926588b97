import type { AgentDetails } from '@signet/client-js'
import { ChevronRightIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useIsAllowed } from '../../api/use-identity.js'
import { Badge } from '../../ui/badge.js'
import { modelName } from './agent-list.js'

/** A summary of an agent. A click anywhere on it opens the chat. */
export function AgentCard({ id, agent }: { readonly id: string; readonly agent: AgentDetails }) {
  const tools = Object.values(agent.tools)
  const seesAll = useIsAllowed()('tools:read')
  return (
    <li className="group relative flex flex-col gap-3 rounded-lg border border-line bg-surface p-4 shadow-raised transition-colors focus-within:border-line-strong hover:border-line-strong">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">
            <Link
              to="/agents/$agentId"
              params={{ agentId: id }}
              className="after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-accent"
            >
              {agent.name}
            </Link>
          </h2>
          <p className="truncate font-mono text-xs text-faint">{id}</p>
        </div>
        <ChevronRightIcon
          aria-hidden
          className="mt-1 text-faint transition-transform group-hover:translate-x-0.5"
        />
      </div>
      <p className="flex-1 text-muted">{agent.description || 'No description.'}</p>
      <dl className="grid grid-cols-[4rem_1fr] gap-y-1.5 text-xs">
        <dt className="text-faint">Model</dt>
        <dd className="truncate font-mono">{modelName(agent) || 'none'}</dd>
        <dt className="text-faint">Tools</dt>
        <dd className="flex flex-wrap gap-1">
          {tools.map((tool) => (
            <Badge key={tool.id} isMono>
              {tool.id}
            </Badge>
          ))}
          {tools.length === 0 && (
            <span className="text-muted">
              {seesAll ? 'none' : 'none that you are allowed to see'}
            </span>
          )}
        </dd>
        <dt className="text-faint">Memory</dt>
        <dd>{agent.supportsMemory ? 'stores your threads' : 'none'}</dd>
      </dl>
    </li>
  )
}
