/** How long a stream may be silent, in milliseconds: proxies, load balancers and clients give up after 30 s and more. */
const SILENCE_MS = 10_000

/** A comment, which readers of server-sent events pass over (HTML Living Standard section 9.2.6). */
const SIGN = ': waiting\n\n'

/** A reader who has asked for the next event. */
interface Waiting {
  resolve(result: IteratorResult<string, undefined>): void
  reject(error: unknown): void
}

/**
 * The same events, and a sign wherever the next one takes its time. A sign is made only for a reader who waits: one
 * who does not read gets none, and nothing piles up.
 * @param sign - what readers pass over. Default: a comment of server-sent events
 */
export function withSignsOfLife(
  events: AsyncIterator<string, undefined>,
  sign: string = SIGN,
): AsyncIterator<string, undefined> {
  let timer: NodeJS.Timeout | undefined
  let isAsked = false
  let waiting: Waiting | undefined
  let settled: IteratorResult<string, undefined> | undefined

  function give(result: IteratorResult<string, undefined>): void {
    const reader = waiting
    waiting = undefined
    if (result.done === true) clearTimeout(timer)
    reader?.resolve(result)
  }

  /** Asks for the next event, once: it may come after several comments. */
  async function ask(): Promise<void> {
    isAsked = true
    const result = await events.next()
    isAsked = false
    if (waiting === undefined) settled = result
    else give(result)
  }

  function showSign(): void {
    if (waiting !== undefined) give({ done: false, value: sign })
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        if (settled !== undefined) {
          give(settled)
          settled = undefined
          return
        }
        if (timer === undefined) timer = setTimeout(showSign, SILENCE_MS).unref()
        else timer.refresh()
        // Whoever waits by then is told, who need not be the one who waits now.
        if (!isAsked) ask().catch((error: unknown) => waiting?.reject(error))
      }),
    async return() {
      clearTimeout(timer)
      const end = (await events.return?.()) ?? ({ done: true, value: undefined } as const)
      give(end)
      return end
    },
  }
}
