import { describe, expect, it } from 'vitest'
import type { ScheduleRecord } from './schedule-storage.js'
import { viewSchedule } from './schedule-view.js'

const NOW = Date.parse('2026-01-15T00:00:00Z')

const PAUSED: ScheduleRecord = {
  id: 's',
  target: { kind: 'agent', id: 'clerk' },
  cron: '0 9 * * *',
  timezone: 'UTC',
  overlap: 'skip',
  job: { prompt: 'Report.' },
  caller: {},
  status: 'paused',
  pausedBy: undefined,
  createdAt: NOW,
  updatedAt: NOW,
  expiresAt: NOW,
  nextAt: undefined,
  lastAt: undefined,
  lastRunId: undefined,
}

describe('a schedule that is paused', () => {
  it('shows when it would fire', () => {
    expect(viewSchedule(PAUSED, NOW).nextFireAt).toBe(Date.parse('2026-01-15T09:00:00Z'))
  })

  it.each([
    ['it never would', { cron: '0 0 0 1 1 * 2025' }],
    ['its time zone is not known', { timezone: 'Mars/Olympus' }],
    ['its pattern is none', { cron: 'soon' }],
  ])('shows 0 where %s', (_case, more) => {
    expect(viewSchedule({ ...PAUSED, ...more }, NOW).nextFireAt).toBe(0)
  })
})
