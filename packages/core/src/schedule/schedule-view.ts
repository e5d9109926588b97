import { nextFireAt } from './cron.js'
import type { ScheduleRecord, ScheduleTrigger } from './schedule-storage.js'
import type { RunFailure } from '../run/run-storage.js'

/** What every schedule shows. Times are in milliseconds since 1970. */
interface ScheduleFacts {
  readonly id: string
  readonly cron: string
  readonly timezone: string
  readonly overlap: ScheduleRecord['overlap']
  readonly status: ScheduleRecord['status']
  /** Why it was paused by itself. */
  readonly pausedBy?: RunFailure | undefined
  /** While it is paused: when it would fire. 0 where it never fires again, or nobody can tell. */
  readonly nextFireAt: number
  readonly lastFireAt?: number | undefined
  /** The run of the last fire. */
  readonly lastRunId?: string | undefined
  readonly metadata?: unknown
  readonly createdAt: number
  readonly updatedAt: number
  /** When it fires no more, unless it is changed or resumed before. */
  readonly expiresAt: number
  /** Who it fires as. */
  readonly firesAs: { readonly issuer: unknown; readonly subject: unknown }
}

/** A schedule of an agent. */
export interface AgentSchedule extends ScheduleFacts {
  readonly agentId: string
  readonly prompt: unknown
  readonly name?: string | undefined
  readonly threadId?: string | undefined
  readonly resourceId?: string | undefined
}

/** A schedule of a workflow. */
export interface WorkflowSchedule extends ScheduleFacts {
  readonly workflowId: string
  readonly inputData?: unknown
  readonly initialState?: unknown
  readonly requestContext?: unknown
}

/** A schedule, as its owner sees it. */
export type Schedule = AgentSchedule | WorkflowSchedule

/** How the run of a fire stands. Times are in milliseconds since 1970. */
export interface TriggerRun {
  readonly status: 'pending' | 'running' | 'suspended' | 'success' | 'failed' | 'canceled'
  readonly startedAt?: number | undefined
  readonly completedAt?: number | undefined
  readonly durationMs?: number | undefined
  readonly error?: string | undefined
}

/** A fire of a schedule, as its owner sees it. Times are in milliseconds since 1970. */
export interface Trigger {
  readonly id: string
  readonly scheduleId: string
  /** Null where nothing was run. */
  readonly runId: string | null
  /** The time that the cadence says. */
  readonly scheduledFireAt: number
  /** When it was noticed that this time had come. */
  readonly actualFireAt: number
  readonly outcome: 'published' | 'succeeded' | 'skipped' | 'aborted' | 'failed'
  /** Why it was skipped, or failed. */
  readonly error?: string | undefined
  /** The same, for programs. */
  readonly code?: string | undefined
  readonly triggerKind: ScheduleTrigger['kind']
  /** Absent where nothing was run. */
  readonly run?: TriggerRun | undefined
}

/** When a schedule would fire that is paused; 0 where it never does, or nobody can tell. */
function wouldFireAt(record: ScheduleRecord, now: number): number {
  try {
    return nextFireAt(record, now) ?? 0
  } catch {
    return 0
  }
}

/** A schedule, as its owner sees it. @param now - in milliseconds since 1970 */
export function viewSchedule(record: ScheduleRecord, now: number): Schedule {
  const { id, target, cron, timezone, overlap, status, pausedBy, job, caller } = record
  const { nextAt, lastAt, lastRunId, createdAt, updatedAt, expiresAt } = record
  const { metadata, ...said } = job
  const facts: ScheduleFacts = {
    id,
    cron,
    timezone,
    overlap,
    status,
    ...(pausedBy && { pausedBy }),
    nextFireAt: nextAt ?? wouldFireAt(record, now),
    ...(lastAt !== undefined && { lastFireAt: lastAt }),
    ...(lastRunId !== undefined && { lastRunId }),
    ...(metadata !== undefined && { metadata }),
    createdAt,
    updatedAt,
    expiresAt,
    firesAs: { issuer: caller['issuer'], subject: caller['subject'] },
  }
  if (target.kind === 'workflow') return { ...facts, ...said, workflowId: target.id }
  const { name, threadId, resourceId } = record
  return {
    ...facts,
    agentId: target.id,
    prompt: said['prompt'],
    ...(name !== undefined && { name }),
    ...(threadId !== undefined && { threadId, resourceId }),
  }
}

const STATUS_OF: Readonly<Record<ScheduleTrigger['outcome'], TriggerRun['status'] | undefined>> = {
  pending: 'pending',
  running: 'running',
  succeeded: 'success',
  published: 'running',
  skipped: undefined,
  aborted: 'canceled',
  failed: 'failed',
}

function viewRun(trigger: ScheduleTrigger): TriggerRun | undefined {
  const { outcome, isSuspended, startedAt, endedAt, failure } = trigger
  const status = isSuspended ? 'suspended' : STATUS_OF[outcome]
  if (status === undefined) return undefined
  const isOver = endedAt !== undefined && startedAt !== undefined && outcome !== 'published'
  return {
    status,
    ...(startedAt !== undefined && { startedAt }),
    ...(isOver && { completedAt: endedAt, durationMs: endedAt - startedAt }),
    ...(failure && { error: failure.message }),
  }
}

/** A fire of a schedule, as its owner sees it. */
export function viewTrigger(trigger: ScheduleTrigger): Trigger {
  const { id, scheduleId, kind, outcome, scheduledAt, firedAt, failure } = trigger
  const run = viewRun(trigger)
  return {
    id,
    scheduleId,
    // Who let it fire by hand finds it by this id.
    runId: run === undefined && kind !== 'manual' ? null : id,
    scheduledFireAt: scheduledAt,
    actualFireAt: firedAt,
    outcome: outcome === 'pending' || outcome === 'running' ? 'published' : outcome,
    ...(failure && { error: failure.message, code: failure.code }),
    triggerKind: kind,
    ...(run && { run }),
  }
}
