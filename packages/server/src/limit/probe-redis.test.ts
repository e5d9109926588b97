import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '@signet/test-support/process/free-port'
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '@signet/test-support/store/redis-server'
import { probeRedis } from './probe-redis.js'

describeWithRedis('a probe of Redis', () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
  })

  afterAll(async () => {
    await redis.remove()
  })

  async function configure(name: string, value: string): Promise<void> {
    const { createClient } = await import('redis')
    const client = createClient({ url: redis.url })
    await client.connect()
    await client.configSet(name, value)
    client.destroy()
  }

  it('finds nothing wrong with one that takes values', async () => {
    expect(await probeRedis(redis.url)).toBeUndefined()
  })

  it('says that one is full', async () => {
    await configure('maxmemory', '1')
    expect(await probeRedis(redis.url)).toBe('OOM')
    await configure('maxmemory', '0')
    expect(await probeRedis(redis.url)).toBeUndefined()
  })

  it('says that one takes no writes without replicas', async () => {
    await configure('min-replicas-to-write', '1')
    expect(await probeRedis(redis.url)).toBe('NOREPLICAS')
    await configure('min-replicas-to-write', '0')
  })

  it('says that a password is wrong, without the address', async () => {
    const protectedRedis = await startRedis('right')
    const port = new URL(protectedRedis.url).port
    const reason = await probeRedis(`redis://:wrong@127.0.0.1:${port}`)
    expect(reason).toBe('WRONGPASS')
    expect(await probeRedis(protectedRedis.url)).toBe('NOAUTH')
    await protectedRedis.remove()
  })

  it('says that nothing listens there', async () => {
    expect(await probeRedis(`redis://127.0.0.1:${await freePort()}`)).toBe('ECONNREFUSED')
  })

  it('does not wait for one that answers nothing', async () => {
    redis.freeze()
    const reason = await probeRedis(redis.url)
    redis.thaw()
    expect(reason).toBeTypeOf('string')
  })

  it('refuses what is not an address of Redis', async () => {
    await expect(probeRedis('http://127.0.0.1')).rejects.toThrow('REDIS_URL')
  })
})
