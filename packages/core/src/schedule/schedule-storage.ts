import { BOUNDS } from '../bounds.js'
import type { RunFailure, RunJson } from '../run/run-storage.js'
import type { Cadence } from './cron.js'

/** What a schedule runs. */
export interface ScheduleTarget {
  readonly kind: 'agent' | 'workflow'
  /** The id of the agent or workflow. */
  readonly id: string
}

/** Whether a schedule fires. */
export type ScheduleStatus = 'active' | 'paused'

/** What becomes of a fire while the one before goes on: it is left out, or it waits. At most one waits. */
export type ScheduleOverlap = 'skip' | 'queue'

/** Who a schedule fires as, as it takes to judge them again. Plain JSON. */
export type ScheduleCaller = RunJson

/** What the owner of a schedule may change of it. */
export interface ScheduleSettings extends Cadence {
  readonly overlap: ScheduleOverlap
  /** What its owner calls it. */
  readonly name?: string | undefined
  /** What is said to the agent, or given to the workflow. Plain JSON. */
  readonly job: RunJson
}

/** A schedule that is to be stored. */
export interface NewSchedule extends ScheduleSettings {
  /** 1 to 255 characters, unique among the schedules of the owner. */
  readonly id: string
  readonly target: ScheduleTarget
  /** The thread that each fire goes on in. */
  readonly threadId?: string | undefined
  /** The owner as the wire shows it. */
  readonly resourceId?: string | undefined
  readonly caller: ScheduleCaller
  /** Milliseconds from now until it fires no more. */
  readonly ttlMs: number
}

/** A schedule as it is stored. Times are in milliseconds since 1970, by the clock of the storage. */
export interface ScheduleRecord extends Omit<NewSchedule, 'ttlMs'> {
  readonly status: ScheduleStatus
  /** Why it was paused by itself; undefined where it was not. */
  readonly pausedBy: RunFailure | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
  /** Undefined while it is paused. */
  readonly nextAt: number | undefined
  /** When it fired last, and the run of that. */
  readonly lastAt: number | undefined
  readonly lastRunId: string | undefined
}

/** When a schedule fires next after a time; undefined for never again. */
export type NextFire = (cadence: Cadence, after: number) => number | undefined

/** How a schedule is changed. */
export interface ScheduleChange {
  /** In place of those before. Default: they stay. */
  readonly settings?: ScheduleSettings | undefined
  /** Default: it stays as it is. What becomes active, or gets another cadence, fires next as of now. */
  readonly status?: ScheduleStatus | undefined
  /** Who it fires as from now on, and for how long. Default: as before. */
  readonly renewal?: { readonly caller: ScheduleCaller; readonly ttlMs: number } | undefined
}

/** Which schedules of an owner are wanted: the newest first. */
export interface ScheduleQuery {
  readonly kind?: ScheduleTarget['kind'] | undefined
  /** Of which agent or workflow. */
  readonly target?: string | undefined
  readonly status?: ScheduleStatus | undefined
  readonly threadId?: string | undefined
  readonly name?: string | undefined
}

/** Why a schedule fired: its time came, or somebody asked for it. */
export type TriggerKind = 'schedule-fire' | 'manual'

/**
 * What became of a fire. Of these it still goes on: `pending` and `running`. `published` is a workflow that was started and goes
 * on as a run; `skipped` did not run, `aborted` was ended before it was whole.
 */
export type TriggerOutcome =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'published'
  | 'skipped'
  | 'aborted'
  | 'failed'

/** How a fire has ended. */
export interface TriggerEnd {
  readonly outcome: Exclude<TriggerOutcome, 'pending' | 'running'>
  /** Whether that run waits for somebody. Default: false. */
  readonly isSuspended?: boolean | undefined
  /** Why it did not run, or not to its end. */
  readonly failure?: RunFailure | undefined
  /** Pauses the schedule, for this reason. Default: it goes on. */
  readonly pause?: RunFailure | undefined
}

