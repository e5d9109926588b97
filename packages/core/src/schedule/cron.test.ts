import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
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
    expect(times('0 0 0 1 1 * 2027,2029-2030', 'UTC', '2026-01-15T00:00:00Z', 9)).toEqual([
      '2027-01-01T00:00:00.000Z',
      '2029-01-01T00:00:00.000Z',
      '2030-01-01T00:00:00.000Z',
    ])
  })

  it('is in the year that it is by the clocks of the time zone', () => {
    const [zone, from] = ['America/New_York', '2027-01-01T02:00:00Z']
    expect(times('0 30 23 31 12 * 2026', zone, from, 2)).toEqual(['2027-01-01T04:30:00.000Z'])
    const [ahead, before] = ['Pacific/Auckland', '2026-12-31T10:00:00Z']
    expect(times('0 30 0 1 1 * 2027', ahead, before, 2)).toEqual(['2026-12-31T11:30:00.000Z'])
  })

  it('is found across the years between two leap days, and not later', () => {
    expect(times('0 0 29 2 *', 'UTC', '2096-03-01T00:00:00Z', 1)).toEqual([
      '2104-02-29T00:00:00.000Z',
    ])
    expect(times('0 0 0 1 1 * 2036', 'UTC', '2027-12-31T00:00:00Z', 1)).toEqual([])
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
    '0 0 LW * *',
    '0 0 15W * *',
    '0 0 * * MON#2',
    '0 0 * * 5L',
    '0 0 1-7 * +MON',
    '0 0 * JUL +WED',
    '0 0 0 1 1 * 2027-2030,2032',
  ])('may be %s', (cron) =>
    expect(cronFault({ cron, timezone: 'Europe/Zurich' }, NOW)).toBeUndefined(),
  )

  it.each([
    ['that never fires', '0 0 30 2 *', 'never fires'],
    ['whose last year is over', '0 0 0 1 1 * 2020', 'never fires'],
    ['whose first year is too far ahead', '0 0 0 1 1 * 2050', 'never fires'],
    ['whose years are counted by steps', '0 0 0 1 1 * */2', 'year'],
    ['whose year is none', '0 0 0 1 1 * 1-99999', 'year'],
    ['with + and #', '0 0 1-7 * +MON#1', '+'],
    ['with + and L', '0 0 25-31 * +5L', '+'],
    ['with + and W', '0 0 1W * +MON', '+'],
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

/** The most steps that a search may take: some 140,000 where two hours are skipped each year. Without a bound these are millions. */
const MAX_STEPS = 200_000

/** How many times croner computes a date: that is what its search consists of. It is stopped behind the most. */
function stepsOf(work: () => unknown): number {
  let steps = 0
  const step = () => {
    steps += 1
    if (steps > MAX_STEPS) throw new Error('The search takes too many steps.')
  }
  const [utc, { formatToParts }] = [Date.UTC, Intl.DateTimeFormat.prototype]
  vi.spyOn(Date, 'UTC').mockImplementation((...given) => {
    step()
    return utc(...given)
  })
  vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts').mockImplementation(function (
    this: Intl.DateTimeFormat,
    ...given
  ) {
    step()
    return formatToParts.apply(this, given)
  })
  try {
    work()
  } finally {
    vi.restoreAllMocks()
  }
  return steps
}

const WEEKDAYS = Array.from({ length: 28 }, (_each, index) => `${index + 1}W`)

describe('the search for the next fire', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    ['0 0 30 2 *', 'UTC'],
    ['0 0 31 2,4,6,9,11 *', 'UTC'],
    ['0 0 31 2,4,6,9,11 +0-6', 'UTC'],
    ['0 0 1-28 * +0-6#5', 'UTC'],
    ['0 0 0 1-28 * +0-6#5 1-9999', 'UTC'],
    ['0 0 0 1-28 * +0#5,1#5,2#5,3#5 2020-9999', 'UTC'],
    ['0 0 1-21 * +0-6L', 'UTC'],
    [`0 0 ${WEEKDAYS.join()} * +0,6`, 'UTC'],
    ['0 0 LW * +0,6', 'UTC'],
    ['0 0 29 2 +1', 'UTC'],
    ['0 0 0 30 2 * 2020-9999', 'UTC'],
    ['0 0 0 30 2 * */1', 'UTC'],
    // Each of these minutes is skipped, each year.
    ['* 2 * 3 0#2', 'America/New_York'],
    ['* 2 8-14 3 +0', 'America/New_York'],
    ['* 2 * 3 0L', 'Europe/Zurich'],
    ['0 * 2 * 3 0L 2000-9999', 'Europe/Zurich'],
    ['* 0 * 4 5L', 'Africa/Cairo'],
    ['* 1,2 * 3 0L', 'Antarctica/Troll'],
  ])('of %s in %s ends soon, whatever comes of it', (cron, timezone) => {
    // From a time that is there twice, as this is in Zurich and Troll, it is searched for twice.
    for (const at of [NOW, Date.parse('2026-10-25T00:30:00Z')]) {
      expect(stepsOf(() => cronFault({ cron, timezone }, at))).toBeLessThanOrEqual(MAX_STEPS)
    }
  })

  it('ends soon, whatever the pattern is, accepted or refused', () => {
    const field = (...parts: readonly string[]) =>
      fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 })
    const fields = fc.tuple(
      field('*', '0', '59', '*/7', '0-59'),
      field('*', '0', '2', '1-2', '23', '*/5'),
      field('*', '?', '1-28', '8-14', '25-31', '29', '30', '31', '1W', '31W', 'L', 'LW'),
      field('*', '2', '3', 'APR', '9-10', '2,4,6,9,11'),
      field('*', '?', '0', '0-6', '+0', '+0-6', '+*', '0#1', '+0-6#5', '0-6#5', '5L', '+0-6L'),
      field('*', '2020-9999', '2027', '2033', '*/1', '1-9999'),
    )
    const pattern = fields.map((parts) => ['0', ...parts.map((part) => part.join())].join(' '))
    const timezone = fc.constantFrom('UTC', 'Europe/Zurich', 'America/Santiago', 'Asia/Beirut')
    const from = fc.integer({ min: NOW, max: Date.parse('2105-01-01T00:00:00Z') })
    fc.assert(
      fc.property(pattern, timezone, from, (cron, zone, at) => {
        const search = () => cronFault({ cron, timezone: zone }, at)
        expect(stepsOf(search)).toBeLessThanOrEqual(MAX_STEPS)
        if (search() !== undefined) return
        const later = nextFireAt({ cron, timezone: zone }, at) ?? at
        const next = () => nextFireAt({ cron, timezone: zone }, later)
        expect(stepsOf(next)).toBeLessThanOrEqual(MAX_STEPS)
      }),
    )
  })
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
