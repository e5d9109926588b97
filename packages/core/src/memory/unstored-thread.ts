import type { MemoryStorage } from './storage.js'

/** For how long a thread takes no question: as long as the server tells its clients to wait. In milliseconds. */
const PAUSE_MS = 5000
/** So many threads are paused at once; of more, the first ones take questions again. */
const MAX_PAUSED = 1000

/** A thread whose last answer was not stored. */
interface PausedThread {
  /** In milliseconds of `performance.now()`. */
  readonly until: number
  /** Why the answer was not stored. */
  readonly cause: unknown
}

/** By owner and id; the one whose pause ends first comes first. */
type PausedThreads = Map<string, PausedThread>

const paused = new WeakMap<MemoryStorage, PausedThreads>()

/** An answer of a thread was made a moment ago, paid, and not stored. */
class PausedThreadError extends Error {
  override readonly name = 'PausedThreadError'
  readonly code = 'storage_unavailable'
}

function keyOf(owner: string, threadId: string): string {
  return `${owner} ${threadId}`
}

/**
 * Takes note that an answer of a thread could not be stored.
 * @param cause - why not
 */
export function pauseThread(
  storage: MemoryStorage,
  owner: string,
  threadId: string,
  cause: unknown,
): void {
  const threads: PausedThreads = paused.get(storage) ?? new Map()
  paused.set(storage, threads)
  const key = keyOf(owner, threadId)
  threads.delete(key)
  threads.set(key, { until: performance.now() + PAUSE_MS, cause })
  const [first] = threads.keys()
  if (threads.size > MAX_PAUSED && first !== undefined) threads.delete(first)
}

/**
 * Refuses an answer of a thread whose last one could not be stored a moment ago: clients repeat a request at once, by
 * themselves, and its tools would run again.
 *
 * @throws an error with the code `storage_unavailable`, whose cause is why that answer was not stored
 */
export function requireNotPaused(storage: MemoryStorage, owner: string, threadId: string): void {
  const threads = paused.get(storage)
  const key = keyOf(owner, threadId)
  const thread = threads?.get(key)
  if (thread === undefined) return
  if (performance.now() < thread.until) {
    throw new PausedThreadError(
      'The last answer of this thread could not be stored. Try again in a moment.',
      { cause: thread.cause },
    )
  }
  threads?.delete(key)
}
