import type { AgentDetails } from '@signet/client-js'
import { ChatBubbleIcon, InfoCircledIcon, PlusIcon } from '@radix-ui/react-icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { useIsAllowed } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { Notice } from '../../ui/notice.js'
import { AgentFacts } from './agent-facts.js'
import { modelName } from './agent-list.js'
import { Chat } from './chat/chat.js'
import { readMemoryUse } from './chat/memory-use.js'
import { MissingThread } from './thread/missing-thread.js'
import { NewChat } from './chat/new-chat.js'
import { ThreadList } from './thread/thread-list.js'
import { useIsMissing } from './thread/use-threads.js'

/** The chat in the middle, the threads on the left and the facts on the right, if the window is wide enough. */
export function AgentView({
  agentId,
  agent,
  threadId,
}: {
  readonly agentId: string
  /** Undefined where the caller is not allowed to read it. */
  readonly agent: AgentDetails | undefined
  readonly threadId: string | undefined
}) {
  const isAllowed = useIsAllowed()
  const navigate = useNavigate()
  const [panel, setPanel] = useState<'threads' | 'facts'>()
  const [round, setRound] = useState(0)
  const [loads, setLoads] = useState(0)
  const reload = useCallback(() => setLoads((count) => count + 1), [])
  const memory = readMemoryUse(agent?.supportsMemory, isAllowed)
  const close = () => setPanel(undefined)
  const name = agent?.name ?? agentId
  const remembers = memory.kind === 'remembers'

  const isMissing = useIsMissing(remembers ? threadId : undefined)

  const begin = () => {
    setRound(round + 1)
    void navigate({ to: '/agents/$agentId', params: { agentId }, search: {} })
  }
  const threads = remembers && (
    <ThreadList agentId={agentId} threadId={threadId} onChoose={close} onGone={begin} />
  )
  const facts = agent && <AgentFacts agentId={agentId} agent={agent} />
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-3 py-1.5 sm:px-4">
        <div className="min-w-0 flex-1">
          <h1 className="flex items-baseline gap-1.5 truncate text-base font-semibold">
            <Link to="/agents" className="hidden font-normal text-muted hover:text-text sm:inline">
              Agents
            </Link>
            <span aria-hidden className="hidden font-normal text-faint sm:inline">
              /
            </span>
            <span className="truncate">{name}</span>
          </h1>
        </div>
        {agent && (
          <p className="hidden truncate font-mono text-xs text-faint sm:block">
            {modelName(agent)}
          </p>
        )}
        {remembers && (
          <Button size="small" className="lg:hidden" onClick={() => setPanel('threads')}>
            <ChatBubbleIcon aria-hidden />
            <span className="max-sm:sr-only">Threads</span>
          </Button>
        )}
        {facts && (
          <Button
            size="icon"
            aria-label="About this agent"
            className="xl:hidden"
            onClick={() => setPanel('facts')}
          >
            <InfoCircledIcon aria-hidden />
          </Button>
        )}
        <Button size="small" onClick={begin}>
          <PlusIcon aria-hidden />
          <span className="max-sm:sr-only">New chat</span>
        </Button>
      </header>
      {agent?.modelFault && (
        <Notice tone="danger" className="m-3" title="This agent cannot answer: it has no model.">
          {agent.modelFault.message}
        </Notice>
      )}
      <div className="flex min-h-0 flex-1">
        {threads && (
          <aside
            aria-label="Threads"
            className="hidden w-64 shrink-0 border-r border-line bg-canvas lg:block"
          >
            {threads}
          </aside>
        )}
        <div className="min-w-0 flex-1 bg-surface">
          {remembers && threadId === undefined ? (
            <NewChat key={round} agentId={agentId} agent={agent} />
          ) : isMissing ? (
            <MissingThread onNew={begin} />
          ) : (
            <Chat
              key={remembers ? `${threadId}/${loads}` : `unkept-${round}`}
              agentId={agentId}
              agent={agent}
              memory={memory}
              threadId={remembers ? threadId : undefined}
              onReload={reload}
            />
          )}
        </div>
        {facts && (
          <aside
            aria-label="About this agent"
            className="hidden w-72 shrink-0 overflow-y-auto border-l border-line bg-canvas p-4 xl:block"
          >
            {facts}
          </aside>
        )}
      </div>
      <Dialog isOpen={panel === 'threads'} onClose={close} title="Threads">
        <div className="-mx-4 -my-3 h-[60dvh]">{threads}</div>
      </Dialog>
      <Dialog isOpen={panel === 'facts'} onClose={close} title={name}>
        {facts}
      </Dialog>
    </div>
  )
}
