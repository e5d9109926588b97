import {
  MAX_RUN_EVENT_CHARACTERS,
  MAX_RUN_EVENTS,
  RUN_EVENTS_KEPT_MS,
  type LeaseState,
  type NewRunEvents,
  type RunEvents,
  type RunEventsState,
  type RunLease,
} from '@signet/core'
import { sql, type Transaction } from 'kysely'
import { checkCount } from '../database/value.js'
import { StorageError } from '../error.js'
import type { Schema } from '../schema.js'
import { writeUnder } from './leg.js'
import type { RunClock } from './run-clock.js'
import { LISTED, toListedRun } from './run-row.js'

/** How many rows are read at once; each has some dozens of events. */
const PAGE_ROWS = 16

/** What stands between two events of a row: JSON on one line has none. */
const BETWEEN = '\n'

function checkState(state: string): RunEventsState {
  return state === 'over' || state === 'full' ? state : 'open'
}

/** Refuses texts that would be read as others, or that no database keeps. */
function checkEvents(events: readonly string[]): readonly string[] {
  if (events.every((event) => event !== '' && !/[\n\0\p{Surrogate}]/u.test(event))) return events
  throw new StorageError('value_invalid', 'An event must be JSON on one line.')
}

/** See `RunStorage`. */
export async function openEvents(
  tx: Transaction<Schema>,
  lease: RunLease,
  clock: RunClock,
): Promise<number | undefined> {
  const { owner, runId, attempt } = lease
  const held = await writeUnder(tx, lease, { attempt: sql<number>`cast(${attempt} as integer)` })
  if (held === undefined) return undefined
  const begun = { attempt, state: 'open', expires_at: clock.after(RUN_EVENTS_KEPT_MS) }
  const row = await tx
    .insertInto('signet_run_stream')
    .values({ owner, run_id: runId, event_count: 0, characters: 0, ...begun })
    .onConflict((conflict) =>
      conflict.columns(['owner', 'run_id']).doUpdateSet({
        ...begun,
        state: sql<string>`case signet_run_stream.state when 'full' then 'full' else 'open' end`,
      }),
    )
    .returning('event_count')
    .executeTakeFirstOrThrow()
  return row.event_count
}

/** See `RunStorage`. */
export async function appendEvents(
  tx: Transaction<Schema>,
  { owner, runId, attempt }: RunLease,
  given: NewRunEvents,
): Promise<LeaseState | 'full'> {
  const events = checkEvents(given.events)
  const from = checkCount(given.from, 'An index')
  const text = events.join(BETWEEN)
  const run = await tx
    .selectFrom('signet_run')
    .select(['attempt', 'is_cancel_asked'])
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .executeTakeFirst()
  const stream = await tx
    .selectFrom('signet_run_stream')
    .select(['attempt', 'state', 'event_count', 'characters'])
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  if (run?.attempt !== attempt || stream?.attempt !== attempt) return 'lost'
  const state = run.is_cancel_asked === 1 ? 'canceled' : 'held'
  if (stream.state === 'full') return 'full'
  // The same was stored before, and nobody heard of it.
  if (from < stream.event_count || stream.state === 'over') return state
  const isTooMuch =
    from > stream.event_count ||
    from + events.length > MAX_RUN_EVENTS ||
    stream.characters + text.length > MAX_RUN_EVENT_CHARACTERS
  const ended = given.isLast ? 'over' : 'open'
  const { numUpdatedRows } = await tx
    .updateTable('signet_run_stream')
    .set(
      isTooMuch
        ? { state: 'full' }
        : {
            state: ended,
            event_count: from + events.length,
            characters: stream.characters + text.length,
          },
    )
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .where('attempt', '=', attempt)
    .where('event_count', '=', stream.event_count)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return 'lost'
  if (isTooMuch) return 'full'
  if (events.length === 0) return state
  await tx
    .insertInto('signet_run_event')
    .values({
      owner,
      run_id: runId,
      last: from + events.length - 1,
      count: events.length,
      events: text,
    })
    .execute()
  return state
}

/** See `RunStorage`. */
export async function readEvents(
  tx: Transaction<Schema>,
  owner: string,
  runId: string,
  from: number,
): Promise<RunEvents | undefined> {
  const stream = await tx
    .selectFrom('signet_run_stream')
    .select(['state', 'event_count'])
    .where('owner', '=', owner)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const run = await tx
    .selectFrom('signet_run')
    .select(LISTED)
    .where('owner', '=', owner)
    .where('id', '=', runId)
    .executeTakeFirst()
  if (stream === undefined || run === undefined) return undefined
  const rows =
    from >= stream.event_count
      ? []
      : await tx
          .selectFrom('signet_run_event')
          .select(['last', 'count', 'events'])
          .where('owner', '=', owner)
          .where('run_id', '=', runId)
          .where('last', '>=', from)
          .orderBy('last')
          .limit(PAGE_ROWS)
          .execute()
  const [first] = rows
  const skipped = first === undefined ? 0 : from - (first.last - first.count + 1)
  return {
    run: toListedRun(run),
    events: rows.flatMap(({ events }) => events.split(BETWEEN)).slice(skipped),
    count: stream.event_count,
    state: checkState(stream.state),
  }
}

/** Deletes events that are kept no longer, of so many runs. @returns of how many */
export async function deleteExpiredEvents(
  tx: Transaction<Schema>,
  limit: number,
  clock: RunClock,
): Promise<number> {
  const rows = await tx
    .selectFrom('signet_run_stream')
    .select(['owner', 'run_id'])
    .where('expires_at', '<', clock.now())
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  for (const { owner, run_id: runId } of rows) {
    await tx
      .deleteFrom('signet_run_stream')
      .where('owner', '=', owner)
      .where('run_id', '=', runId)
      .execute()
  }
  return rows.length
}
