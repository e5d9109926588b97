import type { PageInfo, PageQuery } from '@signet/core'
import { checkCount } from '../database/value.js'

/** Which rows a page has: `take` of them, after `skip`. */
export interface Span {
  readonly skip: number
  readonly take: number
}

/** A page query that has been checked, with its defaults. */
export function checkPage(query: PageQuery): Required<PageQuery> {
  const page = checkCount(query.page ?? 0, 'page')
  return { page, perPage: checkCount(query.perPage, 'perPage', 1) }
}

/** The rows of a page; `take` is 0 for a page beyond the last. */
export function pageSpan({ page, perPage }: Required<PageQuery>, total: number): Span {
  const skip = Math.min(page * perPage, total)
  return { skip, take: Math.min(perPage, total - skip) }
}

/** What is said about a page beside its rows. */
export function pageInfo(query: Required<PageQuery>, total: number): PageInfo {
  const { skip, take } = pageSpan(query, total)
  return { total, page: query.page, perPage: query.perPage, hasMore: skip + take < total }
}
