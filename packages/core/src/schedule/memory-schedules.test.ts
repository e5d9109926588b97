import { describe, expect, it } from 'vitest'
import { nextFireAt } from './cron.js'
import { createMemorySchedules } from './memory-schedules.js'
import type { NewSchedule } from './schedule-storage.js'

const scheduleOf = (id: string): NewSchedule => ({
  id,
  target: { kind: 'agent', id: 'clerk' },
  cron: '@daily',
  timezone: 'UTC',
  overlap: 'skip',
  job: { prompt: 'Report.' },
  caller: {},
  ttlMs: 86_400_000,
})

describe('schedules in memory', () => {
  it('are 1,000 of all owners at most, and say what takes more', async () => {
    const schedules = createMemorySchedules()
    const rules = { limit: 100, next: nextFireAt }
    for (let count = 0; count < 1000; count++) {
      await schedules.create(`owner-${count % 10}`, scheduleOf(`s${count}`), rules)
    }
    await expect(schedules.create('another', scheduleOf('one'), rules)).rejects.toMatchObject({
      code: 'schedule_limit',
      message: 'This process keeps 1,000 schedules. Give the Mastra a storage.',
    })
    await schedules.delete('owner-0', 's0')
    await schedules.create('another', scheduleOf('one'), rules)
  })

  it('tell an owner how many they may have', async () => {
    const schedules = createMemorySchedules()
    const rules = { limit: 2, next: nextFireAt }
    for (const id of ['a', 'b']) await schedules.create('owner', scheduleOf(id), rules)
    await expect(schedules.create('owner', scheduleOf('c'), rules)).rejects.toMatchObject({
      code: 'schedule_limit',
      message: 'There may be 2 schedules. Delete one.',
    })
  })
})
