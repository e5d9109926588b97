import type { Logger } from '@signet/core'

/** On SIGUSR1 Node.js opens its inspector on 127.0.0.1:9229, where any process of the machine may run code in this one. */
export function refuseInspector(logger: Logger): void {
  process.on('SIGUSR1', () =>
    logger.warn(
      'SIGUSR1 does not open the inspector. To debug, start with NODE_OPTIONS=--inspect.',
    ),
  )
}
