/** After how many rows those are deleted that have ended, and how many of them at most. */
const SWEEP_INTERVAL = 64
const SWEEP_SIZE = 2 * SWEEP_INTERVAL

/**
 * Makes what is called for each row that is written: the first time, and after each 64 rows, it deletes up to 128 rows that
 * have ended.
 * @param sweep - deletes so many at most. Nobody waits for it; where it fails, a later one deletes the same
 */
export function sweepSometimes(sweep: (limit: number) => Promise<void>): () => void {
  let untilSweep = 1
  return () => {
    untilSweep--
    if (untilSweep > 0) return
    untilSweep = SWEEP_INTERVAL
    sweep(SWEEP_SIZE).catch(() => undefined)
  }
}
