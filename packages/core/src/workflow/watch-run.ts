import { setTimeout as delay } from 'node:timers/promises'
import type { WorkflowSnapshot, WorkflowStatus } from './snapshot.js'

/** How long to wait before a run is looked at again: more and more, as long as nothing happens. */
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 3000
/** After a run was read, nobody reads it again for so many times as long: a large one costs a tenth of the time at most. */
const REST = 9
const MAX_REST_MS = 30_000

const AT_WORK: ReadonlySet<WorkflowStatus> = new Set(['running', 'waiting'])

/** Which run is watched. */
export interface WatchedRun {
  /** A text that is another one after each change of the run; undefined where it was deleted. */
  revision(): Promise<string | undefined>
  /** All that is known of the run; undefined where it was deleted. */
  read(): Promise<WorkflowSnapshot | undefined>
}

/** @returns whether the time is over, and the signal has not fired */
async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal, ref: false })
    return true
  } catch {
    return false
  }
}

/**
 * A run as it stands, and again when it has changed: until it ends, waits for somebody or is deleted, or the signal fires.
 * The whole run is read only where it has changed.
 */
export async function* watchRun(
  run: WatchedRun,
  signal: AbortSignal,
): AsyncGenerator<WorkflowSnapshot, undefined> {
  let seen: string | undefined
  let delayMs = FIRST_DELAY_MS
  do {
    // Before the run is: what changes meanwhile is read the next time.
    const next = await run.revision()
    if (next === undefined) return
    if (next === seen) {
      delayMs = Math.max(delayMs, Math.min(2 * delayMs, MAX_DELAY_MS))
      continue
    }
    const begunAt = performance.now()
    const snapshot = await run.read()
    if (snapshot === undefined) return
    const restMs = Math.min(REST * (performance.now() - begunAt), MAX_REST_MS)
    delayMs = Math.max(FIRST_DELAY_MS, restMs)
    seen = next
    yield snapshot
    if (!AT_WORK.has(snapshot.status)) return
  } while (await rest(delayMs, signal))
}
