import { runOwner } from '../run/person.js'
import { RequestContext } from '../request-context.js'
import { nextFireAt } from './cron.js'
import { ScheduleError } from './schedule-error.js'
import { MAX_SCHEDULES, TERM_MS } from './schedules.js'
import type { ScheduleStorage } from './schedule-storage.js'

/**
 * Stores the schedules that the application made before there was a storage for them, as it does where it makes them when it is
 * loaded. One that is there already from an earlier start is changed to what it is now; paused it stays paused.
 * @throws what the storage throws
 */
export async function storeEarlySchedules(
  early: ScheduleStorage,
  storage: ScheduleStorage,
): Promise<void> {
  const owner = runOwner(new RequestContext())
  for (const { cron, timezone, overlap, name, job, ...made } of await early.list(owner, {})) {
    const { id, target, threadId, resourceId, caller, status } = made
    const settings = { cron, timezone, overlap, name, job }
    const renewal = { caller, ttlMs: TERM_MS }
    try {
      await storage.create(
        owner,
        { ...settings, id, target, threadId, resourceId, ...renewal },
        { limit: MAX_SCHEDULES, next: nextFireAt },
      )
      if (status === 'paused') await storage.update(owner, id, { status }, nextFireAt)
    } catch (error) {
      if (!ScheduleError.isInstance(error) || error.code !== 'schedule_exists') throw error
      await storage.update(owner, id, { settings, renewal }, nextFireAt)
    }
    await early.delete(owner, id)
  }
}
