import { createHash } from 'node:crypto'
import { WINDOW_SECONDS, type Count, type Counter, type LimitPolicy } from './limit.js'
import { createMemoryCounter } from './memory-counter.js'
import { COMMAND_MS, type RedisClient, type RedisLink } from './redis-link.js'

/** Redis is told neither who calls nor from where. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

type CountInRedis = (key: string) => Promise<Count>

/** Loads the limiter, which only those need who have a Redis: it takes a good part of the start. */
async function createLimiter(
  client: RedisClient,
  { name, quota }: LimitPolicy,
): Promise<CountInRedis> {
  const { RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } =
    await import('rate-limiter-flexible')
  const redis = new RateLimiterRedis({
    storeClient: client,
    useRedisPackage: true,
    keyPrefix: `signet:limit:${name}`,
    points: quota,
    duration: WINDOW_SECONDS,
  })
  const limiter = new RLWrapperTimeouts({ limiter: redis, timeoutMs: COMMAND_MS })
  return async (key) => {
    // A count beyond the quota is thrown as well; whatever else is thrown is a failure of Redis.
    const counted = await limiter.consume(hashOf(key)).catch((error: unknown) => {
      if (error instanceof RateLimiterRes) return error
      throw error
    })
    return { used: counted.consumedPoints, resetsInMs: counted.msBeforeNext }
  }
}

/** Makes a counter that all instances of a server share; while Redis is away each one counts its own. */
export function createRedisCounter(link: RedisLink, policy: LimitPolicy): Counter {
  const own = createMemoryCounter()
  let limiter: Promise<CountInRedis> | undefined
  return {
    async count(key) {
      const client = await link.client()
      if (client === undefined) return own.count(key)
      limiter ??= createLimiter(client, policy)
      try {
        const countInRedis = await limiter
        const count = await countInRedis(key)
        link.succeeded()
        return count
      } catch (error) {
        link.failed(error)
        return own.count(key)
      }
    },
  }
}
