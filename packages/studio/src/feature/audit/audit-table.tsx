import { Moment } from '../../ui/moment.js'
import { Table } from '../../ui/table.js'
import { DecisionBadge } from './decision-badge.js'
import type { AuditRecord } from './record.js'

/** The records, the newest first. A click on one opens it. */
export function AuditTable({
  records,
  onOpen,
}: {
  readonly records: readonly AuditRecord[]
  readonly onOpen: (record: AuditRecord) => void
}) {
  return (
    <Table
      caption="Decisions, the newest first"
      rows={records}
      rowKey={({ sequence }) => String(sequence)}
      // The button in the row covers the whole row.
      rowClass={() => 'relative'}
      columns={[
        { name: 'at', title: 'When', cell: ({ at }) => <Moment at={at} /> },
        {
          name: 'action',
          title: 'What',
          cell: (record) => (
            <button
              type="button"
              onClick={() => onOpen(record)}
              className="text-left after:absolute after:inset-0 font-mono text-xs underline decoration-line-strong underline-offset-2 wrap-anywhere hover:decoration-accent"
            >
              {record.action}
              {record.resource !== null && <span className="text-muted"> {record.resource}</span>}
              <span className="sr-only">: show details</span>
            </button>
          ),
        },
        {
          name: 'subject',
          title: 'Who',
          cell: ({ subject, count }) => (
            <>
              {subject ?? <span className="text-faint">no valid token</span>}
              {count > 1 && <span className="ml-1.5 text-xs text-muted">× {count}</span>}
            </>
          ),
        },
        {
          name: 'decision',
          title: 'Decision',
          cell: (record) => <DecisionBadge record={record} />,
        },
        { name: 'status', title: 'Status', isNumeric: true, cell: ({ status }) => status },
        {
          name: 'took',
          title: 'Duration',
          isNumeric: true,
          cell: ({ durationMs }) => `${durationMs} ms`,
        },
      ]}
    />
  )
}
