import type { Thread } from '@signet/client-js'
import { Pencil1Icon, TrashIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { classNames } from '../../ui/class-names.js'
import { Moment } from '../../ui/moment.js'
import { threadTitle } from './thread-title.js'

/** A thread in the list. What can be done with it shows when it is pointed at, or has the focus. */
export function ThreadItem({
  agentId,
  thread,
  excerpt,
  isShown,
  onChoose,
  onRename,
  onDelete,
}: {
  readonly agentId: string
  readonly thread: Thread
  readonly excerpt: string | undefined
  readonly isShown: boolean
  readonly onChoose: () => void
  readonly onRename: () => void
  readonly onDelete: () => void
}) {
  const may = useMay()
  const title = threadTitle(thread)
  return (
    <li
      className={classNames(
        'group/thread relative rounded-md transition-colors',
        isShown ? 'bg-active' : 'hover:bg-hover focus-within:bg-hover',
      )}
    >
      <Link
        to="/agents/$agentId"
        params={{ agentId }}
        search={{ thread: thread.id }}
        onClick={onChoose}
        aria-current={isShown ? 'page' : undefined}
        className="block rounded-md px-2 py-1.5"
      >
        <span className={classNames('block truncate', isShown && 'font-medium')}>{title}</span>
        <span className="block truncate text-xs text-faint">
          {excerpt ?? <Moment at={thread.updatedAt} />}
        </span>
      </Link>
      <span
        className={classNames(
          'absolute top-1 right-1 flex rounded-md opacity-0 transition-opacity group-focus-within/thread:opacity-100 group-hover/thread:opacity-100 pointer-coarse:opacity-100',
          isShown ? 'bg-active' : 'bg-hover pointer-coarse:bg-transparent',
        )}
      >
        {may('memory:write') && (
          <Button kind="ghost" size="icon" aria-label={`Rename ${title}`} onClick={onRename}>
            <Pencil1Icon aria-hidden />
          </Button>
        )}
        {may('memory:delete') && (
          <Button kind="ghost" size="icon" aria-label={`Delete ${title}`} onClick={onDelete}>
            <TrashIcon aria-hidden />
          </Button>
        )}
      </span>
    </li>
  )
}
