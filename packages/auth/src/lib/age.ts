/**
 * Begins to measure an age, in milliseconds: the longer of what has passed by a clock that nobody sets and by the clock
 * of this machine. The first one stands still while a machine is suspended, the other one may be set. So a clock that is
 * set forward makes things older, and one that is set back changes nothing.
 *
 * @param steadyNow - a clock that only goes forward, in milliseconds. Default: `performance.now`
 * @returns what tells the age
 */
export function measureAge(steadyNow: () => number = () => performance.now()): () => number {
  const [steady, wall] = [steadyNow(), Date.now()]
  return () => Math.max(steadyNow() - steady, Date.now() - wall)
}
