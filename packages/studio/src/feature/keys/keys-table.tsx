import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { Moment } from '../../ui/moment.js'
import { Table } from '../../ui/table.js'
import type { ApiKey } from './api-key.js'

const TONE = { active: 'success', expired: 'neutral', revoked: 'danger' } as const

/** The keys, the newest first. */
export function KeysTable({
  keys,
  canRevoke,
  onRevoke,
}: {
  readonly keys: readonly ApiKey[]
  readonly canRevoke: boolean
  readonly onRevoke: (key: ApiKey) => void
}) {
  return (
    <Table
      caption="API keys"
      rows={keys}
      rowKey={({ id }) => id}
      columns={[
        {
          name: 'name',
          title: 'Name',
          cell: ({ name, id }) => (
            <>
              <p className="font-medium wrap-anywhere">{name}</p>
              <p className="font-mono text-2xs text-faint">{id}</p>
            </>
          ),
        },
        {
          name: 'status',
          title: 'Status',
          cell: ({ status }) => <Badge tone={TONE[status]}>{status}</Badge>,
        },
        {
          name: 'scopes',
          title: 'Scopes',
          cell: ({ scopes }) => (
            <span className="flex flex-wrap gap-1">
              {scopes.map((scope) => (
                <Badge key={scope} isMono>
                  {scope}
                </Badge>
              ))}
            </span>
          ),
        },
        { name: 'maker', title: 'Created by', cell: ({ maker }) => maker.subject },
        { name: 'created', title: 'Created', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        {
          name: 'used',
          title: 'Last used',
          cell: ({ lastUsedAt }) =>
            lastUsedAt === null ? (
              <span className="text-faint">never</span>
            ) : (
              <Moment at={lastUsedAt} />
            ),
        },
        {
          name: 'ends',
          title: 'Ends',
          cell: ({ expiresAt, revokedAt }) => {
            const at = revokedAt ?? expiresAt
            return at === null ? <span className="text-warning">never</span> : <Moment at={at} />
          },
        },
        {
          name: 'actions',
          title: 'Actions',
          isTitleHidden: true,
          cell: (key) =>
            canRevoke &&
            key.status === 'active' && (
              <Button size="small" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
                Revoke
              </Button>
            ),
        },
      ]}
    />
  )
}
