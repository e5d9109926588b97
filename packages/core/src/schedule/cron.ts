import { Cron } from 'croner'

/** The longest pattern and the longest name of a time zone, in characters. */
const MAX_CRON_CHARACTERS = 128
const MAX_TIME_ZONE_CHARACTERS = 64

/** The fields of a pattern that has seconds; a pattern of five has none. */
const WITH_SECONDS: ReadonlySet<number> = new Set([6, 7])
const ONE_SECOND = /^[0-5]?\d$/
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
  if (timezone === '' || timezone.length > MAX_TIME_ZONE_CHARACTERS) return message
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions()
    // One that is an offset, such as +02:00, does not know the summer.
    return /^[A-Za-z]/.test(timeZone) ? undefined : message
  } catch {
    return message
  }
}

/** Why the text of a pattern cannot be one; undefined where its fields are to be read. */
function formFault(cron: string): string | undefined {
  if (cron.length > MAX_CRON_CHARACTERS) {
    return `It has more than ${MAX_CRON_CHARACTERS} characters.`
  }
  const fields = cron.trim().split(/\s+/)
  const [first = ''] = fields
  if (NICKNAME.test(cron)) return undefined
  if (WITH_SECONDS.has(fields.length)) {
    const isOnce = ONE_SECOND.test(first)
    return isOnce ? undefined : 'It must fire once a minute at most: write one second, such as 0.'
  }
  return fields.length === 5
    ? undefined
    : 'It must be a cron pattern of five fields, such as "0 9 * * 1-5".'
}

/**
 * Why a pattern cannot be used, in a time zone that can; undefined where it can. One that never fires after `now` cannot.
 * @param now - in milliseconds since 1970
 */
export function cronFault(cadence: Cadence, now: number): string | undefined {
  const fault = formFault(cadence.cron)
  if (fault !== undefined) return fault
  try {
    return nextFireAt(cadence, now) === undefined ? 'It never fires.' : undefined
  } catch {
    return 'It is not a cron pattern. Write five fields, such as "0 9 * * 1-5".'
  }
}

/**
 * When a schedule fires next. By the clocks of its time zone: a time that is skipped in spring comes at the end of the gap, and one
 * that is there twice in autumn comes once.
 * @param after - in milliseconds since 1970; the time is later
 * @returns undefined where it never fires again
 * @throws {TypeError} for a pattern or a time zone that cannot be used
 */
export function nextFireAt({ cron, timezone }: Cadence, after: number): number | undefined {
  return new Cron(cron, { timezone }).nextRun(new Date(after))?.getTime()
}
