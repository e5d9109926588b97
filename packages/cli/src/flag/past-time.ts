import { parseDuration } from './duration.js'
import { UsageFailure } from '../failure.js'

const DURATION = /^\d+[smhd]$/
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

function parseDate(text: string): number {
  const time = DATE.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) return time
  // Date.parse reads 30 February as a day in March.
  const day = text.slice(0, 10)
  return new Date(day).toISOString().startsWith(day) ? time : Number.NaN
}

/**
 * Reads a time as milliseconds since 1970: how long ago, such as `90m` or `7d`, or in ISO 8601, such as
 * `2026-11-24` (the beginning of that day in UTC) or `2026-11-24T16:30:00Z`.
 * @throws {UsageFailure} that names the flag
 */
export function parsePastTime(text: string, flag: string, now: number): number {
  if (DURATION.test(text)) return now - parseDuration(text, flag) * 1000
  const time = parseDate(text)
  if (!Number.isNaN(time)) return time
  throw new UsageFailure(
    `${flag} ${JSON.stringify(text)} is not a time. Write an age such as 90m or 7d, or a time such as 2026-11-24 or 2026-11-24T16:30:00Z.`,
  )
}
