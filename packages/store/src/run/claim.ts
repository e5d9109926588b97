import type { ClaimedRun, ClaimRefusal, RunClaim, RunDecision, RunKind } from '@signet/core'
import { sql, type Selectable, type Transaction } from 'kysely'
import type { Driver } from '../database/driver/driver.js'
import type { RunTable, Schema } from '../schema.js'
import { checkCount, checkDigest, checkId } from '../database/value.js'
import { writeSteps } from './leg.js'
import type { RunClock } from './run-clock.js'
import {
  checkBeginning,
  checkKind,
  checkTerm,
  encodeMembers,
  encodePerson,
  hasEnded,
  toRun,
} from './run-row.js'

/** Ends the transaction of a claim that is refused, so that nothing of it is written. */
export class RefusedClaim extends Error {
  readonly refusal: ClaimRefusal

  constructor(refusal: ClaimRefusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** What begins a leg. */
function legOf(clock: RunClock, holder: string, ttlMs: number) {
  return {
    status: 'running',
    attempt: sql<number>`attempt + 1`,
    holder: checkId(holder),
    lease_until: clock.after(checkTerm(ttlMs)),
    due_at: null,
    expires_at: null,
  }
}

function toClaimed(row: Selectable<RunTable>, holder: string): ClaimedRun {
  const { owner, id: runId, attempt } = row
  const isCancelAsked = row.is_cancel_asked === 1
  return { run: toRun(row), lease: { owner, runId, holder, attempt }, isCancelAsked }
}

/** Why a run was not taken up. */
async function refusalOf(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  from: NonNullable<RunClaim['from']>,
  attempt?: number,
): Promise<ClaimRefusal> {
  const row = await tx
    .selectFrom('signet_run')
    .select(['status', 'attempt'])
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .executeTakeFirst()
  if (row === undefined) return 'missing'
  if (hasEnded(row.status)) return 'ended'
  const isStale = attempt !== undefined && attempt !== row.attempt
  return row.status === from && !isStale ? 'expired' : 'running'
}

/** Why a decision was not written. */
async function decisionRefusalOf(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  { toolCallId, digest }: RunDecision,
): Promise<ClaimRefusal> {
  const row = await tx
    .selectFrom('signet_run_approval')
    .select(['state', 'digest'])
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .where('call_id', '=', toolCallId)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return 'missing'
  if (row.state !== 'waiting') return 'decided'
  return row.digest === digest ? 'expired' : 'changed'
}

/** Writes a decision down. @throws {RefusedClaim} */
async function decide(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  decision: RunDecision,
  clock: RunClock,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('signet_run_approval')
    .set({
      state: decision.state === 'approved' ? 'approved' : 'declined',
      decider: encodePerson(decision.decider),
      decided_at: clock.now(),
    })
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .where('call_id', '=', checkId(decision.toolCallId))
    .where('state', '=', 'waiting')
    .where('digest', '=', checkDigest(decision.digest))
    .where('expires_at', '>', clock.now())
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return
  throw new RefusedClaim(await decisionRefusalOf(tx, owner, runId, decision))
}

/**
 * Begins the next leg of a run that waits for somebody.
 * @throws {RefusedClaim}
 */
export async function claim(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  { holder, ttlMs, attempt, decision, caller, change, from = 'suspended' }: RunClaim,
  clock: RunClock,
): Promise<ClaimedRun> {
  const row = await tx
    .updateTable('signet_run')
    .set(legOf(clock, holder, ttlMs))
    .$if(caller !== undefined, (update) => update.set({ caller: encodeMembers(caller) }))
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .where('status', '=', checkBeginning(from))
    .where(sql<number>`coalesce(expires_at, ${sql.lit(Number.MAX_SAFE_INTEGER)})`, '>', clock.now())
    .$if(attempt !== undefined, (update) =>
      update.where('attempt', '=', checkCount(attempt ?? 0, 'attempt')),
    )
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw new RefusedClaim(await refusalOf(tx, owner, runId, from, attempt))
  if (decision !== undefined) await decide(tx, owner, runId, decision, clock)
  if (change !== undefined) await writeSteps(tx, owner, runId, change)
  return toClaimed(row, holder)
}

/**
 * Writes a decision on a run down that waits, and begins no leg.
 * @throws {RefusedClaim}
 */
export async function decideAlone(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  decision: RunDecision,
  clock: RunClock,
): Promise<void> {
  // No leg begins meanwhile: the row is locked.
  const row = await tx
    .updateTable('signet_run')
    .set({ status: 'suspended' })
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .where('status', '=', 'suspended')
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) throw new RefusedClaim(await refusalOf(tx, owner, runId, 'suspended'))
  await decide(tx, owner, runId, decision, clock)
}

/** Begins the next leg of runs that are due, or whose lease has lapsed. */
export async function claimDue(
  tx: Transaction<Schema>,
  given: {
    readonly kind: RunKind
    readonly targets?: readonly string[] | undefined
    readonly holder: string
    readonly ttlMs: number
    readonly limit: number
  },
  clock: RunClock,
  driver: Driver,
): Promise<readonly ClaimedRun[]> {
  const kind = checkKind(given.kind)
  const limit = checkCount(given.limit, 'limit', 1)
  const targets = given.targets?.map(checkId)
  const claimed: ClaimedRun[] = []
  if (targets?.length === 0) return claimed
  for (const column of ['lease_until', 'due_at'] as const) {
    const found = tx
      .selectFrom('signet_run')
      .select(['owner', 'id'])
      .where(column, '<=', clock.now())
      .where('kind', '=', kind)
      .$if(targets !== undefined, (query) => query.where('target', 'in', targets ?? []))
      .orderBy(column)
      .limit(limit - claimed.length)
    // What another instance is taking up is left to it.
    const rows = await (driver.isSingleWriter ? found : found.forUpdate().skipLocked()).execute()
    for (const { owner, id } of rows) {
      const row = await tx
        .updateTable('signet_run')
        .set(legOf(clock, given.holder, given.ttlMs))
        .where('owner', '=', owner)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      claimed.push(toClaimed(row, given.holder))
    }
    if (claimed.length >= limit) break
  }
  return claimed
}
