import type { LeaseState, RunChange, RunLease } from '@signet/core'
import { sql, type Transaction, type UpdateObject } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { NewRunApproval } from '@signet/core'
import type { Schema } from '../schema.js'
import { checkCount, checkId, checkOwner } from '../database/value.js'
import type { RunClock } from './run-clock.js'
import { checkStep, checkTerm, encodeValue, toApprovalColumns } from './run-row.js'

/** How many approvals one leg may ask for. */
const MAX_APPROVALS = 1000

/** A lease that has been checked. */
export function checkLease({ owner, runId, holder, attempt }: RunLease): RunLease {
  return {
    owner: checkOwner(owner),
    runId: checkId(runId),
    holder: checkId(holder),
    attempt: checkCount(attempt, 'attempt', 1),
  }
}

/** Changes a run whose leg this is. @returns the id of its agent or workflow; undefined where the lease is lost */
export async function writeUnder(
  tx: Transaction<Schema>,
  { owner, runId, holder, attempt }: RunLease,
  change: UpdateObject<Schema, 'signet_run'>,
): Promise<{ readonly target: string; readonly isCancelAsked: boolean } | undefined> {
  const row = await tx
    .updateTable('signet_run')
    .set(change)
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .where('status', '=', 'running')
    .where('holder', '=', holder)
    .where('attempt', '=', attempt)
    .returning(['target', 'is_cancel_asked'])
    .executeTakeFirst()
  return row && { target: row.target, isCancelAsked: row.is_cancel_asked === 1 }
}

/** See `RunStorage`. */
export async function beat(
  tx: Transaction<Schema>,
  lease: RunLease,
  ttlMs: number,
  clock: RunClock,
): Promise<LeaseState> {
  const held = await writeUnder(tx, lease, { lease_until: clock.after(checkTerm(ttlMs)) })
  if (held === undefined) return 'lost'
  return held.isCancelAsked ? 'canceled' : 'held'
}

/** Writes down what becomes of the steps of a run, whose row this transaction has locked. */
export async function writeSteps(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  { steps, drops }: RunChange,
): Promise<void> {
  if (drops !== undefined) {
    const prefix = checkStep(drops)
    await tx
      .deleteFrom('signet_run_step')
      .where('owner', '=', owner)
      .where('run_id', '=', runId)
      .where(sql<string>`substr(step, 1, ${sql.lit(prefix.length)})`, '=', prefix)
      .execute()
  }
  for (const [step, result] of steps) {
    await tx
      .insertInto('signet_run_step')
      .values({ owner, run_id: runId, step: checkStep(step), result: encodeValue(result) })
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'run_id', 'step'])
          .doUpdateSet(({ ref }) => ({ result: ref('excluded.result') })),
      )
      .execute()
  }
}

/** See `RunStorage`. The row of the run is locked until all is stored: no other leg begins meanwhile. */
export async function record(
  tx: Transaction<Schema>,
  lease: RunLease,
  change: RunChange,
): Promise<boolean> {
  const { owner, runId } = lease
  const held = await writeUnder(tx, lease, { revision: sql<number>`revision + 1` })
  if (held === undefined) return false
  await writeSteps(tx, owner, runId, change)
  return true
}

/** Stores what is to be approved. @param attempt - of the leg that asks */
export async function insertApprovals(
  tx: Transaction<Schema>,
  run: { readonly owner: string; readonly runId: string; readonly target: string },
  attempt: number,
  approvals: readonly NewRunApproval[],
  clock: RunClock,
): Promise<void> {
  checkCount(MAX_APPROVALS - approvals.length, 'The rest of the approvals')
  const { owner, runId, target } = run
  for (const [index, approval] of approvals.entries()) {
    await tx
      .insertInto('signet_run_approval')
      .values({
        owner,
        run_id: runId,
        position: attempt * MAX_APPROVALS + index,
        id: randomUUID(),
        target,
        ...toApprovalColumns(approval),
        state: 'waiting',
        created_at: clock.now(),
        expires_at: clock.after(checkTerm(approval.ttlMs)),
        decider: null,
        decided_at: null,
      })
      .execute()
  }
}

/** Whatever waits for a decision waits no more. */
export async function endApprovals(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
): Promise<void> {
  await tx
    .updateTable('signet_run_approval')
    .set({ state: 'ended' })
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .where('state', '=', 'waiting')
    .execute()
}
