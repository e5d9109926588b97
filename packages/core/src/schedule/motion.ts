import type { RunFailure } from '../run/run-storage.js'
import type {
  NextFire,
  ScheduleRecord,
  ScheduleTrigger,
  TriggerEnd,
  TriggerKind,
} from './schedule-storage.js'

/** What moves a schedule on, whatever it is stored in. */
export interface Motion extends Pick<ScheduleRecord, 'status' | 'pausedBy' | 'nextAt'> {
  /** The fire that goes on, and until when its lease holds. */
  readonly running: { readonly id: string; readonly until: number } | undefined
  /** The fire that waits for its beginning. */
  readonly pendingId: string | undefined
}

/** What a schedule moves by. */
export type Moved = Pick<ScheduleRecord, 'cron' | 'timezone' | 'overlap' | 'expiresAt'>

/** A fire that a step adds. */
export type AddedTrigger = Pick<ScheduleTrigger, 'id' | 'kind' | 'scheduledAt' | 'failure'> & {
  readonly outcome: 'pending' | 'skipped'
}

/** What a step does to a schedule. Its changes are made in the order of its members. */
export interface MotionStep {
  /** A fire that ends as failed, because its lease has lapsed. */
  readonly interrupted: string | undefined
  readonly added: AddedTrigger | undefined
  /** A fire that begins. */
  readonly begun: string | undefined
  readonly motion: Motion
}

/** Why a fire has ended that nobody ended. */
export const INTERRUPTED: RunFailure = Object.freeze({
  code: 'interrupted',
  message: 'The server ended while the schedule fired.',
})

const OVERLAP: RunFailure = Object.freeze({
  code: 'schedule_overlap',
  message: 'The fire before went on.',
})

/** Why a fire that waited does not run. */
export const PAUSED: RunFailure = Object.freeze({
  code: 'schedule_paused',
  message: 'The schedule was paused before it ran.',
})

const EXPIRED: RunFailure = Object.freeze({
  code: 'schedule_expired',
  message: 'The schedule has expired. Resume it, and it fires on.',
})

const OVER: RunFailure = Object.freeze({
  code: 'schedule_over',
  message: 'The pattern does not fire again within 8 years.',
})

const UNUSABLE: RunFailure = Object.freeze({
  code: 'schedule_unusable',
  message: 'When it fires next cannot be told here. Change its pattern or its time zone.',
})

