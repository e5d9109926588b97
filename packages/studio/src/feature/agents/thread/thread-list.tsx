import { useState } from 'react'
import { Button } from '../../../ui/button.js'
import { Input } from '../../../ui/input.js'
import { Refusal } from '../../../ui/refusal.js'
import { Skeleton } from '../../../ui/skeleton.js'
import type { Rows } from '../../../ui/visible-rows.js'
import { WindowedList } from '../../../ui/windowed-list.js'
import { DeleteThreadDialog } from './delete-thread-dialog.js'
import { findByMessages } from './found-threads.js'
import { RenameThreadDialog } from './rename-thread-dialog.js'
import { ThreadItem, type ListedThread } from './thread-item.js'
import { useDebounced } from './use-debounced.js'
import { useThreadList } from './use-thread-list.js'
import { useThreadSearch } from './use-threads.js'

/** The longest text that the server searches titles for, in characters. */
const MAX_TITLE_CHARACTERS = 200

function countText(count: number, query: string): string {
  const threads = `${count.toLocaleString('en')} thread${count === 1 ? '' : 's'}`
  return query === '' ? threads : `${threads} found`
}

/** The caller's threads with an agent: search, open, rename, delete. */
export function ThreadList({
  agentId,
  threadId,
  onChoose,
  onGone,
}: {
  readonly agentId: string
  /** The thread that is open. */
  readonly threadId: string | undefined
  readonly onChoose: () => void
  /** Called after the open thread was deleted. */
  readonly onGone: () => void
}) {
  const [text, setText] = useState('')
  const [rows, setRows] = useState<Rows>({ first: 0, last: 0 })
  const [renamed, setRenamed] = useState<ListedThread>()
  const [deleted, setDeleted] = useState<ListedThread>()
  const query = useDebounced(text.trim(), 200)
  const threads = useThreadList(agentId, query, rows)
  const search = useThreadSearch(agentId, query)
  const found = query === '' ? [] : findByMessages(search.data ?? [], query)
  const total = threads.total ?? 0
  const count = total + found.length
  const isReading = threads.total === undefined || (query !== '' && search.isPending)
  return (
    <div className="flex h-full flex-col">
      <div className="p-2 pb-1">
        <Input
          type="search"
          aria-label="Search threads"
          placeholder="Search threads"
          maxLength={MAX_TITLE_CHARACTERS}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <p role="status" className="min-h-5 px-4 pb-1 text-xs text-faint">
        {!isReading && count > 0 && countText(count, query)}
      </p>
      <div className="flex min-h-0 flex-1 flex-col">
        {threads.total === undefined && threads.error === null && (
          <div className="px-2">
            <Skeleton label="Reading the threads" lines={5} />
          </div>
        )}
        {threads.error !== null && (
          <Refusal
            className="mx-2"
            error={threads.error}
            actions={
              <Button size="small" onClick={threads.readAgain}>
                Try again
              </Button>
            }
          />
        )}
        {!isReading && count === 0 && (
          <p className="px-4 py-3 text-xs text-muted">
            {query === ''
              ? 'No threads yet. Your first message starts one.'
              : `No thread matches “${query}”.`}
          </p>
        )}
        {count > 0 && (
          <WindowedList
            key={query}
            label="Threads"
            count={count}
            rows={rows}
            onRows={setRows}
            renderRow={(index, isCurrent) => {
              const thread = index < total ? threads.threadAt(index) : found[index - total]
              if (thread === undefined) {
                return <div className="mx-2 mt-2 h-8 animate-pulse rounded-md bg-hover" />
              }
              return (
                <ThreadItem
                  agentId={agentId}
                  thread={thread}
                  isShown={thread.id === threadId}
                  isCurrent={isCurrent}
                  onChoose={onChoose}
                  onRename={() => setRenamed(thread)}
                  onDelete={() => setDeleted(thread)}
                />
              )
            }}
          />
        )}
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
