import { Button } from '../../../ui/button.js'
import { Dialog } from '../../../ui/dialog.js'
import { Refusal } from '../../../ui/refusal.js'
import type { ListedThread } from './thread-item.js'
import { threadTitle } from './thread-title.js'
import { useDeleteThread } from './use-threads.js'

/** Asks the reader to confirm that a thread is deleted. */
export function DeleteThreadDialog({
  agentId,
  thread,
  onClose,
  onDeleted,
}: {
  readonly agentId: string
  readonly thread: ListedThread
  readonly onClose: () => void
  readonly onDeleted: () => void
}) {
  const remove = useDeleteThread(agentId)
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Delete the thread?"
      description={`“${threadTitle(thread)}” and all its messages are deleted for good.`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() =>
              remove.mutate(thread.id, {
                onSuccess() {
                  onDeleted()
                  onClose()
                },
              })
            }
          >
            Delete
          </Button>
        </>
      }
    >
      {remove.error !== null && <Refusal error={remove.error} />}
    </Dialog>
  )
}
