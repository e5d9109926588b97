import { CheckIcon, Cross2Icon } from '@radix-ui/react-icons'
import { Badge } from '../../ui/badge.js'
import type { AuditRecord } from './record.js'

/** Whether a request was allowed, with the code of a refusal. */
export function DecisionBadge({
  record: { allowed, code, status },
}: {
  readonly record: AuditRecord
}) {
  const tone = allowed ? (status >= 500 ? 'warning' : 'success') : 'danger'
  const Icon = allowed ? CheckIcon : Cross2Icon
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Badge tone={tone}>
        <Icon aria-hidden className="size-3" />
        {allowed ? 'allowed' : 'refused'}
      </Badge>
      {code !== null && <span className="font-mono text-xs text-muted">{code}</span>}
    </span>
  )
}
