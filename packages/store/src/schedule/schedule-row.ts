import {
  dueAtOf,
  type Motion,
  type NewSchedule,
  type RunFailure,
  type ScheduleRecord,
  type ScheduleSettings,
  type ScheduleTrigger,
} from '@signet/core'
import type { Selectable } from 'kysely'
import { StorageError } from '../error.js'
import type { ScheduleTable, ScheduleTriggerTable } from '../schema.js'
import {
  checkId,
  decodeObject,
  decodeText,
  encodeJson,
  encodeObject,
  encodeShortText,
} from '../database/value.js'

/** Of the JSON of what a schedule says and of its caller, in characters. */
const MAX_JSON_CHARACTERS = 131_072
/** Of a name, and of an owner: a token has 8 KiB. */
const MAX_TEXT_CHARACTERS = 65_536

/** A schedule as its row has it. */
export type ScheduleRow = Selectable<ScheduleTable>

const KINDS: readonly ScheduleRecord['target']['kind'][] = ['agent', 'workflow']
const OVERLAPS: readonly ScheduleRecord['overlap'][] = ['skip', 'queue']
const STATUSES: readonly ScheduleRecord['status'][] = ['active', 'paused']
const TRIGGERS: readonly ScheduleTrigger['kind'][] = ['schedule-fire', 'manual']
const OUTCOMES: readonly ScheduleTrigger['outcome'][] = [
  'pending',
  'running',
  'succeeded',
  'published',
  'skipped',
  'aborted',
  'failed',
]

type Column = 'kind' | 'overlap' | 'status' | 'trigger' | 'outcome'

/** What the columns may have that have names. */
const VALUES: Readonly<Record<Column, ReadonlySet<string>>> = {
  kind: new Set<string>(KINDS),
  overlap: new Set<string>(OVERLAPS),
  status: new Set<string>(STATUSES),
  trigger: new Set<string>(TRIGGERS),
  outcome: new Set<string>(OUTCOMES),
}

function isOneOf<Name extends string>(names: ReadonlySet<string>, text: string): text is Name {
  return names.has(text)
}

/** Refuses what is not one of the values of a column. */
export function checkValue<Name extends string>(column: Column, text: string): Name {
  if (isOneOf<Name>(VALUES[column], text)) return text
  throw new StorageError('value_invalid', `${JSON.stringify(text)} is not known.`)
}

function encodeMembers(value: Readonly<Record<string, unknown>>): string {
  const json = encodeObject(value) ?? encodeJson({})
  if (json.length <= MAX_JSON_CHARACTERS) return json
  throw new StorageError(
    'value_invalid',
    `What a schedule says has at most ${MAX_JSON_CHARACTERS} characters of JSON.`,
  )
}

export function encodeFailure(failure: RunFailure | undefined): string | null {
  if (failure === undefined) return null
  return JSON.stringify({ code: String(failure.code), message: String(failure.message) })
}

function decodeFailure(json: string | null): RunFailure | undefined {
  if (json === null) return undefined
  const { code, message } = decodeObject(json)
  return { code: String(code), message: String(message) }
}

/** The columns of what the owner of a schedule may change. */
export function toSettings({
  cron,
  timezone,
  overlap,
  name,
  job,
}: ScheduleSettings): Pick<ScheduleRow, 'cron' | 'timezone' | 'overlap' | 'name' | 'job'> {
  return {
    cron: checkId(cron),
    timezone: checkId(timezone),
    overlap: checkValue('overlap', overlap),
    name: name === undefined ? null : encodeShortText(name, 'The name', MAX_TEXT_CHARACTERS),
    job: encodeMembers(job),
  }
}

/** The columns of who a schedule fires as. */
export function toCaller(caller: NewSchedule['caller']): Pick<ScheduleRow, 'caller'> {
  return { caller: encodeMembers(caller) }
}

/** The columns of a schedule that do not move. */
export function toColumns(
  owner: string,
  given: NewSchedule,
): Pick<
  ScheduleRow,
  | 'owner'
  | 'id'
  | 'kind'
  | 'target'
  | 'thread_id'
  | 'resource_id'
  | 'cron'
  | 'timezone'
  | 'overlap'
  | 'name'
  | 'job'
  | 'caller'
> {
  const { id, target, threadId, resourceId, caller } = given
  return {
    owner,
    id: checkId(id),
    kind: checkValue<ScheduleRecord['target']['kind']>('kind', target.kind),
    target: checkId(target.id),
    thread_id: threadId === undefined ? null : checkId(threadId),
    resource_id:
      resourceId === undefined
        ? null
        : encodeShortText(resourceId, 'The owner', MAX_TEXT_CHARACTERS),
    ...toSettings(given),
    ...toCaller(caller),
  }
}

/** The columns of what moves a schedule on. */
export function toMotionColumns(
  motion: Motion,
): Pick<
  ScheduleRow,
  'status' | 'paused_by' | 'next_at' | 'running_id' | 'lease_until' | 'pending_id' | 'due_at'
> {
  const { status, pausedBy, nextAt, running, pendingId } = motion
  return {
    status: checkValue('status', status),
    paused_by: encodeFailure(pausedBy),
    next_at: nextAt ?? null,
    running_id: running?.id ?? null,
    lease_until: running?.until ?? null,
    pending_id: pendingId ?? null,
    due_at: dueAtOf(motion) ?? null,
  }
}

export function toMotion(row: ScheduleRow): Motion {
  const { running_id: id, lease_until: until } = row
  return {
    status: checkValue('status', row.status),
    pausedBy: decodeFailure(row.paused_by),
    nextAt: row.next_at ?? undefined,
    running: id === null ? undefined : { id, until: until ?? 0 },
    pendingId: row.pending_id ?? undefined,
  }
}

export function toSchedule(row: ScheduleRow): ScheduleRecord {
  return {
    id: row.id,
    target: { kind: checkValue('kind', row.kind), id: row.target },
    cron: row.cron,
    timezone: row.timezone,
    overlap: checkValue('overlap', row.overlap),
    job: decodeObject(row.job),
    caller: decodeObject(row.caller),
    ...(row.name !== null && { name: decodeText(row.name) }),
    ...(row.thread_id !== null && { threadId: row.thread_id }),
    ...(row.resource_id !== null && { resourceId: decodeText(row.resource_id) }),
    status: checkValue('status', row.status),
    pausedBy: decodeFailure(row.paused_by),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    nextAt: row.next_at ?? undefined,
    lastAt: row.last_at ?? undefined,
    lastRunId: row.last_run_id ?? undefined,
  }
}

export function toTrigger(row: Selectable<ScheduleTriggerTable>): ScheduleTrigger {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    kind: checkValue('trigger', row.kind),
    outcome: checkValue('outcome', row.outcome),
    isSuspended: row.is_suspended !== 0,
    failure: decodeFailure(row.failure),
    scheduledAt: row.scheduled_at,
    firedAt: row.fired_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  }
}
