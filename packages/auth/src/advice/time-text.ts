import { isoTime } from '../lib/iso-time.js'

const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** A length of time in its two largest units, such as `7 h 59 min`; what is less is left out. */
export function durationWords(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds))
  const first = UNITS.findIndex(([, length]) => whole >= length)
  if (first < 0) return 'less than 1 s'
  let rest = whole
  const words: string[] = []
  for (const [unit, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) words.push(`${count} ${unit}`)
  }
  return words.join(' ')
}

/** A NumericDate as ISO 8601 in UTC, in whole seconds; undefined for what has no date. */
export function dateText(seconds: number): string | undefined {
  return isoTime(Math.floor(seconds))?.replace('.000Z', 'Z')
}

/** A moment by its distance and its date: `3 min ago, at 2026-11-30T01:00:00Z`. Both in seconds since 1970. */
export function momentText(seconds: number, now: number): string {
  const distance = durationWords(seconds - now)
  const date = dateText(seconds)
  const words = seconds > now ? `in ${distance}` : `${distance} ago`
  return date === undefined ? words : `${words}, at ${date}`
}
