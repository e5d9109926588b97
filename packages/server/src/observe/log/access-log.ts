import type { Logger } from '@signet/core'
import type { DecisionObserver } from '../../exchange.js'
import { methodName } from '../../route/method-name.js'
import type { Route } from '../../route/route.js'

/**
 * Tells of each request, at debug level: refusals and faults have a line of their own at any. It names no
 * subject and no address: these are in the audit, by the id of the request.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
export function createAccessLog(
  logger: Logger,
  pathOf: (route: Route) => string,
): DecisionObserver {
  return ({ request, requestId, route, status, code, durationMs }) => {
    if (logger.isEnabled?.('debug') === false) return
    const path = route === undefined ? 'none' : pathOf(route)
    logger.debug('A request was answered.', {
      requestId,
      method: methodName(request),
      route: path,
      status,
      code,
      durationMs,
    })
  }
}
