import { Pencil1Icon, TrashIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useIsAllowed } from '../../../api/use-identity.js'
import { Button } from '../../../ui/button.js'
import { classNames } from '../../../ui/class-names.js'
import { Moment } from '../../../ui/moment.js'
import { threadTitle } from './thread-title.js'

/** A thread as a list shows it. */
export interface ListedThread {
  readonly id: string
  readonly title: string
  /** ISO 8601. */
  readonly updatedAt?: string
  /** An excerpt of the message that the search found. */
  readonly excerpt?: string
}

/** A thread in the list. Its actions appear when the pointer or the focus is on it. */
export function ThreadItem({
  agentId,
  thread,
  isShown,
  isCurrent,
  onChoose,
  onRename,
  onDelete,
}: {
  readonly agentId: string
  readonly thread: ListedThread
  readonly isShown: boolean
  /** Whether the tab key stops at this item of the list. */
  readonly isCurrent: boolean
  readonly onChoose: () => void
  readonly onRename: () => void
  readonly onDelete: () => void
}) {
  const isAllowed = useIsAllowed()
  const title = threadTitle(thread)
  return (
    <div
      className={classNames(
        'group/thread relative h-full rounded-md transition-colors',
        isShown ? 'bg-active' : 'hover:bg-hover focus-within:bg-hover',
      )}
    >
      <Link
        to="/agents/$agentId"
        params={{ agentId }}
        search={{ thread: thread.id }}
        onClick={onChoose}
        aria-current={isShown ? 'page' : undefined}
        tabIndex={isCurrent ? 0 : -1}
        className="flex h-full flex-col justify-center rounded-md px-2 focus-visible:-outline-offset-2"
      >
        <span className={classNames('block truncate', isShown && 'font-medium')}>{title}</span>
        <span className="block truncate text-xs text-faint">
          {thread.excerpt ?? (thread.updatedAt !== undefined && <Moment at={thread.updatedAt} />)}
        </span>
      </Link>
      <span
        className={classNames(
          'absolute top-1 right-1 flex rounded-md opacity-0 transition-opacity group-focus-within/thread:opacity-100 group-hover/thread:opacity-100 pointer-coarse:opacity-100',
          isShown ? 'bg-active' : 'bg-hover pointer-coarse:bg-transparent',
        )}
      >
        {isAllowed('memory:write') && (
          <Button
            kind="ghost"
            size="icon"
            tabIndex={-1}
            aria-label={`Rename ${title}`}
            onClick={onRename}
          >
            <Pencil1Icon aria-hidden />
          </Button>
        )}
        {isAllowed('memory:delete') && (
          <Button
            kind="ghost"
            size="icon"
            tabIndex={-1}
            aria-label={`Delete ${title}`}
            onClick={onDelete}
          >
            <TrashIcon aria-hidden />
          </Button>
        )}
      </span>
    </div>
  )
}
