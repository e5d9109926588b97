import type { Thread } from '@signet/client-js'
import { useState } from 'react'
import { Button } from '../../ui/button.js'
import { Input } from '../../ui/input.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { DeleteThreadDialog } from './delete-thread-dialog.js'
import { findThreads } from './found-threads.js'
import { RenameThreadDialog } from './rename-thread-dialog.js'
import { ThreadItem } from './thread-item.js'
import { useDebounced } from './use-debounced.js'
import { useThreads, useThreadSearch } from './use-threads.js'

/** The caller's threads: search, open, rename, delete. */
export function ThreadList({
  agentId,
  threadId,
  onChoose,
  onGone,
}: {
  readonly agentId: string
  /** The one that is shown. */
  readonly threadId: string | undefined
  readonly onChoose: () => void
  /** The one that is shown was deleted. */
  readonly onGone: () => void
}) {
  const [query, setQuery] = useState('')
  const [renamed, setRenamed] = useState<Thread>()
  const [deleted, setDeleted] = useState<Thread>()
  const threads = useThreads(agentId)
  const search = useThreadSearch(agentId, useDebounced(query.trim(), 200))
  const found = findThreads(threads.data ?? [], search.data ?? [], query)
  return (
    <div className="flex h-full flex-col">
      <div className="p-2">
        <Input
          type="search"
          aria-label="Search threads"
          placeholder="Search threads"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {threads.isPending && <Skeleton label="Reading the threads" lines={5} />}
        {threads.error !== null && (
          <Refusal
            error={threads.error}
            actions={
              <Button size="small" onClick={() => void threads.refetch()}>
                Try again
              </Button>
            }
          />
        )}
        {threads.data && found.length === 0 && (
          <p className="px-2 py-3 text-xs text-muted">
            {query.trim() === ''
              ? 'No threads yet. Your first message starts one.'
              : `No thread matches “${query.trim()}”.`}
          </p>
        )}
        <ul className="flex flex-col gap-px">
          {found.map(({ thread, excerpt }) => (
            <ThreadItem
              key={thread.id}
              agentId={agentId}
              thread={thread}
              excerpt={excerpt}
              isShown={thread.id === threadId}
              onChoose={onChoose}
              onRename={() => setRenamed(thread)}
              onDelete={() => setDeleted(thread)}
            />
          ))}
        </ul>
      </div>
      {renamed && (
        <RenameThreadDialog
          agentId={agentId}
          thread={renamed}
          onClose={() => setRenamed(undefined)}
        />
      )}
      {deleted && (
        <DeleteThreadDialog
          agentId={agentId}
          thread={deleted}
          onClose={() => setDeleted(undefined)}
          onDeleted={() => {
            if (deleted.id === threadId) onGone()
          }}
        />
      )}
    </div>
  )
}
