import { randomUUID } from 'node:crypto'
import {
  changeMotion,
  dueAtOf,
  endFire,
  fireByHand,
  INTERRUPTED,
  leftOut,
  moveOn,
  PAUSED,
  restart,
} from './motion.js'
import type { Motion, MotionStep } from './motion.js'
import { ScheduleError } from './schedule-error.js'
import {
  MAX_TRIGGERS,
  type ClaimedFire,
  type FireLease,
  type ScheduleRecord,
  type ScheduleStorage,
  type ScheduleTrigger,
} from './schedule-storage.js'

/** How many schedules a process keeps that has no storage for them. */
const MAX_KEPT = 1000

/** A schedule in memory, with its fires: the newest last. */
interface Kept {
  readonly owner: string
  record: ScheduleRecord
  motion: Motion
  triggers: ScheduleTrigger[]
}

function shown({ record, motion: { status, pausedBy, nextAt } }: Kept): ScheduleRecord {
  return structuredClone({ ...record, status, pausedBy, nextAt })
}

function change(kept: Kept, id: string | undefined, to: Partial<ScheduleTrigger>): void {
  if (id === undefined) return
  kept.triggers = kept.triggers.map((each) => (each.id === id ? { ...each, ...to } : each))
}

/** Moves a schedule on, and ends the fire that is left out by that. */
function move(kept: Kept, motion: Motion, now: number): void {
  const skipped = { outcome: 'skipped', failure: PAUSED, endedAt: now } as const
  change(kept, leftOut(kept.motion, motion), skipped)
  kept.motion = motion
}

/** Does what a step says. */
function take(kept: Kept, { interrupted, added, begun, motion }: MotionStep, now: number): void {
  change(kept, interrupted, { outcome: 'failed', failure: INTERRUPTED, endedAt: now })
  if (added !== undefined) {
    const { outcome } = added
    const rest = { isSuspended: false, startedAt: undefined }
    const endedAt = outcome === 'skipped' ? now : undefined
    const scheduleId = kept.record.id
    const trigger: ScheduleTrigger = { ...added, ...rest, scheduleId, firedAt: now, endedAt }
    const old = kept.triggers.length - MAX_TRIGGERS + 1
    const stay = kept.triggers.filter((each, index) => index >= old || each.endedAt === undefined)
    kept.triggers = [...stay, trigger]
  }
  change(kept, begun, { outcome: 'running', startedAt: now })
  if (begun !== undefined) kept.record = { ...kept.record, lastAt: now, lastRunId: begun }
  move(kept, motion, now)
}

/**
 * Schedules that are kept by the process alone, 1000 at most. They are gone when it ends.
 * @param now - the clock, in milliseconds since 1970. Default: `Date.now`
 */
export function createMemorySchedules(now: () => number = Date.now): ScheduleStorage {
  const kept = new Map<string, Kept>()
  const keyOf = (owner: string, id: string) => JSON.stringify([owner, id])
  const find = (owner: string, id: string) => kept.get(keyOf(owner, id))
  const ofOwner = (owner: string) => [...kept.values()].filter((each) => each.owner === owner)

  function held({ owner, scheduleId, triggerId }: FireLease): Kept | undefined {
    const found = find(owner, scheduleId)
    return found?.motion.running?.id === triggerId ? found : undefined
  }

  return {
    async create(owner, { ttlMs, ...given }, { limit, next }) {
      if (find(owner, given.id) !== undefined) {
        throw new ScheduleError('schedule_exists', 'There is a schedule of this id already.')
      }
      if (kept.size >= MAX_KEPT) {
        const message = 'This process keeps 1,000 schedules. Give the Mastra a storage.'
        throw new ScheduleError('schedule_limit', message)
      }
      if (ofOwner(owner).length >= limit) {
        throw new ScheduleError('schedule_limit', `There may be ${limit} schedules. Delete one.`)
      }
      const at = now()
      const idle: Motion = {
        status: 'active',
        pausedBy: undefined,
        nextAt: undefined,
        running: undefined,
        pendingId: undefined,
      }
      const record: ScheduleRecord = structuredClone({
        ...given,
        status: 'active',
        pausedBy: undefined,
        createdAt: at,
        updatedAt: at,
        expiresAt: at + ttlMs,
        nextAt: undefined,
        lastAt: undefined,
        lastRunId: undefined,
      })
      const motion = restart(idle, record, { next, now: at })
      const made: Kept = { owner, record, motion, triggers: [] }
      kept.set(keyOf(owner, given.id), made)
      return shown(made)
    },
    async get(owner, id) {
      const found = find(owner, id)
      return found && shown(found)
    },
    async list(owner, { kind, target, status, threadId, name }) {
      return ofOwner(owner)
        .map(shown)
        .filter(
          (each) =>
            (kind === undefined || each.target.kind === kind) &&
            (target === undefined || each.target.id === target) &&
            (status === undefined || each.status === status) &&
            (threadId === undefined || each.threadId === threadId) &&
            (name === undefined || each.name === name),
        )
        .toReversed()
    },
    async update(owner, id, { settings, status, renewal }, next) {
      const found = find(owner, id)
      if (found === undefined) return undefined
      const at = now()
      const { record, motion } = found
      const changed = structuredClone({
        ...record,
        ...settings,
        ...(renewal && { caller: renewal.caller, expiresAt: at + renewal.ttlMs }),
        updatedAt: at,
      })
      const by = { before: record, after: changed }
      move(found, changeMotion(motion, by, { status, next, now: at }), at)
      found.record = changed
      return shown(found)
    },
    async delete(owner, id) {
      return kept.delete(keyOf(owner, id))
    },
    async trigger(owner, id) {
      const found = find(owner, id)
      if (found === undefined) return undefined
      take(found, fireByHand(found.motion, found.record, randomUUID(), now()), now())
      return found.triggers.at(-1)
    },
    async triggers(owner, id, { from = -Infinity, to = Infinity, limit }) {
      return find(owner, id)
        ?.triggers.filter(({ firedAt }) => firedAt >= from && firedAt <= to)
        .toReversed()
        .slice(0, limit)
    },
    async claimDue({ ttlMs, limit, maxOfOwner, going, next }) {
      const at = now()
      const goingOn = new Map(going)
      const isFull = (owner: string) => (goingOn.get(owner) ?? 0) >= maxOfOwner
      const due = [...kept.values()]
        .filter(({ owner, motion }) => (dueAtOf(motion) ?? Infinity) <= at && !isFull(owner))
        .slice(0, limit)
      const fires = due.flatMap((found): ClaimedFire[] => {
        const { owner } = found
        if (isFull(owner)) return []
        const step = moveOn(found.motion, found.record, { id: randomUUID(), next, now: at, ttlMs })
        take(found, step, at)
        const trigger = found.triggers.find(({ id }) => id === step.begun)
        if (trigger === undefined) return []
        goingOn.set(owner, (goingOn.get(owner) ?? 0) + 1)
        const lease = { owner, scheduleId: found.record.id, triggerId: trigger.id }
        return [{ schedule: shown(found), trigger, lease }]
      })
      return { fires, seen: due.length }
    },
    async beat(lease, ttlMs) {
      const found = held(lease)
      if (found === undefined) return false
      const running = { id: lease.triggerId, until: now() + ttlMs }
      found.motion = { ...found.motion, running }
      return true
    },
    async finish(lease, end) {
      const found = held(lease)
      if (found === undefined) return false
      const { outcome, isSuspended = false, failure } = end
      const at = now()
      change(found, lease.triggerId, { outcome, isSuspended, failure, endedAt: at })
      move(found, endFire(found.motion, end), at)
      return true
    },
  }
}
