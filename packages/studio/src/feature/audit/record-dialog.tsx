import { Button } from '../../ui/button.js'
import { CopyButton } from '../../ui/copy-button.js'
import { Dialog } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { describeMoment } from '../../text/time.js'
import { DecisionBadge } from './decision-badge.js'
import { NO_FILTER, type AuditFilter } from './filter.js'
import { meaningOf } from './meaning.js'
import type { AuditRecord } from './record.js'

/** All fields of a record, with filters for similar records. */
export function RecordDialog({
  record,
  onClose,
  onFilter,
}: {
  readonly record: AuditRecord | undefined
  readonly onClose: () => void
  readonly onFilter: (filter: AuditFilter) => void
}) {
  if (record === undefined) return null
  const mono = (value: string | number | null) =>
    value === null ? (
      <span className="text-faint">none</span>
    ) : (
      <span className="font-mono text-xs">{value}</span>
    )
  const { subject, requestId, code, inputTokens, outputTokens } = record
  const meaning = record.allowed || code === null ? undefined : meaningOf(code)
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isWide
      title={`${record.action}${record.resource === null ? '' : ` ${record.resource}`}`}
      description={describeMoment(record.at)}
      actions={
        <>
          {subject !== null && (
            <Button onClick={() => onFilter({ ...NO_FILTER, subject })}>
              All records of this subject
            </Button>
          )}
          {code !== null && (
            <Button onClick={() => onFilter({ ...NO_FILTER, code })}>
              All records with this code
            </Button>
          )}
        </>
      }
    >
      <Facts
        facts={[
          { name: 'Decision', value: <DecisionBadge record={record} /> },
          ...(meaning === undefined ? [] : [{ name: 'Why', value: meaning }]),
          { name: 'Status', value: mono(record.status) },
          { name: 'Subject', value: mono(subject) },
          { name: 'Issuer', value: mono(record.issuer) },
          ...(record.actor === null ? [] : [{ name: 'Actor', value: mono(record.actor) }]),
          { name: 'Action', value: mono(record.action) },
          { name: 'Resource', value: mono(record.resource) },
          { name: 'Address', value: mono(record.address) },
          { name: 'Duration', value: `${record.durationMs} ms` },
          ...(inputTokens === null && outputTokens === null
            ? []
            : [
                { name: 'Model', value: `${inputTokens ?? 0} tokens in, ${outputTokens ?? 0} out` },
              ]),
          ...(record.count > 1
            ? [{ name: 'Requests', value: `${record.count} of the same kind` }]
            : []),
          {
            name: 'Request',
            value:
              requestId === null ? (
                mono(null)
              ) : (
                <span className="flex items-center gap-1">
                  {mono(requestId)}
                  <CopyButton text={requestId} label="Copy request id" />
                </span>
              ),
          },
          { name: 'Sequence', value: mono(record.sequence) },
        ]}
      />
    </Dialog>
  )
}
