import type { RunningServer } from '@signet/server'

/**
 * Waits for the end of the process: on SIGINT or SIGTERM the server takes no more requests and lets
 * running answers finish; a second signal ends them.
 * @param say - told when the end begins
 */
export async function untilShutdown(
  server: RunningServer,
  say: (message: string) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let closing: Promise<void> | undefined
    function onSignal(): void {
      if (closing !== undefined) {
        void server.close(0)
        return
      }
      say('Finishing running answers. A second signal cuts them.')
      closing = server.close().then(() => {
        process.off('SIGINT', onSignal)
        process.off('SIGTERM', onSignal)
        resolve()
      })
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
