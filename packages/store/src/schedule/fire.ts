import { randomUUID } from 'node:crypto'
import {
  endFire,
  INTERRUPTED,
  leftOut,
  MAX_TRIGGERS,
  moveOn,
  PAUSED,
  type ClaimedFire,
  type DueClaim,
  type DueFires,
  type FireLease,
  type Motion,
  type MotionStep,
  type TriggerEnd,
} from '@signet/core'
import type { RawBuilder, SelectQueryBuilder, Transaction } from 'kysely'
import { checkCount, checkId, checkOwner } from '../database/value.js'
import type { Schema } from '../schema.js'
import {
  checkValue,
  encodeFailure,
  toMotion,
  toMotionColumns,
  toSchedule,
  toTrigger,
  type ScheduleRow,
} from './schedule-row.js'

function triggerOf(tx: Transaction<Schema>, { owner, id }: ScheduleRow, triggerId: string) {
  return tx
    .updateTable('signet_schedule_trigger')
    .where('owner', '=', owner)
    .where('schedule_id', '=', id)
    .where('id', '=', triggerId)
}

async function addTrigger(
  tx: Transaction<Schema>,
  { owner, id, fires }: ScheduleRow,
  added: NonNullable<MotionStep['added']>,
  now: number,
): Promise<void> {
  const position = fires + 1
  await tx
    .insertInto('signet_schedule_trigger')
    .values({
      owner,
      schedule_id: id,
      position,
      id: added.id,
      kind: checkValue('trigger', added.kind),
      outcome: checkValue('outcome', added.outcome),
      is_suspended: 0,
      failure: encodeFailure(added.failure),
      scheduled_at: added.scheduledAt,
      fired_at: now,
      started_at: null,
      ended_at: added.outcome === 'skipped' ? now : null,
    })
    .execute()
  await tx
    .deleteFrom('signet_schedule_trigger')
    .where('owner', '=', owner)
    .where('schedule_id', '=', id)
    .where('position', '<=', position - MAX_TRIGGERS)
    .where('ended_at', 'is not', null)
    .execute()
}

/** Ends the fire that waited and is left out by the motion that a schedule gets. */
export async function endLeftOut(
  tx: Transaction<Schema>,
  row: ScheduleRow,
  motion: Motion,
  now: number,
): Promise<void> {
  const id = leftOut(toMotion(row), motion)
  if (id === undefined) return
  await triggerOf(tx, row, id)
    .set({ outcome: 'skipped', failure: encodeFailure(PAUSED), ended_at: now })
    .execute()
}

/**
 * Does what a step says to a schedule, whose row this transaction has locked.
 * @returns the fire that begins
 */
export async function takeStep(
  tx: Transaction<Schema>,
  row: ScheduleRow,
  { interrupted, added, begun, motion }: MotionStep,
  now: number,
): Promise<ClaimedFire | undefined> {
  const { owner, id } = row
  if (interrupted !== undefined) {
    await triggerOf(tx, row, interrupted)
      .set({ outcome: 'failed', failure: encodeFailure(INTERRUPTED), ended_at: now })
      .execute()
  }
  await endLeftOut(tx, row, motion, now)
  if (added !== undefined) await addTrigger(tx, row, added, now)
  const changed = await tx
    .updateTable('signet_schedule')
    .set({
      ...toMotionColumns(motion),
      fires: row.fires + (added === undefined ? 0 : 1),
      ...(begun !== undefined && { last_at: now, last_run_id: begun }),
    })
    .where('owner', '=', owner)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (begun === undefined) return undefined
  const trigger = await triggerOf(tx, row, begun)
    .set({ outcome: 'running', started_at: now })
    .returningAll()
    .executeTakeFirstOrThrow()
  const lease = { owner, scheduleId: id, triggerId: begun }
  return { schedule: toSchedule(changed), trigger: toTrigger(trigger), lease }
}

