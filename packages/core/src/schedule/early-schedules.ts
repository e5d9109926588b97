import { storageFault } from '../fault/storage-fault.js'
import { runOwner } from '../run/person.js'
import { RequestContext } from '../request-context.js'
import { nextFireAt } from './cron.js'
import { ScheduleError } from './schedule-error.js'
import { MAX_SCHEDULES, SCHEDULE_TERM_MS } from './schedules.js'
import type { ScheduleRecord, ScheduleStorage } from './schedule-storage.js'

async function store(
  storage: ScheduleStorage,
  owner: string,
  { cron, timezone, overlap, name, job, ...made }: ScheduleRecord,
): Promise<void> {
  const { id, target, threadId, resourceId, caller, status } = made
  const settings = { cron, timezone, overlap, name, job }
  const renewal = { caller, ttlMs: SCHEDULE_TERM_MS }
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
}

/**
 * Stores the schedules that the application made before there was a storage for them, as it does where it makes them when it is
 * loaded. One that is there already from an earlier start is changed to what it is now; paused it stays paused. One that cannot
 * be stored stays early, and the others are stored.
 * @throws {Error} where one cannot be stored, with its id, and what the storage threw as `cause`
 * @throws what the storage throws where it cannot be reached
 */
export async function storeEarlySchedules(
  early: ScheduleStorage,
  storage: ScheduleStorage,
): Promise<void> {
  const owner = runOwner(new RequestContext())
  const failures: Error[] = []
  for (const schedule of await early.list(owner, {})) {
    try {
      await store(storage, owner, schedule)
      await early.delete(owner, schedule.id)
    } catch (cause) {
      if (storageFault(cause) === 'storage_unavailable') throw cause
      failures.push(new Error(`The schedule ${schedule.id} cannot be stored.`, { cause }))
    }
  }
  const [failure] = failures
  if (failure !== undefined) throw failure
}
