import { useState } from 'react'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { Input } from '../../ui/input.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AgentCard } from './agent-card.js'
import { filterAgents } from './agent-list.js'
import { NoAgents } from './no-agents.js'
import { useAgents } from './use-agents.js'

/** The page has a search from this number of agents on. */
const MANY = 6

/** The page of the agents that the caller is allowed to read. */
export function AgentsPage() {
  const { data, error, refetch } = useAgents()
  const [query, setQuery] = useState('')
  const all = Object.entries(data ?? {})
  const shown = filterAgents(all, query)
  return (
    <Page>
      <PageHeader
        title="Agents"
        description="The agents that you are allowed to see."
        actions={
          all.length >= MANY && (
            <Input
              type="search"
              aria-label="Search agents"
              placeholder="Search agents and tools"
              className="w-60"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          )
        }
      />
      {error !== null && (
        <Refusal
          error={error}
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        />
      )}
      {error === null && data === undefined && <Skeleton label="Reading the agents" lines={4} />}
      {data !== undefined && all.length === 0 && <NoAgents />}
      {all.length > 0 && shown.length === 0 && (
        <Empty title={`No agent or tool matches “${query}”.`} />
      )}
      <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {shown.map(([id, agent]) => (
          <AgentCard key={id} id={id} agent={agent} />
        ))}
      </ul>
    </Page>
  )
}
