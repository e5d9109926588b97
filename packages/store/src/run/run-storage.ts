import {
  expiredFailure,
  type LeaseState,
  type NewRun,
  type RunBeginning,
  type RunLease,
  type RunStorage,
} from '@signet/core'
import { sql, type Transaction, type UpdateObject } from 'kysely'
import type { Database } from '../database/database.js'
import { checkCount, checkId, checkOwner } from '../database/value.js'
import { StorageError } from '../error.js'
import type { Schema } from '../schema.js'
import { claim, claimDue, decideAlone, RefusedClaim } from './claim.js'
import { appendEvents, deleteExpiredEvents, openEvents, readEvents } from './events.js'
import { beat, checkLease, endApprovals, insertApprovals, record, writeUnder } from './leg.js'
import { count, list, listApprovals } from './list.js'
import { requireRoom } from './room.js'
import { createRunClock, type RunClock } from './run-clock.js'
import {
  checkEnd,
  checkKind,
  checkStatus,
  checkTerm,
  encodeFailure,
  encodeMembers,
  encodeValue,
  hasEnded,
  toApproval,
  toColumns,
  toRun,
} from './run-row.js'

const NOT_HELD = { holder: null, lease_until: null }
/** What ends a run: what only a leg reads is deleted. */
const ENDED = { ...NOT_HELD, snapshot: null, due_at: null, expires_at: null }

