import { useId, useState } from 'react'
import { Button } from '../../../ui/button.js'
import { Dialog } from '../../../ui/dialog.js'
import { Field } from '../../../ui/field.js'
import { Input } from '../../../ui/input.js'
import { Refusal } from '../../../ui/refusal.js'
import type { ListedThread } from './thread-item.js'
import { useRenameThread } from './use-threads.js'

/** Asks the reader for another title of a thread. */
export function RenameThreadDialog({
  agentId,
  thread,
  onClose,
}: {
  readonly agentId: string
  readonly thread: ListedThread
  readonly onClose: () => void
}) {
  const [title, setTitle] = useState(thread.title)
  const rename = useRenameThread(agentId)
  const formId = useId()
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Rename the thread"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            disabled={title.trim() === '' || rename.isPending}
          >
            Rename
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (title.trim() === '') return
          rename.mutate({ threadId: thread.id, title: title.trim() }, { onSuccess: onClose })
        }}
      >
        <Field label="Title">
          {(props) => (
            <Input
              {...props}
              autoFocus
              value={title}
              onFocus={(event) => event.currentTarget.select()}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        {rename.error !== null && <Refusal error={rename.error} />}
      </form>
    </Dialog>
  )
}
