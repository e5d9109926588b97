import type { MemoryStorage } from './storage.js'

/** For how long a thread rests: as long as the server tells its clients to wait. In milliseconds. */
const REST_MS = 5000
/** So many threads rest at once; of more, the first ones go on. */
const MOST_RESTING = 1000

/** Until when threads rest, by owner and id, in milliseconds of `performance.now()`; the first to go on comes first. */
type RestingThreads = Map<string, number>

const resting = new WeakMap<MemoryStorage, RestingThreads>()

/** An answer of a thread was made a moment ago, paid, and not stored. */
class RestingThreadError extends Error {
  override readonly name = 'RestingThreadError'
  readonly code = 'storage_unavailable'
}

function keyOf(owner: string, threadId: string): string {
  return `${owner} ${threadId}`
}

/** Takes note that an answer of a thread could not be stored. */
export function restThread(storage: MemoryStorage, owner: string, threadId: string): void {
  const threads: RestingThreads = resting.get(storage) ?? new Map()
  resting.set(storage, threads)
  const key = keyOf(owner, threadId)
  threads.delete(key)
  threads.set(key, performance.now() + REST_MS)
  const [first] = threads.keys()
  if (threads.size > MOST_RESTING && first !== undefined) threads.delete(first)
}

/**
 * Refuses an answer of a thread whose last one could not be stored a moment ago: clients repeat a request at once, by
 * themselves, and its tools would run again.
 *
 * @throws an error with the code `storage_unavailable`
 */
export function requireRested(storage: MemoryStorage, owner: string, threadId: string): void {
  const threads = resting.get(storage)
  const key = keyOf(owner, threadId)
  const until = threads?.get(key)
  if (until === undefined) return
  if (performance.now() < until) {
    throw new RestingThreadError('The last answer of this thread could not be stored a moment ago.')
  }
  threads?.delete(key)
}
