import type { Logger } from '@signet/core'
import { serveMetrics, StartError, type App, type RunningServer } from '@signet/server'
import { CommandFailure } from '../failure.js'
import { metricsPort } from './port.js'

/**
 * Serves metrics on the port `METRICS_PORT`, if it is set.
 * @throws {CommandFailure} where that port is taken
 */
export async function openMetricsServer(
  { metrics }: App,
  logger: Logger,
): Promise<RunningServer | undefined> {
  const port = metricsPort((message) => logger.warn(message))
  if (port === undefined) return undefined
  try {
    const server = await serveMetrics(metrics, { port, logger })
    const address = { address: server.hostname, port: server.port }
    logger.info('Metrics are served without a token, to this machine only.', address)
    return server
  } catch (cause) {
    if (!(cause instanceof StartError) || cause.code !== 'port_taken') throw cause
    throw new CommandFailure(`Port ${port} is taken. Choose another with METRICS_PORT.`, { cause })
  }
}
