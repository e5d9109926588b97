import { UsageFailure } from '../failure.js'

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
const DURATION = /^(\d{1,9})([smhd]?)$/
/** A hundred years. */
const MAX_SECONDS = 36_525 * SECONDS.d

/**
 * Reads a duration such as `90`, `30s`, `15m`, `8h` or `7d`, in whole seconds.
 * @throws {UsageFailure} that names the flag
 */
export function parseDuration(text: string, flag: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? []
  const seconds = Number(amount) * SECONDS[(unit || 's') as keyof typeof SECONDS]
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= MAX_SECONDS) return seconds
  throw new UsageFailure(
    `${flag} ${JSON.stringify(text)} is not a duration. Write a whole number followed by s, m, h or d, such as 8h; at most 36525d.`,
  )
}
