import { Cron } from 'croner'
import { BOUNDS } from '../bounds.js'

/**
 * How many years ahead a fire is looked for, so that the search ends soon, whatever the pattern is: as many as there may be between
 * two leap days.
 */
const MAX_YEARS_AHEAD = 8

const ONE_SECOND = /^[0-5]?\d$/
const YEARS = /^(?:\*|\d{4}(?:-\d{4})?(?:,\d{4}(?:-\d{4})?)*)$/
const NICKNAME = /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/i

/** When a schedule fires: a pattern, in the time of a zone. */
export interface Cadence {
  /** Five fields; or six, with the second first; or seven, with the year last; or a name such as `@daily`. */
  readonly cron: string
  /** A name of IANA, such as `Europe/Zurich`. */
  readonly timezone: string
}

/**
 * Why a time zone cannot be used; undefined where it can.
 * @param timezone - at most 64 characters
 */
export function timeZoneFault(timezone: string): string | undefined {
  const message = 'It must be the name of a time zone, such as Europe/Zurich.'
  if (timezone === '' || timezone.length > BOUNDS.timeZoneCharacters.limit) return message
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions()
    // One that is an offset, such as +02:00, does not know the summer.
    return /^[A-Za-z]/.test(timeZone) ? undefined : message
  } catch {
    return message
  }
}

/** The seven fields of a pattern: the second first, the year last. Undefined where it has too few or too many. */
function fieldsOf(cron: string): readonly string[] | undefined {
  const fields = cron.trim().split(/\s+/)
  if (fields.length === 5) return ['0', ...fields, '*']
  if (fields.length === 6) return [...fields, '*']
  return fields.length === 7 ? fields : undefined
}

/** Why the text of a pattern cannot be one; undefined where its fields are to be read. */
function formFault(cron: string): string | undefined {
  const { limit } = BOUNDS.cronCharacters
  if (cron.length > limit) return `It has more than ${limit} characters.`
  if (NICKNAME.test(cron)) return undefined
  const fields = fieldsOf(cron)
  if (fields === undefined) {
    return 'It must be a cron pattern of five fields, such as "0 9 * * 1-5".'
  }
  const [second = '', , , day = '', , weekday = '', year = ''] = fields
  if (!ONE_SECOND.test(second)) {
    return 'It must fire once a minute at most: write one second, such as 0.'
  }
  if (!YEARS.test(year)) return 'Its year must be * or years, such as 2027 or 2027-2030.'
  // Each of these is looked for day by day; with + there may be none for years.
  const isLookedFor = /w/i.test(day) || /[#l]/i.test(weekday)
  return weekday.startsWith('+') && isLookedFor
    ? 'A day of the week with + cannot go with #, L or W.'
    : undefined
}

function hasYear(field: string, year: number): boolean {
  if (field === '*') return true
  return field.split(',').some((part) => {
    const [first, last = first] = part.split('-').map(Number)
    return first !== undefined && last !== undefined && first <= year && year <= last
  })
}

/**
 * The pattern with those of its years alone that a fire is looked for in; undefined where it has none of them.
 * @param now - the year that it is, give or take one: by the clocks of the time zone it may be another
 */
function withinReach(cron: string, now: number): string | undefined {
  if (NICKNAME.test(cron)) return cron
  const fields = fieldsOf(cron)
  if (fields === undefined) throw new TypeError('It is not a cron pattern.')
  const field = fields.at(-1) ?? '*'
  const reach = Array.from({ length: MAX_YEARS_AHEAD + 2 }, (_each, index) => now - 1 + index)
  const years = reach.filter((year) => hasYear(field, year))
  return years.length === 0 ? undefined : [...fields.slice(0, -1), years.join(',')].join(' ')
}

/**
 * Why a pattern cannot be used, in a time zone that can; undefined where it can. One that does not fire within
 * 8 years of `now` cannot.
 * @param now - in milliseconds since 1970
 */
export function cronFault(cadence: Cadence, now: number): string | undefined {
  const fault = formFault(cadence.cron)
  if (fault !== undefined) return fault
  try {
    return nextFireAt(cadence, now) === undefined
      ? `It never fires within ${MAX_YEARS_AHEAD} years.`
      : undefined
  } catch {
    return 'It is not a cron pattern. Write five fields, such as "0 9 * * 1-5".'
  }
}

/**
 * When a schedule fires next. By the clocks of its time zone: a time that is skipped in spring comes at the end of the gap, and one
 * that is there twice in autumn comes once.
 * @param after - in milliseconds since 1970; the time is later
 * @returns undefined where it does not fire within 8 years
 * @throws {TypeError} for a pattern or a time zone that cannot be used
 */
export function nextFireAt({ cron, timezone }: Cadence, after: number): number | undefined {
  const pattern = withinReach(cron, new Date(after).getUTCFullYear())
  if (pattern === undefined) return undefined
  return new Cron(pattern, { timezone }).nextRun(new Date(after))?.getTime()
}
