import { recorderOf, type RunRecorder } from './run-recorder.js'
import type { RunEvents, RunStatus, RunStorage } from './run-storage.js'

/** How often a storage is asked whether it has more, in milliseconds. */
const POLL_MS = 250
/** How long the last events of a run are waited for that goes on no more, in milliseconds. */
const MAX_TAIL_MS = 10_000

/** Of which a leg goes on, or begins by itself. */
const GOING_ON: ReadonlySet<RunStatus> = new Set<RunStatus>(['pending', 'waiting', 'running'])

/** Which events are wanted. */
export interface FollowOptions {
  readonly runs: RunStorage
  readonly owner: string
  readonly runId: string
  /** The index of the first that is wanted; there may be none of it yet. */
  readonly from: number
  /** Nobody wants more. */
  readonly signal: AbortSignal
}

/**
 * Why there are no more events: `over`, the run waits for somebody or has ended; `full`, it told more than is kept;
 * `interrupted`, its process ended in the middle; `gone`, they are kept no longer; `stopped`, nobody wants more.
 */
export type FollowEnd = 'over' | 'full' | 'interrupted' | 'gone' | 'stopped'

/** Waits for something that may happen, until the signal fires. */
async function waitFor(signal: AbortSignal, begin: (go: () => void) => () => void): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const go = () => {
      forget()
      signal.removeEventListener('abort', go)
      resolve()
    }
    signal.addEventListener('abort', go)
    const forget = begin(go)
  })
}

function untilChanged(recorder: RunRecorder, signal: AbortSignal): Promise<void> {
  return waitFor(signal, (go) => recorder.onChange(go))
}

function pause(signal: AbortSignal): Promise<void> {
  return waitFor(signal, (go) => {
    const timer = setTimeout(go, POLL_MS)
    return () => clearTimeout(timer)
  })
}

/** What the storage says of the end of events, all of which have been read; undefined where more may come. */
function endOf({ run, state }: RunEvents, waitedMs: number): FollowEnd | undefined {
  if (state === 'full') return 'full'
  if (GOING_ON.has(run.status)) return undefined
  if (state === 'over') return 'over'
  // A leg ends its run, or suspends it, before it has told so.
  return run.failure?.code === 'interrupted' || waitedMs > MAX_TAIL_MS ? 'interrupted' : undefined
}

/**
 * The events of a run from an index on, then those that come: from this process where it records the run, else from the
 * storage. It is read ahead by one page, so that a reader may take its time.
 *
 * @returns why there are no more
 * @throws what the storage throws
 */
export async function* followRun(options: FollowOptions): AsyncGenerator<string, FollowEnd> {
  const { runs, owner, runId, from, signal } = options
  let index = from
  let waitingSince: number | undefined
  while (!signal.aborted) {
    const recorder = recorderOf(runs, { owner, runId })
    const taken = recorder?.take(index)
    if (recorder !== undefined && taken !== undefined) {
      for (const event of taken) {
        yield event
        index++
      }
      if (taken.length > 0) continue
      if (recorder.state !== 'open') return recorder.state
      await untilChanged(recorder, signal)
      continue
    }
    const read = await runs.readEvents(owner, runId, index)
    if (read === undefined) return 'gone'
    for (const event of read.events) {
      yield event
      index++
    }
    if (read.events.length > 0) {
      waitingSince = undefined
      continue
    }
    waitingSince ??= performance.now()
    const end = endOf(read, performance.now() - waitingSince)
    if (end !== undefined) return end
    await pause(signal)
  }
  return 'stopped'
}
