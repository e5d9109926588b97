import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createApp, type App } from '@signet/server'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  type TestApplication,
} from '@signet/test-support/application/application'
import { freePort } from '@signet/test-support/process/free-port'
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '@signet/test-support/store/redis-server'

const AWAY = 'Redis does not answer: each process counts its own requests.'
const BACK = 'Redis answers again: the limits are shared.'
const ADDRESS = '192.0.2.7'

/** One of several servers that share their limits. */
interface Instance {
  readonly app: App
  readonly log: TestApplication['log']
  /** Asks for a list. @returns the status */
  ask(token?: string): Promise<number>
}

function tokenFor(subject: string): string {
  return createTestAuth().sign({ sub: subject, role: 'member' }, { expiresInSeconds: 3600 })
}

describeWithRedis('shared limits', () => {
  let redis: RedisServer
  const apps: App[] = []
  let subjects = 0

  beforeAll(async () => {
    redis = await startRedis()
  })
  beforeEach(async () => {
    await askRedis((client) => client.flushAll())
  })
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })
  afterAll(() => redis?.remove())

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

  function createInstance(redisUrl = redis.url): Instance {
    const limits = { requests: { perMinute: 4 }, failures: { perMinute: 4 } }
    const { mastra, log } = createTestApplication({ server: { limits } })
    const app = createApp(mastra, { redisUrl })
    apps.push(app)
    return {
      app,
      log,
      async ask(token) {
        const request = makeRequest('/api/agents', token === undefined ? {} : { token })
        return (await app.fetch(request, { address: ADDRESS })).status
      },
    }
  }

  const nextToken = () => tokenFor(`subject ${++subjects}`)

  /** Asks these in turn, each time for the same caller. @returns the statuses */
  async function askInTurn(instances: readonly Instance[], count: number, token?: string) {
    const statuses: number[] = []
    for (let index = 0; index < count; index++) {
      statuses.push((await instances[index % instances.length]?.ask(token)) ?? 0)
    }
    return statuses
  }

  const told = ({ log }: Instance, message: string) =>
    log.filter((line) => line.message === message).length

  /** Waits until every instance has found Redis again. */
  async function untilShared(instances: readonly Instance[]): Promise<void> {
    while (instances.some((instance) => told(instance, BACK) === 0)) {
      for (const instance of instances) expect(await instance.ask(nextToken())).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('are those of all instances together, for each caller and each address', async () => {
    const instances = [createInstance(), createInstance()]
    const alice = nextToken()
    expect(await askInTurn(instances, 5, alice)).toStrictEqual([200, 200, 200, 200, 429])
    expect(await instances[1]?.ask(alice)).toBe(429)
    expect(await instances[1]?.ask(nextToken())).toBe(200)
    expect(await askInTurn(instances, 6)).toStrictEqual([401, 401, 401, 401, 429, 429])
    expect(await instances[0]?.ask(nextToken())).toBe(200)
  })

  it('hold for requests that come all at once', async () => {
    const instances = [createInstance(), createInstance()]
    const token = nextToken()
    const asked = Array.from({ length: 20 }, (_, index) => instances[index % 2]?.ask(token))
    const statuses = await Promise.all(asked)
    expect(statuses.filter((status) => status === 200)).toHaveLength(4)
    expect(statuses.filter((status) => status === 429)).toHaveLength(16)
  })

  it('tell when they are whole again', async () => {
    const { app } = createInstance()
    const request = () => makeRequest('/api/agents', { token: tokenFor('once more') })
    for (let count = 0; count < 4; count++) await app.fetch(request())
    const { headers } = await app.fetch(request())
    expect(headers.get('ratelimit')).toMatch(/^"requests";r=0;t=([1-9]|[1-5]\d|60)$/)
    expect(headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/)
  })

  it('tell Redis neither who calls nor from where, and forget within a minute', async () => {
    const instance = createInstance()
    await instance.ask(tokenFor('mallory@example.org'))
    await instance.ask()
    const keys = await askRedis((client) => client.keys('*'))
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(key).toMatch(/^signet:limit:(requests|failures):[\w-]{43}$/)
      const seconds = await askRedis((client) => client.ttl(key))
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(60)
    }
  })

  it('are of each process while Redis is gone, which is told once, and shared again after', async () => {
    const instances = [createInstance(), createInstance()]
    expect(await askInTurn(instances, 2, nextToken())).toStrictEqual([200, 200])
    await redis.halt()
    try {
      const alice = nextToken()
      expect(await askInTurn(instances, 8, alice)).toStrictEqual(Array(8).fill(200))
      expect(await askInTurn(instances, 2, alice)).toStrictEqual([429, 429])
      expect(await askInTurn(instances, 2)).toStrictEqual([401, 401])
      expect(instances.map((instance) => told(instance, AWAY))).toStrictEqual([1, 1])
    } finally {
      await redis.start()
    }
    await untilShared(instances)
    const statuses = await askInTurn(instances, 5, nextToken())
    expect(statuses).toStrictEqual([200, 200, 200, 200, 429])
    expect(instances.map((instance) => told(instance, AWAY))).toStrictEqual([1, 1])
    expect(instances.map((instance) => told(instance, BACK))).toStrictEqual([1, 1])
  })

  it('keep nobody waiting for a Redis that answers nothing', async () => {
    const instances = [createInstance()]
    await instances[0]?.ask(nextToken())
    redis.freeze()
    try {
      const token = nextToken()
      const asked = await Promise.all(Array.from({ length: 5 }, () => instances[0]?.ask(token)))
      expect(asked.filter((status) => status === 429)).toHaveLength(1)
      expect(await askInTurn(instances, 3, nextToken())).toStrictEqual([200, 200, 200])
      expect(instances[0]?.log.filter(({ level }) => level === 'warn')).toStrictEqual([
        { level: 'warn', message: AWAY, fields: { reason: 'timed out' } },
      ])
    } finally {
      redis.thaw()
    }
    await untilShared(instances)
  })

  it('are of each process where Redis was never there, and nothing fails', async () => {
    const instance = createInstance(`redis://127.0.0.1:${await freePort()}`)
    expect(await askInTurn([instance], 5, nextToken())).toStrictEqual([200, 200, 200, 200, 429])
    expect(instance.log.filter(({ level }) => level === 'warn')).toStrictEqual([
      { level: 'warn', message: AWAY, fields: { reason: 'ECONNREFUSED' } },
    ])
  })

  it('log no password of a Redis that refuses it', async () => {
    const closed = await startRedis('a password of redis')
    try {
      const instance = createInstance(closed.url.replace('//', '//:a-wrong-password@'))
      expect(await askInTurn([instance], 2, nextToken())).toStrictEqual([200, 200])
      expect(instance.log.filter(({ level }) => level === 'warn')).toStrictEqual([
        { level: 'warn', message: AWAY, fields: { reason: 'WRONGPASS' } },
      ])
      expect(JSON.stringify(instance.log)).not.toContain('a-wrong-password')
    } finally {
      await closed.remove()
    }
  })

  it('part from Redis when the application is closed, and count on in its process', async () => {
    const instance = createInstance()
    const connections = () => askRedis(async (client) => (await client.clientList()).length)
    await instance.ask(nextToken())
    expect(await connections()).toBe(2)
    await instance.app.close()
    await instance.app.close()
    while ((await connections()) > 1) await new Promise(setImmediate)
    expect(await instance.ask(nextToken())).toBe(200)
    expect(told(instance, AWAY)).toBe(0)
    const unused = createInstance()
    await unused.app.close()
  })
})
