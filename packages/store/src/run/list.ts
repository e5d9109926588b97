import type {
  ApprovalPage,
  ApprovalQuery,
  RunCount,
  RunKind,
  RunPage,
  RunQuery,
} from '@signet/core'
import { sql, type Transaction } from 'kysely'
import { checkCount, checkId } from '../database/value.js'
import { checkPage, pageSpan } from '../memory/page.js'
import type { Schema } from '../schema.js'
import type { RunClock } from './run-clock.js'
import {
  checkKind,
  checkOpen,
  checkStatus,
  encodeResource,
  LISTED,
  OPEN,
  toApproval,
  toListedRun,
} from './run-row.js'

/** See `RunStorage`. */
export async function list(
  tx: Transaction<Schema>,
  owner: string,
  query: RunQuery,
  clock: RunClock,
): Promise<RunPage> {
  const wanted = checkPage(query)
  let runs = tx
    .selectFrom('signet_run')
    .where('owner', '=', owner)
    .where('kind', '=', checkKind(query.kind))
  if (query.status !== undefined) runs = runs.where('status', '=', checkStatus(query.status))
  if (query.status === 'suspended') {
    const never = sql.lit(Number.MAX_SAFE_INTEGER)
    runs = runs.where(sql<number>`coalesce(expires_at, ${never})`, '>', clock.now())
  }
  if (query.target !== undefined) runs = runs.where('target', '=', checkId(query.target))
  if (query.threadId !== undefined) runs = runs.where('thread_id', '=', checkId(query.threadId))
  if (query.resourceId !== undefined) {
    runs = runs.where('resource_id', '=', encodeResource(query.resourceId))
  }
  if (query.createdFrom !== undefined) {
    runs = runs.where('created_at', '>=', checkCount(query.createdFrom, 'createdFrom'))
  }
  if (query.createdTo !== undefined) {
    runs = runs.where('created_at', '<=', checkCount(query.createdTo, 'createdTo'))
  }
  const { total } = await runs
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const { skip, take } = pageSpan(wanted, total)
  if (take === 0) return { runs: [], total }
  const rows = await runs
    .select(LISTED)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(take)
    .offset(skip)
    .execute()
  return { runs: rows.map(toListedRun), total }
}

/** See `RunStorage`. */
export async function count(
  tx: Transaction<Schema>,
  owner: string,
  kind: RunKind,
): Promise<readonly RunCount[]> {
  const rows = await tx
    .selectFrom('signet_run')
    .select(({ fn }) => ['target', 'status', fn.countAll<number>().as('count')])
    .where('owner', '=', owner)
    .where('kind', '=', checkKind(kind))
    .where('status', 'in', OPEN)
    .groupBy(['target', 'status'])
    .execute()
  return rows.map((row) => ({ ...row, status: checkOpen(row.status) }))
}

/** See `RunStorage`. */
export async function listApprovals(
  tx: Transaction<Schema>,
  query: ApprovalQuery,
  clock: RunClock,
): Promise<ApprovalPage> {
  const wanted = checkPage(query)
  const { toolIds } = query
  if (toolIds?.length === 0) return { approvals: [], total: 0 }
  let waiting = tx
    .selectFrom('signet_run_approval')
    // Written out, so that the index of what waits is used.
    .where('state', '=', sql.lit('waiting'))
    .where('by_other', '=', sql.lit(1))
    .where('expires_at', '>', clock.now())
  if (toolIds !== undefined) waiting = waiting.where('tool_id', 'in', toolIds.map(checkId))
  const { total } = await waiting
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const { skip, take } = pageSpan(wanted, total)
  if (take === 0) return { approvals: [], total }
  const rows = await waiting
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(take)
    .offset(skip)
    .execute()
  return { approvals: rows.map(toApproval), total }
}
