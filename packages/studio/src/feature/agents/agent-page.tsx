import { getRouteApi } from '@tanstack/react-router'
import { MastraClientError } from '@signet/client-js'
import { useIsAllowed } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { Page } from '../../ui/page.js'
import { PageHeader } from '../../ui/page-header.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AgentView } from './agent-view.js'
import { useAgentDetails } from './use-agents.js'

const route = getRouteApi('/agents/$agentId')

/** The page of one agent: its chat, its threads, its facts. */
export function AgentPage() {
  const { agentId } = route.useParams()
  const { thread } = route.useSearch()
  const { data: agent, error, refetch } = useAgentDetails(agentId)
  const isAllowed = useIsAllowed()
  // A caller who is allowed to ask an agent, but not to read it, can still chat with it.
  const isHidden = MastraClientError.isInstance(error) && error.code === 'scope_insufficient'
  if (agent !== undefined || (isHidden && isAllowed(`agents:execute:${agentId}`))) {
    return <AgentView key={agentId} agentId={agentId} agent={agent} threadId={thread} />
  }
  return (
    <Page>
      <PageHeader title="Agent" description={agentId} />
      {error === null ? (
        <Skeleton label="Reading the agent" lines={5} />
      ) : (
        <Refusal
          error={error}
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        />
      )}
    </Page>
  )
}
