import { describe, expect, it } from 'vitest'
import { cronFault, nextFireAt, timeZoneFault } from './cron.js'

const NOW = Date.parse('2026-01-15T00:00:00Z')

/** The next times of a pattern, in ISO 8601. */
function times(cron: string, timezone: string, from: string, count: number): readonly string[] {
  const found: string[] = []
  let at = Date.parse(from)
  while (found.length < count) {
    const next = nextFireAt({ cron, timezone }, at)
    if (next === undefined) break
    found.push(new Date(next).toISOString())
    at = next
  }
  return found
}

describe('the next fire', () => {
  it('is by the clocks of the time zone', () => {
    expect(times('0 9 * * *', 'America/New_York', '2026-01-15T00:00:00Z', 1)).toEqual([
      '2026-01-15T14:00:00.000Z',
    ])
    expect(times('0 9 * * *', 'America/New_York', '2026-07-15T00:00:00Z', 1)).toEqual([
      '2026-07-15T13:00:00.000Z',
    ])
  })

  it('comes at the end of the gap in spring, and is there each day', () => {
    expect(times('30 2 * * *', 'Europe/Zurich', '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
  })

  it('comes once in autumn, where its hour is there twice', () => {
    expect(times('30 2 * * *', 'Europe/Zurich', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  it('is each hour of the day that has 25', () => {
    expect(times('30 * * * *', 'Europe/Zurich', '2026-10-24T23:00:00Z', 3)).toEqual([
      '2026-10-24T23:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ])
  })

  it('is later than the time that is given', () => {
    const at = Date.parse('2026-01-15T09:00:00Z')
    expect(nextFireAt({ cron: '0 9 * * *', timezone: 'UTC' }, at)).toBe(at + 86_400_000)
  })

  it('is not there behind the last year of a pattern', () => {
    expect(times('0 0 0 1 1 * 2028', 'UTC', '2026-01-15T00:00:00Z', 2)).toEqual([
      '2028-01-01T00:00:00.000Z',
    ])
  })
})

describe('a pattern', () => {
  it.each([
    '* * * * *',
    '0 9 * * 1-5',
    '30 0 9 * * *',
    '@daily',
    '@HOURLY',
    '0 0 29 2 *',
    '0 0 L * *',
  ])('may be %s', (cron) =>
    expect(cronFault({ cron, timezone: 'Europe/Zurich' }, NOW)).toBeUndefined(),
  )

  it.each([
    ['that never fires', '0 0 30 2 *', 'never fires'],
    ['whose last year is over', '0 0 0 1 1 * 2020', 'never fires'],
    ['that fires each second', '* * * * * *', 'once a minute'],
    ['that fires twice a minute', '0,30 * * * * *', 'once a minute'],
    ['that steps through the minute', '*/30 * * * * *', 'once a minute'],
    ['of the start of a process', '@reboot', 'cron pattern'],
    ['that is one time', '2027-05-01T00:00:00', 'cron pattern'],
    ['of four fields', '0 9 * *', 'cron pattern'],
    ['of eight fields', '0 0 0 9 * * * *', 'cron pattern'],
    ['that is empty', '', 'cron pattern'],
    ['with a minute that is none', '61 * * * *', 'cron pattern'],
    ['that is too long', `0 9 * * ${'1,'.repeat(100)}1`, 'more than 128'],
  ])('%s is refused', (_case, cron, why) =>
    expect(cronFault({ cron, timezone: 'UTC' }, NOW)).toContain(why),
  )
})

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires'])('may be %s', (zone) =>
    expect(timeZoneFault(zone)).toBeUndefined(),
  )

  it.each(['', 'Mars/Olympus', '+02:00', 'x'.repeat(65), 'Europe/Zurich\n'])(
    '%j is refused',
    (zone) => expect(timeZoneFault(zone)).toContain('time zone'),
  )
})