/** The schedules that are due, but those of owners who have as many fires as they may. */
export function selectDue(
  tx: Transaction<Schema>,
  now: number | RawBuilder<number>,
  { going, maxOfOwner }: Pick<DueClaim, 'going' | 'maxOfOwner'>,
): SelectQueryBuilder<Schema, 'signet_schedule', object> {
  const full = [...going].flatMap(([owner, count]) => (count >= maxOfOwner ? [owner] : []))
  return tx
    .selectFrom('signet_schedule')
    .where('due_at', '<=', now)
    .$if(full.length > 0, (query) => query.where('owner', 'not in', full.map(checkOwner)))
}

/** Lets schedules fire whose time has come. */
export async function claimDue(
  tx: Transaction<Schema>,
  claim: DueClaim,
  now: number,
  isSingleWriter: boolean,
): Promise<DueFires> {
  const { next } = claim
  const ttlMs = checkCount(claim.ttlMs, 'ttlMs', 1)
  const maxOfOwner = checkCount(claim.maxOfOwner, 'maxOfOwner', 1)
  const due = selectDue(tx, now, claim)
    .selectAll()
    .orderBy('due_at')
    .limit(checkCount(claim.limit, 'limit', 1))
  // What another instance lets fire is left to it.
  const rows = await (isSingleWriter ? due : due.forUpdate().skipLocked()).execute()
  const fires: ClaimedFire[] = []
  const going = new Map(claim.going)
  for (const row of rows) {
    const count = going.get(row.owner) ?? 0
    if (count >= maxOfOwner) continue
    const rules = { id: randomUUID(), next, now, ttlMs }
    const step = moveOn(toMotion(row), toSchedule(row), rules)
    const fire = await takeStep(tx, row, step, now)
    if (fire === undefined) continue
    fires.push(fire)
    going.set(row.owner, count + 1)
  }
  return { fires, seen: rows.length }
}

/** The schedule of a fire that goes on, locked; undefined where its lease is lost. */
async function lockHeld(
  tx: Transaction<Schema>,
  lease: FireLease,
  isSingleWriter: boolean,
): Promise<ScheduleRow | undefined> {
  const held = tx
    .selectFrom('signet_schedule')
    .selectAll()
    .where('owner', '=', checkOwner(lease.owner))
    .where('id', '=', checkId(lease.scheduleId))
    .where('running_id', '=', checkId(lease.triggerId))
  return await (isSingleWriter ? held : held.forUpdate()).executeTakeFirst()
}

/** Makes the lease of a fire hold for longer. @returns false where it is lost */
export async function beat(
  tx: Transaction<Schema>,
  lease: FireLease,
  until: number,
  isSingleWriter: boolean,
): Promise<boolean> {
  const row = await lockHeld(tx, lease, isSingleWriter)
  if (row === undefined) return false
  const motion = { ...toMotion(row), running: { id: lease.triggerId, until } }
  await tx
    .updateTable('signet_schedule')
    .set(toMotionColumns(motion))
    .where('owner', '=', row.owner)
    .where('id', '=', row.id)
    .execute()
  return true
}

/** Ends a fire. @returns false where its lease is lost */
export async function finish(
  tx: Transaction<Schema>,
  lease: FireLease,
  end: TriggerEnd,
  now: number,
  isSingleWriter: boolean,
): Promise<boolean> {
  const row = await lockHeld(tx, lease, isSingleWriter)
  if (row === undefined) return false
  const { outcome, isSuspended = false, failure } = end
  await triggerOf(tx, row, lease.triggerId)
    .set({
      outcome: checkValue('outcome', outcome),
      is_suspended: isSuspended ? 1 : 0,
      failure: encodeFailure(failure),
      ended_at: now,
    })
    .execute()
  const motion = endFire(toMotion(row), end)
  await endLeftOut(tx, row, motion, now)
  await tx
    .updateTable('signet_schedule')
    .set(toMotionColumns(motion))
    .where('owner', '=', row.owner)
    .where('id', '=', row.id)
    .execute()
  return true
}
