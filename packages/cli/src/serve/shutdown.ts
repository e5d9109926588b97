import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningServer } from '@signet/server'

/** The signals that ask for the end: all that would end the process at once if nobody listened, and can be heard. */
const END_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/**
 * Listens for the first signal that asks for the end, where no server runs yet that could be closed.
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

/** Waits for a signal that asks for the end, until that is heard elsewhere. */
export function untilEndSignal(): { readonly signalled: Promise<void>; ignore(): void } {
  let ignore: () => void = () => undefined
  const signalled = new Promise<void>((resolve) => {
    ignore = onEndSignal(() => resolve())
  })
  return { signalled, ignore: () => ignore() }
}

/** Waits, but no longer than until it is cut. */
async function pause(ms: number, cut: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: cut }).catch(() => undefined)
}

/**
 * Waits for the end of the process: on SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGUSR2 the server takes no more requests
 * and lets running answers finish; a second signal ends them.
 * @param say - told when the end begins
 * @param options.drainMs - how long the server goes on listening before that, so that whoever sends it requests
 *   sees that it is not ready any more. Default: 0
 * @param options.cause - asks for the end as a signal does, once it resolves
 */
export async function untilShutdown(
  server: RunningServer,
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
