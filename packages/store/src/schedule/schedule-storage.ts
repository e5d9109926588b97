import { randomUUID } from 'node:crypto'
import {
  changeMotion,
  fireByHand,
  restart,
  ScheduleError,
  type Motion,
  type NewSchedule,
  type NextFire,
  type ScheduleChange,
  type ScheduleQuery,
  type ScheduleRecord,
  type ScheduleStorage,
  type ScheduleTrigger,
  type TriggerQuery,
} from '@signet/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database/database.js'
import type { Driver } from '../database/driver/driver.js'
import { checkCount, checkId, checkOwner, encodeShortText } from '../database/value.js'
import { createRunClock, type RunClock } from '../run/run-clock.js'
import type { Schema } from '../schema.js'
import { beat, claimDue, endLeftOut, finish, selectDue, takeStep } from './fire.js'
import {
  checkValue,
  toCaller,
  toColumns,
  toMotion,
  toMotionColumns,
  toSchedule,
  toSettings,
  toTrigger,
  type ScheduleRow,
} from './schedule-row.js'

const MAX_NAME_CHARACTERS = 65_536

const NOT_BEGUN: Motion = {
  status: 'paused',
  pausedBy: undefined,
  nextAt: undefined,
  running: undefined,
  pendingId: undefined,
}

