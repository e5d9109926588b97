import type { Logger } from '@signet/core'

/**
 * Without this, SIGUSR1 makes Node.js open its inspector on 127.0.0.1:9229, through which any process of the machine
 * can run code in this one.
 */
export function refuseInspector(logger: Logger): void {
  process.on('SIGUSR1', () =>
    logger.warn(
      'SIGUSR1 does not open the inspector. To debug, start with NODE_OPTIONS=--inspect.',
    ),
  )
}