/** A fire of a schedule as it is stored. Times are in milliseconds since 1970, by the clock of the storage. */
export interface ScheduleTrigger {
  /** Made by the storage: random. It is the id of the run, too. */
  readonly id: string
  readonly scheduleId: string
  readonly kind: TriggerKind
  readonly outcome: TriggerOutcome
  readonly isSuspended: boolean
  readonly failure: RunFailure | undefined
  /** The time that the cadence says. */
  readonly scheduledAt: number
  /** When it was noticed that this time had come. */
  readonly firedAt: number
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
}

/** How many fires are kept of a schedule: the newest. */
export const MAX_TRIGGERS: number = BOUNDS.triggers.limit

/** Which fires of a schedule are wanted: the newest first. */
export interface TriggerQuery {
  /** Only those that fired then or later, in milliseconds since 1970. */
  readonly from?: number | undefined
  /** Only those that fired then or sooner. */
  readonly to?: number | undefined
  /** At least 1. */
  readonly limit: number
}

/** The right to end a fire. */
export interface FireLease {
  readonly owner: string
  readonly scheduleId: string
  readonly triggerId: string
}

/** A fire that begins. */
export interface ClaimedFire {
  readonly schedule: ScheduleRecord
  readonly trigger: ScheduleTrigger
  readonly lease: FireLease
}

/** Who lets schedules fire, and how many. */
export interface DueClaim {
  /** How long the leases hold without a `beat`, in milliseconds. */
  readonly ttlMs: number
  /** How many schedules are looked at. */
  readonly limit: number
  /** How many fires of one owner may go on at once there, with those of `going`. The others of the owner wait. */
  readonly maxOfOwner: number
  /** How many fires go on there already, of each owner. */
  readonly going: ReadonlyMap<string, number>
  readonly next: NextFire
}

/** What came due. */
export interface DueFires {
  /** Those that begin. */
  readonly fires: readonly ClaimedFire[]
  /** How many schedules were looked at: as many as the limit means that there may be more. */
  readonly seen: number
}

/**
 * Where schedules are kept. The first argument is the owner, an opaque key: the same id of another owner is another schedule.
 * What has no owner says so. The clock is that of the storage.
 *
 * Each method does all that it says or nothing, is durable when its promise resolves, and may throw the codes of
 * `MemoryStorage`: `storage_unavailable`, `storage_failed` or `value_invalid`.
 */
export interface ScheduleStorage {
  /**
   * Stores a schedule, which is active.
   * @param limit - how many schedules the owner may have then
   * @throws {ScheduleError} `schedule_exists` or `schedule_limit`
   */
  create(
    owner: string,
    schedule: NewSchedule,
    rules: { readonly limit: number; readonly next: NextFire },
  ): Promise<ScheduleRecord>
  get(owner: string, id: string): Promise<ScheduleRecord | undefined>
  list(owner: string, query: ScheduleQuery): Promise<readonly ScheduleRecord[]>
  /** @returns undefined where the owner has no such schedule */
  update(
    owner: string,
    id: string,
    change: ScheduleChange,
    next: NextFire,
  ): Promise<ScheduleRecord | undefined>
  /** Deletes a schedule and its history; a fire of it that goes on is told at its next `beat`. @returns whether it was there */
  delete(owner: string, id: string): Promise<boolean>
  /** Lets a schedule fire once, whatever its cadence says; also one that is paused. @returns undefined where there is none */
  trigger(owner: string, id: string): Promise<ScheduleTrigger | undefined>
  /** @returns undefined where the owner has no such schedule */
  triggers(
    owner: string,
    id: string,
    query: TriggerQuery,
  ): Promise<readonly ScheduleTrigger[] | undefined>

  /**
   * Lets schedules fire whose time has come, of all owners, at most `limit`. Of all that call it at once, one gets each fire. A
   * schedule whose times were missed fires once for all of them. A fire whose lease has lapsed is ended as failed, with the code
   * `interrupted`; it is not begun again.
   */
  claimDue(claim: DueClaim): Promise<DueFires>
  /** Makes a lease hold for so much longer, in milliseconds from now. @returns false where it is lost */
  beat(lease: FireLease, ttlMs: number): Promise<boolean>
  /** Ends a fire. @returns false where its lease is lost */
  finish(lease: FireLease, end: TriggerEnd): Promise<boolean>
}
