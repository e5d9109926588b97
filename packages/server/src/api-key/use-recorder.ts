import type { ApiKeyStore } from '@signet/auth'
import type { Logger } from '@signet/core'

/** Writes down when keys are used, beside the requests that use them. */
export interface UseRecorder {
  /** A key is used now. Writes nothing by itself, and never fails. */
  note(id: string): void
  /** Writes what is still to be written, and ends. */
  close(): Promise<void>
}

/** A key's use is written at most this often. */
const EVERY_MS = 60_000
/** How long uses are gathered before they are written together. */
const GATHER_MS = 5000

/**
 * Makes a recorder of uses. What cannot be written is tried again with the next uses, and given up at the end:
 * it tells when a key was last seen, and nothing depends on it.
 *
 */
export function createUseRecorder(
  store: Pick<ApiKeyStore, 'touch'>,
  { logger }: { readonly logger: Logger },
): UseRecorder {
  /** When each key was last noted, by a clock that nobody sets; those of more than a minute ago are forgotten. */
  const noted = new Map<string, number>()
  const pending = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()
  let hasFailed = false
  let isClosed = false

  async function write(): Promise<void> {
    const uses = [...pending].map(([id, at]) => ({ id, at }))
    pending.clear()
    const now = performance.now()
    for (const [id, at] of noted) if (now - at >= EVERY_MS) noted.delete(id)
    if (uses.length === 0) return
    try {
      await store.touch(uses)
      hasFailed = false
    } catch (error) {
      for (const { id, at } of uses) if (!pending.has(id)) pending.set(id, at)
      if (!hasFailed) {
        logger.warn('The times of the last use of API keys cannot be stored now.', { error })
      }
      hasFailed = true
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  return {
    note(id) {
      const now = performance.now()
      if (isClosed || now - (noted.get(id) ?? -Infinity) < EVERY_MS) return
      noted.set(id, now)
      pending.set(id, Date.now())
      timer ??= setTimeout(() => void flush(), GATHER_MS).unref()
    },
    async close() {
      isClosed = true
      await flush()
    },
  }
}