/** When something is to be done about a schedule; undefined for never. In milliseconds since 1970. */
export function dueAtOf({ nextAt, running, pendingId }: Motion): number | undefined {
  const times = [
    nextAt,
    running?.until,
    pendingId !== undefined && running === undefined ? 0 : undefined,
  ].filter((time) => time !== undefined)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** A fire that is added beside those that go on or wait. */
function addTrigger(
  { running, pendingId }: Motion,
  { overlap, expiresAt }: Moved,
  trigger: Pick<AddedTrigger, 'id' | 'kind' | 'scheduledAt'>,
  now: number,
): AddedTrigger {
  if (expiresAt <= now) return { ...trigger, outcome: 'skipped', failure: EXPIRED }
  const isFree = running === undefined && pendingId === undefined
  const mayWait = overlap === 'queue' && pendingId === undefined
  return isFree || mayWait
    ? { ...trigger, outcome: 'pending', failure: undefined }
    : { ...trigger, outcome: 'skipped', failure: OVERLAP }
}

function withTrigger(motion: Motion, { id, outcome }: AddedTrigger): Motion {
  return outcome === 'pending' ? { ...motion, pendingId: id } : motion
}

/** Fires once, whatever the cadence says. */
export function fireByHand(motion: Motion, by: Moved, id: string, now: number): MotionStep {
  const kind: TriggerKind = 'manual'
  const added = addTrigger(motion, by, { id, kind, scheduledAt: now }, now)
  return {
    interrupted: undefined,
    added,
    begun: undefined,
    motion: withTrigger(motion, added),
  }
}

/** Paused after its last time: a fire that waits is still to run. */
function doneMotion(motion: Motion, pausedBy: RunFailure): Motion {
  return { ...motion, status: 'paused', pausedBy, nextAt: undefined }
}

/** Paused: a fire that waits does not run. */
function pausedMotion(motion: Motion, pausedBy: RunFailure | undefined): Motion {
  return { ...motion, status: 'paused', pausedBy, nextAt: undefined, pendingId: undefined }
}

/** The fire that waited before a change and does not run behind it: it is to be ended as `skipped`, with `PAUSED`. */
export function leftOut({ pendingId }: Motion, after: Motion): string | undefined {
  const isKept = pendingId === after.pendingId || pendingId === after.running?.id
  return isKept ? undefined : pendingId
}

/**
 * The motion of a schedule that is active from `now` on. A backlog is not fired. It is paused where nobody can tell when it fires
 * next, such as in a time zone that is not known here.
 */
export function restart(
  motion: Motion,
  by: Moved,
  { next, now }: { next: NextFire; now: number },
): Motion {
  try {
    const nextAt = next(by, now)
    if (nextAt === undefined) return doneMotion(motion, OVER)
    return { ...motion, status: 'active', pausedBy: undefined, nextAt }
  } catch {
    return doneMotion(motion, UNUSABLE)
  }
}

/**
 * The motion behind a change of a schedule.
 * @param rules.status - what it is to be from `now` on; undefined where it stays what it is
 */
export function changeMotion(
  motion: Motion,
  { before, after }: { before: Moved; after: Moved },
  rules: { status: Motion['status'] | undefined; next: NextFire; now: number },
): Motion {
  const { status } = rules
  if (status === 'paused') return pausedMotion(motion, motion.pausedBy)
  const isMoved = after.cron !== before.cron || after.timezone !== before.timezone
  const isActive = motion.status === 'active'
  const isRestarted = isActive ? isMoved : status === 'active'
  return isRestarted ? restart(motion, after, rules) : motion
}

/** The fire whose time has come: one, however many times were missed. */
function fireOnTime(
  motion: Motion,
  by: Moved,
  { id, next, now }: { id: string; next: NextFire; now: number },
): Pick<MotionStep, 'added' | 'motion'> {
  const { nextAt: scheduledAt } = motion
  if (scheduledAt === undefined || scheduledAt > now) return { added: undefined, motion }
  const added = addTrigger(motion, by, { id, kind: 'schedule-fire', scheduledAt }, now)
  if (by.expiresAt <= now) return { added, motion: pausedMotion(motion, EXPIRED) }
  const advanced = restart(motion, by, { next, now })
  return { added, motion: withTrigger(advanced, added) }
}

/**
 * What is to be done about a schedule that is due.
 * @param id - of the fire that is added, where one is
 */
export function moveOn(
  given: Motion,
  by: Moved,
  rules: { id: string; next: NextFire; now: number; ttlMs: number },
): MotionStep {
  const { now, ttlMs } = rules
  const isLapsed = given.running !== undefined && given.running.until <= now
  const interrupted = isLapsed ? given.running?.id : undefined
  const rested: Motion = isLapsed ? { ...given, running: undefined } : given
  const { added, motion } = fireOnTime(rested, by, rules)
  const begun = motion.running === undefined ? motion.pendingId : undefined
  if (begun === undefined) return { interrupted, added, begun, motion }
  const running = { id: begun, until: now + ttlMs }
  return { interrupted, added, begun, motion: { ...motion, running, pendingId: undefined } }
}

/** The motion behind the end of the fire that goes on. */
export function endFire(motion: Motion, { pause }: TriggerEnd): Motion {
  const ended: Motion = { ...motion, running: undefined }
  return pause === undefined ? ended : pausedMotion(ended, pause)
}
