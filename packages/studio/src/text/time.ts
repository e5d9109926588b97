const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** A duration in words, in its largest unit: “3 minutes”. @param ms - its sign is ignored */
export function describeDuration(ms: number): string {
  const length = Math.abs(ms)
  const [name, size] = UNITS.find(([, size]) => length >= size) ?? ['second', 1000]
  const count = Math.floor(length / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** The distance of a time from now: “in 3 minutes”, “3 minutes ago”. Both are in ms since 1970. */
export function describeDistance(at: number, now: number): string {
  const distance = at - now
  if (Math.abs(distance) < 1000) return 'now'
  return distance > 0 ? `in ${describeDuration(distance)}` : `${describeDuration(distance)} ago`
}

/** The remaining time, as a countdown shows it: “7 h 58 min”, “4 min 05 s”, “12 s”. @param ms - below 0 counts as 0 */
export function describeRemaining(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  const pad = (value: number) => String(value).padStart(2, '0')
  if (days > 1) return `${days} days`
  if (hours > 0) return `${hours} h ${pad(minutes % 60)} min`
  if (minutes > 0) return `${minutes} min ${pad(seconds % 60)} s`
  return `${seconds} s`
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A time in the format and the time zone of the reader. @param at - ms since 1970, or ISO 8601 */
export function describeMoment(at: number | string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'no date' : DATE.format(date)
}
