import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningServer } from '@signet/server'

/**
 * The signals that end the server: those that would end the process at once without a listener, and that a listener can
 * handle.
 */
const END_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/**
 * Listens for the first end signal, while there is no server yet that could be closed.
 * @returns stops listening
 */
export function onEndSignal(onSignal: (signal: NodeJS.Signals) => void): () => void {
  function stop(): void {
    for (const signal of END_SIGNALS) process.off(signal, take)
  }
  function take(signal: NodeJS.Signals): void {
    stop()
    onSignal(signal)
  }
  for (const signal of END_SIGNALS) process.on(signal, take)
  return stop
}

/** Waits for an end signal until `ignore` is called. */
export function untilEndSignal(): { readonly signalled: Promise<void>; ignore(): void } {
  let ignore: () => void = () => undefined
  const signalled = new Promise<void>((resolve) => {
    ignore = onEndSignal(() => resolve())
  })
  return { signalled, ignore: () => ignore() }
}

/** Waits until the time is over or `cut` is aborted. */
async function pause(ms: number, cut: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: cut }).catch(() => undefined)
}

/**
 * Waits for SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGUSR2. Then the server accepts no more requests, and running answers
 * may finish. A second signal cuts them.
 * @param say - told when the end begins
 * @param options.drainMs - how long the server goes on listening before that, so that whoever sends it requests
 *   sees that it is not ready any more. Default: 0
 * @param options.cause - asks for the end as a signal does, once it resolves
 */
export async function untilShutdown(
  server: Pick<RunningServer, 'close'>,
  say: (message: string) => void,
  { drainMs = 0, cause }: { readonly drainMs?: number; readonly cause?: Promise<void> } = {},
): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = new AbortController()
    let closing: Promise<void> | undefined
    function onSignal(): void {
      if (closing !== undefined) {
        cut.abort()
        void server.close(0)
        return
      }
      say('Finishing running answers. A second signal cuts them.')
      closing = pause(drainMs, cut.signal).then(async () => {
        await server.close()
        for (const signal of END_SIGNALS) process.off(signal, onSignal)
        resolve()
      })
    }
    for (const signal of END_SIGNALS) process.on(signal, onSignal)
    void cause?.then(() => {
      if (closing === undefined) onSignal()
    })
  })
}
