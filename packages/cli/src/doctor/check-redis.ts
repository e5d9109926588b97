import { probeRedis } from '@signet/server/internal'
import { redisUrl } from '../serve/limits.js'
import type { Finding } from './finding.js'

/** If REDIS_URL is set, checks whether the instances can share their limits. */
export async function checkRedis(): Promise<readonly Finding[]> {
  const url = redisUrl()
  if (url === undefined) return []
  const reason = await probeRedis(url)
  if (reason === undefined) {
    return [{ check: 'redis', level: 'ok', what: 'Redis counts requests for all instances.' }]
  }
  return [
    {
      check: 'redis',
      level: 'warning',
      what: `Redis cannot count requests (${reason}).`,
      why: 'Each instance counts for itself: with three instances, a caller has three times the limit. Requests with a DPoP proof get 503.',
      remedy: 'Check that the Redis of REDIS_URL runs, accepts this server and stores values.',
    },
  ]
}