/** What time it is, by the clock of the storage. */
async function readClock(tx: Transaction<Schema>, clock: RunClock): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${clock.now()} as now`.execute(tx)
  return Number(rows[0]?.now)
}

function existing(): ScheduleError {
  return new ScheduleError('schedule_exists', 'There is a schedule of this id already.')
}

async function find(
  tx: Transaction<Schema>,
  owner: string,
  id: string,
): Promise<ScheduleRow | undefined> {
  return await tx
    .selectFrom('signet_schedule')
    .selectAll()
    .where('owner', '=', owner)
    .where('id', '=', id)
    .executeTakeFirst()
}

async function create(
  tx: Transaction<Schema>,
  owner: string,
  given: NewSchedule,
  rules: { readonly limit: number; readonly next: NextFire },
  { driver, clock }: { readonly driver: Driver; readonly clock: RunClock },
): Promise<ScheduleRecord> {
  // Those who make some at once would all count the same.
  await driver.enterSchedules(tx, owner)
  const now = await readClock(tx, clock)
  const columns = toColumns(owner, given)
  const { count } = await tx
    .selectFrom('signet_schedule')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow()
  if (count >= rules.limit) {
    if ((await find(tx, owner, given.id)) !== undefined) throw existing()
    throw new ScheduleError('schedule_limit', `There may be ${rules.limit} schedules. Delete one.`)
  }
  const expiresAt = now + checkCount(given.ttlMs, 'ttlMs', 1)
  const motion = restart(NOT_BEGUN, { ...given, expiresAt }, { next: rules.next, now })
  const row = await tx
    .insertInto('signet_schedule')
    .values({
      ...columns,
      ...toMotionColumns(motion),
      fires: 0,
      last_at: null,
      last_run_id: null,
      created_at: now,
      updated_at: now,
      expires_at: expiresAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (row !== undefined) return toSchedule(row)
  throw existing()
}

async function list(
  tx: Transaction<Schema>,
  owner: string,
  { kind, target, status, threadId, name }: ScheduleQuery,
): Promise<readonly ScheduleRecord[]> {
  let found = tx.selectFrom('signet_schedule').selectAll().where('owner', '=', owner)
  if (kind !== undefined) found = found.where('kind', '=', checkValue('kind', kind))
  if (target !== undefined) found = found.where('target', '=', checkId(target))
  if (status !== undefined) found = found.where('status', '=', checkValue('status', status))
  if (threadId !== undefined) found = found.where('thread_id', '=', checkId(threadId))
  if (name !== undefined) {
    found = found.where('name', '=', encodeShortText(name, 'The name', MAX_NAME_CHARACTERS))
  }
  const rows = await found.orderBy('created_at', 'desc').orderBy('id', 'desc').execute()
  return rows.map(toSchedule)
}

/** A schedule of an owner, locked against those that let it fire. */
async function lock(
  tx: Transaction<Schema>,
  owner: string,
  id: string,
  isSingleWriter: boolean,
): Promise<ScheduleRow | undefined> {
  const found = tx
    .selectFrom('signet_schedule')
    .selectAll()
    .where('owner', '=', owner)
    .where('id', '=', id)
  return await (isSingleWriter ? found : found.forUpdate()).executeTakeFirst()
}

async function change(
  tx: Transaction<Schema>,
  row: ScheduleRow,
  { settings, status, renewal }: ScheduleChange,
  next: NextFire,
  now: number,
): Promise<ScheduleRecord> {
  const columns = {
    ...(settings && toSettings(settings)),
    ...(renewal && {
      ...toCaller(renewal.caller),
      expires_at: now + checkCount(renewal.ttlMs, 'ttlMs', 1),
    }),
  }
  const by = { before: toSchedule(row), after: toSchedule({ ...row, ...columns }) }
  const motion = changeMotion(toMotion(row), by, { status, next, now })
  await endLeftOut(tx, row, motion, now)
  const written = await tx
    .updateTable('signet_schedule')
    .set({ ...columns, ...toMotionColumns(motion), updated_at: now })
    .where('owner', '=', row.owner)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSchedule(written)
}

async function listTriggers(
  tx: Transaction<Schema>,
  owner: string,
  id: string,
  { from, to, limit }: TriggerQuery,
): Promise<readonly ScheduleTrigger[] | undefined> {
  const schedule = await tx
    .selectFrom('signet_schedule')
    .select('id')
    .where('owner', '=', owner)
    .where('id', '=', id)
    .executeTakeFirst()
  if (schedule === undefined) return undefined
  let found = tx
    .selectFrom('signet_schedule_trigger')
    .selectAll()
    .where('owner', '=', owner)
    .where('schedule_id', '=', id)
  if (from !== undefined) found = found.where('fired_at', '>=', from)
  if (to !== undefined) found = found.where('fired_at', '<=', to)
  const rows = await found
    .orderBy('position', 'desc')
    .limit(checkCount(limit, 'limit', 1))
    .execute()
  return rows.map(toTrigger)
}

/**
 * Schedules in a database.
 * @param given - for tests: milliseconds since 1970, in place of what the database says
 */
export function createScheduleStorage(
  { driver, read, write }: Database,
  given?: () => number,
): ScheduleStorage {
  const clock = createRunClock(driver, given)
  const { isSingleWriter } = driver

  return {
    create: async (givenOwner, schedule, rules) => {
      const owner = checkOwner(givenOwner)
      return await write((tx) => create(tx, owner, schedule, rules, { driver, clock }))
    },
    get: async (givenOwner, givenId) => {
      const [owner, id] = [checkOwner(givenOwner), checkId(givenId)]
      const row = await read((tx) => find(tx, owner, id))
      return row && toSchedule(row)
    },
    list: async (givenOwner, query) => {
      const owner = checkOwner(givenOwner)
      return await read((tx) => list(tx, owner, query))
    },
    update: async (givenOwner, givenId, wanted, next) => {
      const [owner, id] = [checkOwner(givenOwner), checkId(givenId)]
      return await write(async (tx) => {
        const row = await lock(tx, owner, id, isSingleWriter)
        return row && change(tx, row, wanted, next, await readClock(tx, clock))
      })
    },
    delete: async (givenOwner, givenId) => {
      const [owner, id] = [checkOwner(givenOwner), checkId(givenId)]
      const { numDeletedRows } = await write((tx) =>
        tx
          .deleteFrom('signet_schedule')
          .where('owner', '=', owner)
          .where('id', '=', id)
          .executeTakeFirst(),
      )
      return numDeletedRows > 0n
    },
    trigger: async (givenOwner, givenId) => {
      const [owner, id] = [checkOwner(givenOwner), checkId(givenId)]
      return await write(async (tx) => {
        const row = await lock(tx, owner, id, isSingleWriter)
        if (row === undefined) return undefined
        const now = await readClock(tx, clock)
        const step = fireByHand(toMotion(row), toSchedule(row), randomUUID(), now)
        await takeStep(tx, row, step, now)
        return (await listTriggers(tx, owner, id, { limit: 1 }))?.[0]
      })
    },
    triggers: async (givenOwner, givenId, query) => {
      const [owner, id] = [checkOwner(givenOwner), checkId(givenId)]
      return await read((tx) => listTriggers(tx, owner, id, query))
    },
    claimDue: async (claim) => {
      // Mostly nothing is due: then nothing is written.
      const isDue = await read((tx) =>
        selectDue(tx, clock.now(), claim).select('id').limit(1).executeTakeFirst(),
      )
      if (isDue === undefined) return { fires: [], seen: 0 }
      return await write(async (tx) =>
        claimDue(tx, claim, await readClock(tx, clock), isSingleWriter),
      )
    },
    beat: async (lease, ttlMs) =>
      await write(async (tx) => {
        const now = await readClock(tx, clock)
        return await beat(tx, lease, now + checkCount(ttlMs, 'ttlMs', 1), isSingleWriter)
      }),
    finish: async (lease, end) =>
      await write(async (tx) => finish(tx, lease, end, await readClock(tx, clock), isSingleWriter)),
  }
}
