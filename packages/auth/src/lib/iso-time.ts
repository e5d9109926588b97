/** A NumericDate as ISO 8601 in UTC, with milliseconds; undefined for a time too far away to have a date. */
export function isoTime(secondsSince1970: number): string | undefined {
  const date = new Date(secondsSince1970 * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
