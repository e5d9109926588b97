import { Button } from '../../ui/button.js'
import { CopyButton } from '../../ui/copy-button.js'
import { Dialog } from '../../ui/dialog.js'
import { Notice } from '../../ui/notice.js'
import { describeMoment } from '../../text/time.js'
import type { CreatedKey as Key } from './api-key.js'

/** Shows a key that was just created. It cannot be shown again. */
export function CreatedKey({
  created,
  onClose,
}: {
  readonly created: Key
  readonly onClose: () => void
}) {
  const { key, name, expiresAt } = created
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isWide
      title={`The key “${name}”`}
      description={
        expiresAt === null ? 'It never expires.' : `It is valid until ${describeMoment(expiresAt)}.`
      }
      actions={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <Notice tone="warning" title="Copy it now. It is shown only once.">
          The server stores only a digest of it. If you lose the key, create another.
        </Notice>
        <pre
          tabIndex={0}
          role="region"
          aria-label="API key"
          className="rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs wrap-anywhere whitespace-pre-wrap"
        >
          {key}
        </pre>
        <div className="flex flex-wrap gap-2">
          <CopyButton text={key} label="Copy key">
            Key
          </CopyButton>
          <CopyButton text={`Authorization: Bearer ${key}`} label="Copy header">
            Header
          </CopyButton>
          <CopyButton text={`MASTRA_JWT_TOKEN=${key}`} label="Copy .env line">
            .env line
          </CopyButton>
        </div>
      </div>
    </Dialog>
  )
}
