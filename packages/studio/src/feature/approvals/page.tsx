import { ReloadIcon } from '@radix-ui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { ApprovalCard } from './approval-card.js'
import { PER_PAGE, useApprovals } from './use-approvals.js'

/** The inbox of an approver: the calls of others that wait for the reader. */
export function ApprovalsPage() {
  const [page, setPage] = useState(0)
  const { data, error, refetch, isFetching } = useApprovals(page)
  const [decided, setDecided] = useState<string>()
  const notice = useRef<HTMLDivElement>(null)
  // The card with the pressed button is gone.
  useEffect(() => {
    if (decided !== undefined) notice.current?.focus()
  }, [decided])

  const pages = data === undefined ? 0 : Math.ceil(data.total / PER_PAGE)
  const refresh = () => {
    setDecided(undefined)
    void refetch()
  }
  return (
    <Page isNarrow>
      <PageHeader
        title="Approvals"
        description="Tool calls of other people that wait for you. You see the call and who asks, never the conversation."
        actions={
          <Button onClick={refresh} disabled={isFetching}>
            <ReloadIcon aria-hidden />
            Refresh
          </Button>
        }
      />
      <div ref={notice} tabIndex={-1} className="rounded-md">
        {decided !== undefined && (
          <Notice tone="success" className="mb-4">
            {decided}
          </Notice>
        )}
      </div>
      {error && (
        <Refusal
          error={error}
          className="mb-4"
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        />
      )}
      {!error && data === undefined && <Skeleton label="Reading the calls that wait" lines={5} />}
      {data !== undefined && (
        <section aria-label="Calls that wait for you" className="flex flex-col gap-4">
          {data.approvals.map((approval) => (
            <ApprovalCard
              key={approval.id}
              approval={approval}
              onDecided={({ toolId, askedBy }, { isApproved }) => {
                setDecided(
                  isApproved
                    ? `You approved the call of ${toolId}. It runs when ${askedBy.subject} continues the answer.`
                    : `You declined the call of ${toolId}.`,
                )
                void refetch()
              }}
            />
          ))}
          {data.approvals.length === 0 && (
            <Empty title={page === 0 ? 'Nothing waits for you' : 'Nothing waits on this page'}>
              Calls appear here when somebody asks an agent for a tool that another person must
              approve, and your token allows you to approve that tool.
            </Empty>
          )}
        </section>
      )}
      {(pages > 1 || page > 0) && (
        <nav aria-label="Pages of calls" className="mt-4 flex items-center gap-2">
          <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
            Newer
          </Button>
          <Button disabled={page + 1 >= pages} onClick={() => setPage(page + 1)}>
            Older
          </Button>
          <span role="status" className="text-xs text-muted">
            Page {page + 1} of {Math.max(pages, page + 1)}
          </span>
        </nav>
      )}
    </Page>
  )
}
