import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningServer } from '@signet/server'

/** Waits, but no longer than until it is cut. */
async function pause(ms: number, cut: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: cut }).catch(() => undefined)
}

/**
 * Waits for the end of the process: on SIGINT or SIGTERM the server takes no more requests and lets
 * running answers finish; a second signal ends them.
 * @param say - told when the end begins
 * @param drainMs - how long the server goes on listening before that, so that whoever sends it requests
 *   sees that it is not ready any more. Default: 0
 */
export async function untilShutdown(
  server: RunningServer,
  say: (message: string) => void,
  drainMs = 0,
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
        process.off('SIGINT', onSignal)
        process.off('SIGTERM', onSignal)
        resolve()
      })
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
