import { useState } from 'react'
import { useIsAllowed } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { Checkbox } from '../../ui/checkbox.js'
import { Empty } from '../../ui/empty.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import type { ApiKey } from './api-key.js'
import { KeysTable } from './keys-table.js'
import { RevokeKeyDialog } from './revoke-key-dialog.js'
import { useKeys } from './use-keys.js'

/** The list of the keys, in pages. */
export function KeysSection({ onNew }: { readonly onNew: () => void }) {
  const isAllowed = useIsAllowed()
  const [isMine, setIsMine] = useState(false)
  const [page, setPage] = useState(0)
  const [revoked, setRevoked] = useState<ApiKey>()
  const { data, error, refetch } = useKeys(page, isMine)
  if (error) {
    return (
      <Refusal
        error={error}
        className="mb-5"
        actions={<Button onClick={() => void refetch()}>Try again</Button>}
      />
    )
  }
  if (data === undefined) return <Skeleton label="Reading the keys" lines={5} />
  const isPaged = page > 0 || data.hasMore
  return (
    <section aria-label="API keys" className="mb-6 flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <Checkbox
          label="Only keys I created"
          checked={isMine}
          onChange={({ target }) => {
            setIsMine(target.checked)
            setPage(0)
          }}
        />
        <p role="status" className="text-xs text-muted">
          {data.total} {data.total === 1 ? 'key' : 'keys'}
        </p>
      </div>
      {data.keys.length === 0 ? (
        <Empty
          title={isMine ? 'You have not created a key' : 'No API keys yet'}
          actions={isAllowed('api-keys:write') && <Button onClick={onNew}>Create a key</Button>}
        >
          A key is for a program. It never allows more than its creator is allowed, and you can
          revoke it on its own.
        </Empty>
      ) : (
        <KeysTable
          keys={data.keys}
          canRevoke={isAllowed('api-keys:delete')}
          onRevoke={setRevoked}
        />
      )}
      {isPaged && (
        <nav aria-label="Pages of keys" className="flex items-center gap-2">
          <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
            Newer
          </Button>
          <Button disabled={!data.hasMore} onClick={() => setPage(page + 1)}>
            Older
          </Button>
          <span role="status" className="text-xs text-muted">
            Page {page + 1}
          </span>
        </nav>
      )}
      {revoked !== undefined && (
        <RevokeKeyDialog revoked={revoked} onClose={() => setRevoked(undefined)} />
      )}
    </section>
  )
}
