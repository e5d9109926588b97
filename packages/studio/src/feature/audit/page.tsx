import { ReloadIcon } from '@radix-ui/react-icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { requestJson } from '../../api/request.js'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AuditFilters } from './audit-filters.js'
import { AuditTable } from './audit-table.js'
import { auditQuery, countFilters, NO_FILTER, type AuditFilter } from './filter.js'
import { RecordDialog } from './record-dialog.js'
import type { AuditPage as Answer, AuditRecord } from './record.js'

const PER_PAGE = 50

/** The page of the audit: which requests the server allowed and refused. */
export function AuditPage() {
  const [filter, setFilter] = useState(NO_FILTER)
  /** The start of each older page that the reader has opened. */
  const [turned, setTurned] = useState<readonly number[]>([])
  const [opened, setOpened] = useState<AuditRecord>()
  const asked = useDeferredValue(filter)
  const before = turned.at(-1)
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['audit', asked, before],
    queryFn: ({ signal }) =>
      requestJson<Answer>({
        path: ['audit'],
        query: { ...auditQuery(asked, Date.now()), before, limit: PER_PAGE },
        signal,
      }),
    placeholderData: keepPreviousData,
    // A reader who comes back looks for new records.
    staleTime: 0,
  })
  const change = (next: AuditFilter) => {
    setFilter(next)
    setTurned([])
  }
  return (
    <Page>
      <PageHeader
        title="Audit"
        description="Who sent each request, whether it was allowed, and why."
        actions={
          <Button disabled={isFetching} onClick={() => void refetch()}>
            <ReloadIcon aria-hidden />
            Refresh
          </Button>
        }
      />
      <div className="flex flex-col gap-4">
        <AuditFilters filter={filter} onChange={change} />
        {error && <Refusal error={error} />}
        {!error && data === undefined && <Skeleton label="Reading the audit" lines={8} />}
        {!error && data?.records.length === 0 && (
          <Empty
            title={countFilters(filter) > 0 ? 'No matching records' : 'No records yet'}
            actions={
              countFilters(filter) > 0 && (
                <Button onClick={() => change(NO_FILTER)}>Clear filters</Button>
              )
            }
          >
            {countFilters(filter) > 0 && 'A filter needs the whole value, as the records show it.'}
          </Empty>
        )}
        {!error && data !== undefined && data.records.length > 0 && (
          <AuditTable records={data.records} onOpen={setOpened} />
        )}
        {!error && (turned.length > 0 || data?.next != null) && (
          <nav aria-label="Pages of the audit" className="flex items-center gap-2">
            <Button disabled={turned.length === 0} onClick={() => setTurned(turned.slice(0, -1))}>
              Newer
            </Button>
            <Button
              disabled={data?.next == null}
              onClick={() => data?.next != null && setTurned([...turned, data.next])}
            >
              Older
            </Button>
            <span role="status" className="text-xs text-muted">
              Page {turned.length + 1}
            </span>
          </nav>
        )}
      </div>
      <RecordDialog
        record={opened}
        onClose={() => setOpened(undefined)}
        onFilter={(next) => {
          setOpened(undefined)
          change(next)
        }}
      />
    </Page>
  )
}
