/**
 * What the clock of this machine said when the process began, and what has passed since: a clock that is set meanwhile
 * does not change it.
 */
function steadyNow(): number {
  return performance.timeOrigin + performance.now()
}

/**
 * The later of what the clock says and what it would say, had nobody set it since the process began, in milliseconds
 * since 1970. For what must not end too early: a clock that is set back takes nothing back.
 */
export function latestNow(): number {
  return Math.max(Date.now(), steadyNow())
}

/** The earlier of both. For what must not be forgotten too early: a clock that is set forward ends nothing. */
export function earliestNow(): number {
  return Math.min(Date.now(), steadyNow())
}
