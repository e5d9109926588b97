import { Button } from '../../../ui/button.js'
import { Empty } from '../../../ui/empty.js'

/** Shown for a thread that does not exist or belongs to somebody else. The server does not tell which. */
export function MissingThread({ onNew }: { readonly onNew: () => void }) {
  return (
    <div className="p-6">
      <Empty title="There is no such thread." actions={<Button onClick={onNew}>New chat</Button>}>
        It may have been deleted, or it belongs to somebody else.
      </Empty>
    </div>
  )
}
