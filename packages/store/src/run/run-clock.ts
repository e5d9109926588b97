import { sql, type RawBuilder } from 'kysely'
import type { Driver } from '../database/driver/driver.js'

/** When it is, for statements: by the clock of the database, which all instances share, where it has one. */
export interface RunClock {
  /** Now, as an expression; in milliseconds since 1970. */
  now(): RawBuilder<number>
  /** So many milliseconds from now on. */
  after(ms: number): RawBuilder<number>
}

/** @param given - for tests: milliseconds since 1970, in place of what the database says */
export function createRunClock({ clock }: Driver, given: (() => number) | undefined): RunClock {
  if (clock !== undefined && given === undefined) {
    return { now: () => clock, after: (ms) => sql`${clock} + cast(${ms} as bigint)` }
  }
  const now = given ?? Date.now
  const at = (time: number) => sql<number>`cast(${Math.floor(time)} as bigint)`
  return { now: () => at(now()), after: (ms) => at(now() + ms) }
}
