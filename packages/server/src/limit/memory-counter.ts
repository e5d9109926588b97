import { LRUCache } from 'lru-cache'
import { WINDOW_SECONDS, type Count, type Counter } from './limit.js'

/**
 * How many keys a counter knows. What was counted longest ago is forgotten first, so that strangers who come from
 * ever new addresses take no memory; whoever asks often is not forgotten.
 */
const MAX_KEYS = 10_000

interface Window {
  used: number
  /** By a clock that nobody sets, in milliseconds. */
  readonly endsAt: number
}

/** Makes a counter of this process alone. */
export function createMemoryCounter(): Counter {
  const windows = new LRUCache<string, Window>({ max: MAX_KEYS })
  return {
    count(key): Count {
      const now = performance.now()
      let window = windows.get(key)
      if (window === undefined || window.endsAt <= now) {
        window = { used: 0, endsAt: now + WINDOW_SECONDS * 1000 }
        windows.set(key, window)
      }
      window.used++
      return { used: window.used, resetsInMs: window.endsAt - now }
    },
  }
}
