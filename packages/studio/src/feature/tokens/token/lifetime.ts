/** The lifetime of a token: in seconds, `never` if it does not expire, or `written` for the `exp` in the JSON. */
export type Lifetime = number | 'never' | 'written'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** The lifetimes to choose from. */
export const LIFETIMES: readonly { readonly seconds: number; readonly name: string }[] = [
  { seconds: 15 * MINUTE, name: '15 minutes' },
  { seconds: HOUR, name: '1 hour' },
  { seconds: 8 * HOUR, name: '8 hours' },
  { seconds: DAY, name: '1 day' },
  { seconds: 7 * DAY, name: '7 days' },
  { seconds: 30 * DAY, name: '30 days' },
]

/** A lifetime as the value of a control. */
export function lifetimeText(lifetime: Lifetime): string {
  return String(lifetime)
}

/** The lifetime that `lifetimeText` wrote. */
export function readLifetime(text: string): Lifetime {
  if (text === 'never' || text === 'written') return text
  return Number(text)
}
