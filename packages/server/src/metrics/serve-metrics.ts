import { randomUUID } from 'node:crypto'
import type { Logger } from '@signet/core'
import { errorResponse } from '../error-response.js'
import { RequestError } from '../error.js'
import { requireLoopback } from '../host.js'
import { serve, type RunningServer } from '../node.js'
import type { Metrics } from './contract.js'
import { expositionResponse } from './exposition.js'

/** What is served, and where. */
export interface MetricsServerOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly logger: Logger
}

/**
 * Serves metrics without a token at `/metrics`, to this machine alone: on 127.0.0.1, and only to requests for
 * a loopback name, against DNS rebinding.
 * @throws {StartError} `port_taken` or `address_refused`
 */
export async function serveMetrics(
  metrics: Metrics,
  { port, logger }: MetricsServerOptions,
): Promise<RunningServer> {
  async function answer(request: Request): Promise<Response> {
    requireLoopback(request)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || new URL(request.url).pathname !== '/metrics') {
      throw new RequestError('not_found', 'There is only GET /metrics here.')
    }
    return expositionResponse(await metrics.scrape())
  }
  return await serve(
    async (request) => {
      try {
        return await answer(request)
      } catch (error) {
        const requestId = randomUUID()
        if (!(error instanceof RequestError)) {
          logger.error('The metrics could not be told.', { requestId, error })
        }
        return errorResponse(error, requestId)
      }
    },
    { port, hostname: '127.0.0.1' },
  )
}
