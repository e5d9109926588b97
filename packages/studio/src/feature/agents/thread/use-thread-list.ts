import type { Thread } from '@signet/client-js'
import { useMastraClient } from '@signet/client-js/react'
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import type { Rows } from '../../../ui/visible-rows.js'

/** How many threads one request reads. */
const PER_PAGE = 50
/** How long a page stays in the cache after it is out of sight, in milliseconds. */
const REMEMBERED_MS = 30_000

/** The caller's threads with an agent, as far as they are loaded. */
export interface ThreadListing {
  /** How many threads there are; undefined until the server has said so. */
  readonly total: number | undefined
  /** Undefined while the thread is loading. */
  threadAt(index: number): Thread | undefined
  /** The first error of the pages; null if there is none. */
  readonly error: Error | null
  readAgain(): void
}

/** The pages that rows need, without the first one, which is always read for its count. */
function pagesOf({ first, last }: Rows, total: number): number[] {
  const to = Math.min(Math.floor(last / PER_PAGE), Math.ceil(total / PER_PAGE) - 1)
  const pages: number[] = []
  for (let page = Math.max(1, Math.floor(first / PER_PAGE)); page <= to; page++) pages.push(page)
  return pages
}

/**
 * The caller's threads of an agent or of none, the most recently used first. Only the visible pages are read, and they
 * stay in the cache for a short time.
 *
 * @param title - text that the titles contain; empty for all threads
 */
export function useThreadList(agentId: string, title: string, rows: Rows): ThreadListing {
  const client = useMastraClient()
  const pageQuery = (page: number) =>
    queryOptions({
      queryKey: ['threads', agentId, 'list', title, page],
      queryFn: ({ signal }) => {
        const orderBy = { field: 'updatedAt', direction: 'DESC' } as const
        const params = { agentId, page, perPage: PER_PAGE, orderBy }
        const sought = title === '' ? params : { ...params, title }
        return client.listMemoryThreads(sought, { signal })
      },
      gcTime: REMEMBERED_MS,
    })
  const first = useQuery({ ...pageQuery(0), placeholderData: (previous) => previous })
  const total = first.data?.total
  const pages = pagesOf(rows, total ?? 0)
  const others = useQueries({ queries: pages.map(pageQuery) })
  const failed = [first, ...others].filter(({ error }) => error !== null)
  return {
    total,
    threadAt(index) {
      const page = Math.floor(index / PER_PAGE)
      const read = page === 0 ? first : others[pages.indexOf(page)]
      return read?.data?.threads[index % PER_PAGE]
    },
    error: failed[0]?.error ?? null,
    readAgain: () => failed.forEach(({ refetch }) => void refetch()),
  }
}
