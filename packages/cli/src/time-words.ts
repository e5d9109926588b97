const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** The claims of a token that are times (RFC 7519 section 4.1). */
export type TimeClaim = 'iat' | 'nbf' | 'exp'

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
  const date = new Date(Math.floor(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}

/** What a time of a token means now, such as `expires in 7 h 59 min`. */
export function timeWords(claim: TimeClaim, seconds: number, nowSeconds: number): string {
  const isAhead = seconds > nowSeconds
  const length = durationWords(seconds - nowSeconds)
  switch (claim) {
    case 'exp':
      return isAhead ? `expires in ${length}` : `expired ${length} ago`
    case 'nbf':
      return isAhead ? `not active for another ${length}` : `active for ${length}`
    case 'iat':
      return isAhead ? `issued ${length} in the future` : `issued ${length} ago`
  }
}
