import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { Refusal } from '../../ui/refusal.js'
import type { ApiKey } from './api-key.js'
import { useRevokeKey } from './use-keys.js'

/** Asks the reader to confirm that a key is revoked. */
export function RevokeKeyDialog({
  revoked: { id, name, lastUsedAt },
  onClose,
}: {
  readonly revoked: ApiKey
  readonly onClose: () => void
}) {
  const revoking = useRevokeKey()
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Revoke “${name}”?`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={revoking.isPending}
            onClick={() => revoking.mutate(id, { onSuccess: onClose })}
          >
            Revoke key
          </Button>
        </>
      }
    >
      <p>
        The server refuses it at once, and answers in progress for it end. You cannot undo this.
      </p>
      {lastUsedAt === null && <p className="mt-2 text-muted">It has never been used.</p>}
      {revoking.error !== null && <Refusal error={revoking.error} className="mt-3" />}
    </Dialog>
  )
}