async function create(
  tx: Transaction<Schema>,
  owner: string,
  given: NewRun,
  beginning: RunBeginning,
  clock: RunClock,
): Promise<RunLease | undefined> {
  const isRunning = beginning.status === 'running'
  const isSuspended = beginning.status === 'suspended'
  const ttlMs = beginning.status === 'running' ? undefined : beginning.ttlMs
  const columns = toColumns(owner, given)
  const inserted = await tx
    .insertInto('signet_run')
    .values({
      ...columns,
      status: checkStatus(beginning.status),
      attempt: isRunning ? 1 : 0,
      holder: isRunning ? checkId(beginning.holder) : null,
      lease_until: isRunning ? clock.after(checkTerm(beginning.ttlMs)) : null,
      is_cancel_asked: 0,
      created_at: clock.now(),
      suspended_at: isSuspended ? clock.now() : null,
      due_at:
        beginning.status === 'pending' && beginning.inMs !== undefined
          ? clock.after(checkTerm(beginning.inMs))
          : null,
      expires_at: ttlMs === undefined ? null : clock.after(checkTerm(ttlMs)),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) {
    throw new StorageError('run_exists', 'A run of this id is there already.')
  }
  await requireRoom(tx, owner, given.kind)
  const run = { owner, runId: columns.id, target: columns.target }
  if (isSuspended) await insertApprovals(tx, run, 0, beginning.approvals ?? [], clock)
  return isRunning ? { owner, runId: columns.id, holder: beginning.holder, attempt: 1 } : undefined
}

async function endCanceled(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  clock: RunClock,
): Promise<void> {
  await tx
    .updateTable('signet_run')
    .set({ ...ENDED, status: 'canceled', ended_at: clock.now() })
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .execute()
  await endApprovals(tx, owner, runId)
}

async function cancel(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  clock: RunClock,
): Promise<boolean> {
  const isHeld = sql<number>`case when lease_until > ${clock.now()} then 1 else 0 end`
  const row = await tx
    .updateTable('signet_run')
    .set({ is_cancel_asked: 1 })
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .returning(['status', isHeld.as('is_held')])
    .executeTakeFirst()
  if (row === undefined || hasEnded(row.status)) return false
  if (row.status === 'running' && row.is_held === 1) return true
  await endCanceled(tx, owner, runId, clock)
  return true
}

/**
 * Ends a leg whose run goes on later: as canceled where somebody asked for that.
 * @param change - what is written where the run goes on
 * @param more - what else is, given the id of its agent or workflow
 */
async function pause(
  tx: Transaction<Schema>,
  lease: RunLease,
  change: UpdateObject<Schema, 'signet_run'>,
  clock: RunClock,
  more?: (target: string) => Promise<void>,
): Promise<LeaseState> {
  const held = await writeUnder(tx, lease, { ...NOT_HELD, ...change })
  if (held === undefined) return 'lost'
  if (held.isCancelAsked) {
    await endCanceled(tx, lease.owner, lease.runId, clock)
    return 'canceled'
  }
  await more?.(held.target)
  return 'held'
}

/** Ends runs that nobody can start or resume any more. */
async function endExpired(
  tx: Transaction<Schema>,
  limit: number,
  clock: RunClock,
  isSingleWriter: boolean,
): Promise<number> {
  const expired = tx
    .selectFrom('signet_run')
    .select(['owner', 'id', 'kind', 'status'])
    .where('expires_at', '<=', clock.now())
    .orderBy('expires_at')
    .limit(limit)
  const rows = await (isSingleWriter ? expired : expired.forUpdate().skipLocked()).execute()
  for (const { owner, id, kind, status } of rows) {
    const run = { kind: checkKind(kind), status: checkStatus(status) }
    const failure = encodeFailure(expiredFailure(run))
    await tx
      .updateTable('signet_run')
      .set({ ...ENDED, status: 'failed', failure, ended_at: clock.now() })
      .where('owner', '=', owner)
      .where('id', '=', id)
      .execute()
    await endApprovals(tx, owner, id)
  }
  return rows.length
}

async function deleteEnded(
  tx: Transaction<Schema>,
  endedForMs: number,
  limit: number,
  clock: RunClock,
): Promise<number> {
  const rows = await tx
    .selectFrom('signet_run')
    .select(['owner', 'id'])
    .where('ended_at', '<', clock.after(-endedForMs))
    .orderBy('ended_at')
    .limit(limit)
    .execute()
  for (const { owner, id } of rows) {
    await tx.deleteFrom('signet_run').where('owner', '=', owner).where('id', '=', id).execute()
  }
  return rows.length
}

/**
 * Runs in a database.
 * @param now - for tests: milliseconds since 1970, in place of what the database says
 */
export function createRunStorage(database: Database, now?: () => number): RunStorage {
  const { driver, read, write } = database
  const clock = createRunClock(driver, now)

  /** Writes under a lease. @returns what became of it */
  async function change<State extends boolean | LeaseState>(
    given: RunLease,
    work: (tx: Transaction<Schema>, lease: RunLease) => Promise<State>,
  ): Promise<State> {
    const lease = checkLease(given)
    return await write((tx) => work(tx, lease))
  }

  return {
    create: async (given, run, beginning) => {
      const owner = checkOwner(given)
      return await write((tx) => create(tx, owner, run, beginning, clock))
    },
    get: async (givenOwner, givenId) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      const row = await read((tx) =>
        tx
          .selectFrom('signet_run')
          .selectAll()
          .where('owner', '=', owner)
          .where('id', '=', runId)
          .executeTakeFirst(),
      )
      return row && toRun(row)
    },
    revision: async (givenOwner, givenId) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      const row = await read((tx) =>
        tx
          .selectFrom('signet_run')
          .select(['status', 'attempt', 'revision'])
          .where('owner', '=', owner)
          .where('id', '=', runId)
          .executeTakeFirst(),
      )
      return row && `${row.status} ${row.attempt} ${row.revision}`
    },
    list: async (given, query) => {
      const owner = checkOwner(given)
      return await read((tx) => list(tx, owner, query, clock))
    },
    count: async (given, kind) => {
      const owner = checkOwner(given)
      return await read((tx) => count(tx, owner, kind))
    },
    approvalsOf: async (givenOwner, givenIds) => {
      const [owner, runIds] = [checkOwner(givenOwner), givenIds.map(checkId)]
      if (runIds.length === 0) return []
      const rows = await read((tx) =>
        tx
          .selectFrom('signet_run_approval')
          .selectAll()
          .where('owner', '=', owner)
          .where('run_id', 'in', runIds)
          .orderBy('run_id')
          .orderBy('position')
          .execute(),
      )
      return rows.map(toApproval)
    },
    decide: async (givenOwner, givenId, decision) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      try {
        await write((tx) => decideAlone(tx, owner, runId, decision, clock))
        return undefined
      } catch (error) {
        if (error instanceof RefusedClaim) return error.refusal
        throw error
      }
    },
    claim: async (givenOwner, givenId, given) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      try {
        return await write((tx) => claim(tx, owner, runId, given, clock))
      } catch (error) {
        if (error instanceof RefusedClaim) return error.refusal
        throw error
      }
    },
    claimDue: async (given) => await write((tx) => claimDue(tx, given, clock, driver)),
    beat: async (given, ttlMs) => {
      const lease = checkLease(given)
      return await write((tx) => beat(tx, lease, ttlMs, clock))
    },
    record: async (given, entry) => await change(given, (tx, lease) => record(tx, lease, entry)),
    steps: async (givenOwner, givenId) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      const rows = await read((tx) =>
        tx
          .selectFrom('signet_run_step')
          .select(['step', 'result'])
          .where('owner', '=', owner)
          .where('run_id', '=', runId)
          .execute(),
      )
      return new Map(rows.map(({ step, result }) => [step, JSON.parse(result) as unknown]))
    },
    suspend: async (given, { snapshot, approvals = [], ttlMs }) =>
      await change(given, async (tx, lease) => {
        const suspended = {
          status: 'suspended',
          snapshot: encodeMembers(snapshot),
          suspended_at: clock.now(),
          expires_at: ttlMs === undefined ? null : clock.after(checkTerm(ttlMs)),
        }
        return await pause(tx, lease, suspended, clock, async (target) => {
          await insertApprovals(tx, { ...lease, target }, lease.attempt, approvals, clock)
        })
      }),
    wait: async (given, snapshot, inMs) =>
      await change(given, async (tx, lease) => {
        const waiting = {
          status: 'waiting',
          snapshot: encodeMembers(snapshot),
          due_at: clock.after(checkTerm(inMs)),
        }
        return await pause(tx, lease, waiting, clock)
      }),
    finish: async (given, { status, result, failure }) =>
      await change(given, async (tx, lease) => {
        const held = await writeUnder(tx, lease, {
          ...ENDED,
          status: checkEnd(status),
          result: result === undefined ? null : encodeValue(result),
          failure: encodeFailure(failure),
          ended_at: clock.now(),
        })
        if (held === undefined) return false
        await endApprovals(tx, lease.owner, lease.runId)
        return true
      }),
    cancel: async (givenOwner, givenId) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      return await write((tx) => cancel(tx, owner, runId, clock))
    },
    delete: async (givenOwner, givenId) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      return await write(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('signet_run')
          .where('owner', '=', owner)
          .where('id', '=', runId)
          .executeTakeFirst()
        return numDeletedRows > 0n
      })
    },
    openEvents: async (given) => {
      const lease = checkLease(given)
      return await write((tx) => openEvents(tx, lease, clock))
    },
    appendEvents: async (given, events) => {
      const lease = checkLease(given)
      return await write((tx) => appendEvents(tx, lease, events))
    },
    readEvents: async (givenOwner, givenId, from) => {
      const [owner, runId] = [checkOwner(givenOwner), checkId(givenId)]
      return await read((tx) => readEvents(tx, owner, runId, checkCount(from, 'An index')))
    },
    listApprovals: async (query) => await read((tx) => listApprovals(tx, query, clock)),
    findApproval: async (given) => {
      const id = checkId(given)
      const row = await read((tx) =>
        tx.selectFrom('signet_run_approval').selectAll().where('id', '=', id).executeTakeFirst(),
      )
      return row && { owner: row.owner, approval: toApproval(row) }
    },
    prune: async (endedForMs, limit) => {
      const term = checkTerm(endedForMs)
      const count = checkCount(limit, 'limit', 1)
      return await write(async (tx) => {
        const ended = await endExpired(tx, count, clock, driver.isSingleWriter)
        const deleted = await deleteEnded(tx, term, count, clock)
        return ended + deleted + (await deleteExpiredEvents(tx, count, clock))
      })
    },
  }
}
