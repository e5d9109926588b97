import type { RunningServer } from '@signet/server'
import { type Io, writeLine } from './io.js'

/**
 * Waits for the end of the process: on SIGINT or SIGTERM the server takes no more requests and lets
 * running answers finish; a second signal ends them.
 */
export async function untilShutdown(server: RunningServer, io: Io): Promise<void> {
  await new Promise<void>((resolve) => {
    let closing: Promise<void> | undefined
    function onSignal(): void {
      if (closing !== undefined) {
        void server.close(0).then(() => process.exit(1))
        return
      }
      writeLine(io.stderr, 'Finishing running answers. Press Ctrl+C again to cut them.')
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
