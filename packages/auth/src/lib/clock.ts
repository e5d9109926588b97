/** For how long the clock of a process is followed that is ahead of the clock of its machine, in milliseconds. */
const MAX_AHEAD_MS = 86_400_000

/** What the clock of this machine said when `performance.now()` was 0. */
let origin = performance.timeOrigin
/** Since when, by `performance.now()`, the clock of this process has been ahead. */
let aheadSince: number | undefined

/**
 * What the clock of this machine said when the process began, and what has passed since: a clock that is set meanwhile
 * does not change it. One that is set back was right before, or is right now: nobody can tell. After a day, it is right
 * now, or a process that began while the clock was ahead would be ahead for ever.
 */
function steadyNow(): number {
  const passed = performance.now()
  const now = Date.now()
  if (origin + passed <= now) {
    aheadSince = undefined
  } else {
    aheadSince ??= passed
    if (passed - aheadSince > MAX_AHEAD_MS) origin = now - passed
  }
  return origin + passed
}

/**
 * The later of what the clock says and what it would say, had nobody set it since the process began, in milliseconds
 * since 1970. A lead of the second one counts for a day. For what must not end too early: a clock that is set back takes nothing back.
 */
export function latestNow(): number {
  return Math.max(Date.now(), steadyNow())
}

/** The earlier of both. For what must not be forgotten too early: a clock that is set forward ends nothing. */
export function earliestNow(): number {
  return Math.min(Date.now(), steadyNow())
}
