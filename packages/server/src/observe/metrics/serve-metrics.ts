import { randomUUID } from 'node:crypto'
import type { Logger } from '@signet/core'
import { errorReply } from '../../error/error-response.js'
import { RequestError } from '../../error/error.js'
import { requireLoopback } from '../../arrival/loopback.js'
import type { Incoming } from '../../http/incoming.js'
import type { Reply } from '../../http/reply.js'
import { serve, type RunningServer } from '../../serve.js'
import type { Metrics } from './metrics.js'
import { expositionReply } from './exposition.js'

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
  async function answer(request: Incoming): Promise<Reply> {
    if (request.fault !== undefined) throw request.fault
    requireLoopback(request)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || request.path !== '/metrics') {
      throw new RequestError('not_found', 'There is only GET /metrics here.')
    }
    return expositionReply(await metrics.scrape())
  }
  return await serve(
    async (request) => {
      try {
        return await answer(request)
      } catch (error) {
        const requestId = randomUUID()
        if (!(error instanceof RequestError)) {
          logger.error('The metrics could not be written.', { requestId, error })
        }
        return errorReply(error, requestId)
      }
    },
    { port, hostname: '127.0.0.1', logger },
  )
}
