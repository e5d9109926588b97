import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { freePort } from '@signet/test-support/process/free-port'
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '@signet/test-support/store/redis-server'
import { createRedisLink, type RedisClient, type RedisLink } from '../../limit/redis-link.js'
import { createRedisRegister } from './redis-register.js'

const MINUTE_MS = 60_000
/** How far clocks may differ. */
const DIFFERENCE_MS = 5 * MINUTE_MS
/** As `proofKey` gives it. */
const KEY = 'k'.repeat(43)

const soon = () => Date.now() + MINUTE_MS

describeWithRedis('the register of proofs', () => {
  let redis: RedisServer
  const links: RedisLink[] = []

  const createRedisClient = () => createClient({ url: redis.url })

  async function askRedis<Answer>(
    question: (client: ReturnType<typeof createRedisClient>) => Promise<Answer>,
  ): Promise<Answer> {
    const client = createRedisClient()
    await client.connect()
    try {
      return await question(client)
    } finally {
      client.destroy()
    }
  }

  /** One of several instances. */
  function createInstance(url = redis.url) {
    const { logger, lines } = createLogRecorder()
    const link = createRedisLink(url, logger)
    links.push(link)
    return { ...createRedisRegister(link), link, lines }
  }

  /** Waits until an instance can use Redis again. */
  async function untilBack({ register }: ReturnType<typeof createInstance>): Promise<void> {
    let turn = 0
    const ask = async () => expect(await register(`${KEY} ${turn++}`, soon())).toBe(true)
    await vi.waitFor(ask, { timeout: 10_000 })
  }

  beforeAll(async () => {
    redis = await startRedis()
  })
  beforeEach(async () => {
    await askRedis((client) => client.flushAll())
  })
  afterEach(() => {
    for (const link of links.splice(0)) link.close()
  })
  afterAll(() => redis?.remove())

  it('takes a proof once, on whichever instance, and each proof', async () => {
    const [first, second] = [createInstance(), createInstance()]
    const expiresAt = soon()
    expect(await first.register(KEY, expiresAt)).toBe(true)
    expect(await first.register(KEY, expiresAt)).toBe(false)
    expect(await second.register(KEY, expiresAt + MINUTE_MS)).toBe(false)
    expect(await second.register(KEY.toUpperCase(), expiresAt)).toBe(true)
  })

  it('lets one of all win that come with a proof at the same time', async () => {
    const instances = [createInstance(), createInstance()]
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => instances[index % 2]?.register(KEY, soon())),
    )
    expect(outcomes.filter((isFirst) => isFirst === true)).toHaveLength(1)
    expect(outcomes.filter((isFirst) => isFirst === false)).toHaveLength(39)
  })

  it('tells Redis the key alone, and has it forget the proof once no clock takes it any more', async () => {
    await createInstance().register(KEY, soon() + 0.5)
    expect(await askRedis((client) => client.keys('*'))).toStrictEqual([`signet:proof:${KEY}`])
    expect(await askRedis((client) => client.get(`signet:proof:${KEY}`))).toBe('')
    const left = await askRedis((client) => client.pTTL(`signet:proof:${KEY}`))
    expect(left).toBeGreaterThan(DIFFERENCE_MS)
    expect(left).toBeLessThanOrEqual(DIFFERENCE_MS + MINUTE_MS + 1)
  })

  it('keeps a proof whose end has passed here, because another instance may still take it', async () => {
    const { register } = createInstance()
    expect(await register(KEY, Date.now() - MINUTE_MS)).toBe(true)
    expect(await register(KEY, Date.now() - MINUTE_MS)).toBe(false)
    expect(await register('ended', 0)).toBe(true)
  })

  it.each([NaN, Infinity, -Infinity])(
    'takes %s for no time, and asks nobody',
    async (expiresAt) => {
      const { register, lines } = createInstance()
      await expect(register(KEY, expiresAt)).rejects.toThrow(RangeError)
      expect(await register(KEY, soon())).toBe(true)
      expect(lines).toStrictEqual([])
    },
  )

  it('rejects while Redis is gone, at once after the first, and recovers alone', async () => {
    const instance = createInstance()
    expect(await instance.register(KEY, soon())).toBe(true)
    await redis.halt()
    try {
      for (let turn = 0; turn < 5; turn++) {
        await expect(instance.register(`${KEY} ${turn}`, soon())).rejects.toThrow(
          /^Redis does not answer: /,
        )
      }
    } finally {
      await redis.start()
    }
    await untilBack(instance)
  })

  it('rejects while Redis answers nothing, without waiting for it', async () => {
    const instance = createInstance()
    expect(await instance.register(KEY, soon())).toBe(true)
    redis.freeze()
    try {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, (_, index) => instance.register(`${KEY} ${index}`, soon())),
      )
      expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
      await expect(instance.register('later', soon())).rejects.toThrow(/not connected/)
    } finally {
      redis.thaw()
    }
    await untilBack(instance)
    // Redis has done later what was asked for: who was told 503 does not send the same proof again.
    expect(await instance.register(`${KEY} 0`, soon())).toBe(false)
  })

  it('rejects where Redis is full or was never there', async () => {
    const nowhere = createInstance(`redis://127.0.0.1:${await freePort()}`)
    await expect(nowhere.register(KEY, soon())).rejects.toThrow('Redis does not answer')
    const instance = createInstance()
    await askRedis((client) => client.configSet('maxmemory', '1'))
    try {
      await expect(instance.register(KEY, soon())).rejects.toThrow('Redis does not answer: OOM.')
    } finally {
      await askRedis((client) => client.configSet('maxmemory', '0'))
    }
    await untilBack(instance)
  })

  it('names no part of the address in its errors', async () => {
    const closed = await startRedis('a password of redis')
    try {
      const { register } = createInstance(closed.url.replace('//', '//:a-wrong-password@'))
      const [outcome] = await Promise.allSettled([register(KEY, soon())])
      const error: unknown = outcome.status === 'rejected' ? outcome.reason : undefined
      expect(error).toBeInstanceOf(Error)
      expect(String(error)).toContain('Redis does not answer')
      expect(JSON.stringify([String(error), Object.entries(Object(error))])).not.toMatch(
        /password|127\.0\.0\.1/,
      )
    } finally {
      await closed.remove()
    }
  })

  it('connects to nothing before the first proof, and to nothing once it is closed', async () => {
    const instance = createInstance()
    const connections = () => askRedis(async (client) => (await client.clientList()).length)
    expect(await connections()).toBe(1)
    await instance.register(KEY, soon())
    expect(await connections()).toBe(2)
    instance.link.close()
    await expect(instance.register('later', soon())).rejects.toThrow('not connected')
  })
})

describe('a reply to a SET that nobody knows', () => {
  it.each([undefined, '', 'QUEUED', true, 1, {}])('is no first use: %j', async (reply) => {
    const client: RedisClient = {
      isOpen: true,
      isReady: true,
      set: async () => reply,
      destroy: () => undefined,
    }
    const link: RedisLink = {
      client: async () => client,
      succeeded: () => undefined,
      failed: () => undefined,
      close: () => undefined,
    }
    await expect(createRedisRegister(link).register(KEY, soon())).rejects.toThrow('not a reply')
  })
})
