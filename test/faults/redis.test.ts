import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '@signet/test-support/store/redis-server'
import { runbookTable } from './runbook.js'
import { until } from './until.js'
import { outcomeOf, WatchedServers, type WatchedServer } from './watched-server.js'

const servers = new WatchedServers()
let redis: RedisServer

describeWithRedis('a fault of Redis under signet start', () => {
  beforeAll(async () => {
    redis = await startRedis()
  })

  afterAll(async () => {
    await servers.kill()
    await redis?.remove()
  })

  const list = ({ alice }: WatchedServer) => outcomeOf(alice.get('/api/agents'))

  it.each<readonly [string, () => Promise<void> | void, () => Promise<void> | void]>([
    ['that is gone, and comes back', () => redis.halt(), () => redis.start()],
    ['that stands still, and goes on', () => redis.freeze(), () => redis.thaw()],
  ])('%s: callers meet nothing, and the log says so once', async (_case, begin, end) => {
    const limits = { requests: { perMinute: 10_000 } }
    const server = await servers.start({ REDIS_URL: redis.url }, { limits })
    expect((await list(server)).status).toBe(200)
    await begin()
    try {
      for (let count = 0; count < 20; count++) expect((await list(server)).status).toBe(200)
      const { message } = await server.untilTold(0, (told) => told.message.startsWith('Redis'))
      const lines = runbookTable('Messages of the log')
      expect(lines.some(({ words }) => words[1]?.[0] === message)).toBe(true)
    } finally {
      await end()
    }
    await until(
      async () => {
        await list(server)
        return server.process.stderr
      },
      (log) => log.includes('Redis answers again'),
    )
    expect(server.process.stderr.split('Redis does not answer')).toHaveLength(2)
  })
})
