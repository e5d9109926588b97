import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
  type TestApplicationOptions,
  type TestRequest,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { hangingModel } from '@signet/test-support/application/model'
import { createApp } from '../app.js'

const LIST = '/api/agents'
const GENERATE = '/api/agents/weather-agent/generate'
const STREAM = '/api/agents/weather-agent/stream'
const EXECUTE = '/api/tools/get-weather/execute'
const HELLO = { messages: 'Hello' }
const ADDRESS = '192.0.2.7'

const alice = tokenOf('member')
const bob = createTestAuth().sign({ sub: 'bob', role: 'member' }, { expiresInSeconds: 3600 })

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** An application with limits, as requests meet it from an address. */
function createLimited(
  limits: ServerConfig['limits'],
  server: ServerConfig = {},
  options: TestApplicationOptions = {},
) {
  const application = createTestApplication({ ...options, server: { ...server, limits } })
  const app = createApp(application.mastra)
  return {
    ...application,
    app,
    ask: (path: string, request: TestRequest = {}, address: string | undefined = ADDRESS) =>
      app.fetch(makeRequest(path, request), { address }),
  }
}

async function statuses(answers: readonly Promise<Response>[]): Promise<number[]> {
  return (await Promise.all(answers)).map(({ status }) => status)
}

describe('a limit per minute', () => {
  it('lets so many requests through, and refuses the next one with what there is to know', async () => {
    const { ask } = createLimited({ requests: { perMinute: 2 } })
    await ask(LIST, { token: alice })
    vi.advanceTimersByTime(20_500)
    expect((await ask(LIST, { token: alice })).status).toBe(200)
    const refused = await ask(LIST, { token: alice })
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '40',
      'ratelimit-policy': '"requests";q=2;w=60',
      ratelimit: '"requests";r=0;t=40',
    })
    expect(refused.headers.has('www-authenticate')).toBe(false)
    expect(await readRefusal(refused)).toMatchObject({
      status: 429,
      code: 'rate_limited',
      text: 'Too many requests.',
    })
  })

  it('is whole again after the minute', async () => {
    const { ask } = createLimited({ requests: { perMinute: 1 } })
    const ask2 = () => statuses([ask(LIST, { token: alice }), ask(LIST, { token: alice })])
    expect(await ask2()).toStrictEqual([200, 429])
    vi.advanceTimersByTime(60_000)
    expect(await ask2()).toStrictEqual([200, 429])
  })

  it.each([-3_600_000, 3_600_000])(
    'lasts a minute where the clock is set by %d ms',
    async (set) => {
      const { ask } = createLimited({ requests: { perMinute: 1 } })
      expect((await ask(LIST, { token: alice })).status).toBe(200)
      vi.setSystemTime(Date.now() + set)
      const dave = createTestAuth().sign(
        { sub: 'alice', role: 'member' },
        { expiresInSeconds: 3600 },
      )
      const refused = await ask(LIST, { token: dave })
      expect([refused.status, refused.headers.get('retry-after')]).toStrictEqual([429, '60'])
      vi.advanceTimersByTime(60_000)
      expect((await ask(LIST, { token: dave })).status).toBe(200)
    },
  )

  it('is of one caller, whatever token and address they come with', async () => {
    const { ask } = createLimited({ requests: { perMinute: 1 } })
    expect((await ask(LIST, { token: alice })).status).toBe(200)
    expect((await ask(LIST, { token: tokenOf('owner') }, '192.0.2.8')).status).toBe(429)
    expect((await ask(LIST, { token: bob })).status).toBe(200)
  })

  it('keeps apart callers whose issuer and subject read the same', async () => {
    const sign = (claims: object) =>
      createTestAuth().sign({ role: 'member', ...claims }, { expiresInSeconds: 3600 })
    const { ask } = createLimited({ requests: { perMinute: 1 } })
    const tokens = [
      { iss: 'a', sub: 'bc' },
      { iss: 'ab', sub: 'c' },
      { iss: 'local', sub: 'x' },
    ].map(sign)
    expect(await statuses(tokens.map((token) => ask(LIST, { token })))).toStrictEqual([
      200, 200, 200,
    ])
  })

  it('of answers counts models and tools at work, and no other request', async () => {
    const { ask } = createLimited({ answers: { perMinute: 3 } })
    const place = { data: { place: 'Lyon' } }
    const inside = '/api/agents/weather-agent/tools/get-weather/execute'
    for (const [path, json] of [
      [GENERATE, HELLO],
      [EXECUTE, place],
      [inside, place],
    ] as const) {
      expect((await ask(path, { token: alice, json })).status).toBe(200)
    }
    expect((await ask(STREAM, { token: alice, json: HELLO })).status).toBe(429)
    expect((await ask(LIST, { token: alice })).status).toBe(200)
  })

  it('of requests counts routes of the application, whatever they need', async () => {
    const apiRoutes = [
      registerApiRoute('/mine', {
        method: 'GET',
        access: 'agents:execute',
        handler: (c) => c.json({}),
      }),
    ]
    const { ask } = createLimited({ requests: { perMinute: 1 }, answers: false }, { apiRoutes })
    expect((await ask('/mine', { token: alice })).status).toBe(200)
    expect((await ask('/mine', { token: alice })).status).toBe(429)
  })

  it('never counts what a route lets everyone ask', async () => {
    const { ask } = createLimited({ requests: { perMinute: 1 }, failures: { perMinute: 1 } })
    for (let count = 0; count < 5; count++) {
      expect((await ask('/health', { token: 'garbage' })).status).toBe(200)
      expect((await ask('/api/auth/me', { token: alice })).status).toBe(200)
    }
  })

  it('of requests counts what a caller may not, or what there is not: nobody fills the audit with it', async () => {
    const { ask } = createLimited({ answers: { perMinute: 1 }, requests: { perMinute: 3 } })
    const token = tokenWith()
    expect((await ask(GENERATE, { token, json: HELLO })).status).toBe(403)
    expect((await ask('/api/nowhere', { token })).status).toBe(404)
    expect((await ask('/api/agents/weather-agent', { token })).status).toBe(403)
    for (const path of ['/api/nowhere', '/api/agents/weather-agent', LIST]) {
      expect(await readRefusal(await ask(path, { token }))).toMatchObject({
        status: 429,
        code: 'rate_limited',
      })
    }
    expect((await ask(LIST, { token: bob })).status).toBe(200)
  })

  it('of answers comes after the permission: what is refused for its lack is no answer', async () => {
    const { ask } = createLimited({ answers: { perMinute: 1 } })
    for (let count = 0; count < 3; count++) {
      expect((await ask(GENERATE, { token: tokenWith(), json: HELLO })).status).toBe(403)
    }
    expect((await ask(GENERATE, { token: alice, json: HELLO })).status).toBe(200)
    expect((await ask(GENERATE, { token: alice, json: HELLO })).status).toBe(429)
  })

  it('refuses before a byte of the body is read, or judged', async () => {
    const { ask } = createLimited({ answers: { perMinute: 1 } })
    await ask(GENERATE, { token: alice, json: HELLO })
    let isRead = false
    const body = new ReadableStream({ pull: () => void (isRead = true) }, { highWaterMark: 0 })
    expect((await ask(GENERATE, { token: alice, body })).status).toBe(429)
    expect(isRead).toBe(false)
    const large = { 'content-length': String(2 ** 30) }
    expect((await ask(GENERATE, { token: alice, body: '{', headers: large })).status).toBe(429)
  })

  it('that is false refuses nobody', async () => {
    const { ask } = createLimited({ requests: false, answers: false, failures: false })
    const answers = Array.from({ length: 30 }, () => ask(LIST, { token: alice }))
    expect(new Set(await statuses(answers))).toStrictEqual(new Set([200]))
  })
})

describe('the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-11)', () => {
  it('stand on each answer that is counted as one', async () => {
    const { ask } = createLimited({ answers: { perMinute: 10 } })
    const { headers } = await ask(GENERATE, { token: alice, json: HELLO })
    expect(headers.get('ratelimit-policy')).toBe('"answers";q=10;w=60')
    expect(headers.get('ratelimit')).toBe('"answers";r=9;t=60')
    expect(headers.has('retry-after')).toBe(false)
  })

  it('stand on other requests once less than half of the quota is left', async () => {
    const { ask } = createLimited({ requests: { perMinute: 4 } })
    const told = []
    for (let count = 0; count < 5; count++) {
      told.push((await ask(LIST, { token: alice })).headers.get('ratelimit'))
    }
    const left = (remaining: number) => `"requests";r=${remaining};t=60`
    expect(told).toStrictEqual([null, null, left(1), left(0), left(0)])
  })

  it('stand on no answer to a stranger below the limit', async () => {
    const { ask } = createLimited({ failures: { perMinute: 2 } })
    const { headers } = await ask(LIST)
    expect(headers.has('ratelimit')).toBe(false)
    expect(headers.has('ratelimit-policy')).toBe(false)
  })

  it('may be read by pages of other origins that are listed', async () => {
    const cors = { origin: 'https://app.example' }
    const { ask } = createLimited({ requests: { perMinute: 1 } }, { cors })
    const headers = { origin: 'https://app.example' }
    const exposed = (await ask(LIST, { token: alice, headers })).headers
    expect(exposed.get('access-control-expose-headers')).toContain('RateLimit, RateLimit-Policy')
  })
})

describe('the limit of answers at once', () => {
  const atOnce = { answers: { concurrent: 1 } }

  it('refuses one more of the same caller, and serves others', async () => {
    const hanging = hangingModel()
    const { ask } = createLimited(atOnce, {}, { model: hanging.model })
    const first = await ask(STREAM, { token: alice, json: HELLO })
    const second = await ask(EXECUTE, { token: alice, json: { data: { place: 'Lyon' } } })
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"answers-at-once";q=1;qu="concurrent-requests"',
      ratelimit: '"answers-at-once";r=0',
    })
    expect(await readRefusal(second)).toMatchObject({ status: 429, code: 'rate_limited' })
    expect((await ask(LIST, { token: alice })).status).toBe(200)
    const data = { place: 'Lyon' }
    expect((await ask(EXECUTE, { token: bob, json: { data } })).status).toBe(200)
    hanging.release()
    await first.text()
    expect((await ask(EXECUTE, { token: alice, json: { data } })).status).toBe(200)
  })

  it('is over for an answer that its client gave up', async () => {
    const hanging = hangingModel()
    const { ask } = createLimited(atOnce, {}, { model: hanging.model })
    const { body } = await ask(STREAM, { token: alice, json: HELLO })
    await body?.cancel()
    const json = { data: { place: 'Lyon' } }
    expect((await ask(EXECUTE, { token: alice, json })).status).toBe(200)
  })

  it('is over for one that failed, was not valid, or was refused for its number', async () => {
    const { ask } = createLimited({ answers: { concurrent: 1, perMinute: 3 } })
    const data = { place: 'Lyon' }
    const refusals = [
      await ask('/api/tools/open-vault/execute', { token: alice, json: { data: {} } }),
      await ask(EXECUTE, { token: alice, json: { data: 7 } }),
      await ask(EXECUTE, { token: alice, body: '{' }),
      await ask(EXECUTE, { token: alice, json: { data } }),
    ]
    expect(refusals.map(({ status }) => status)).toStrictEqual([422, 400, 400, 429])
    vi.advanceTimersByTime(60_000)
    expect((await ask(EXECUTE, { token: alice, json: { data } })).status).toBe(200)
  })
})

describe('the limit of requests at once', () => {
  /** A route that answers once it is told to. */
  function hangingRoute() {
    const go = createDeferred<void>()
    const route = registerApiRoute('/slow', {
      method: 'GET',
      handler: async (c) => {
        await go.promise
        return c.text('done')
      },
    })
    return { route, release: () => go.resolve() }
  }

  it('refuses one more of the same caller, whatever it asks for, and serves others', async () => {
    const { route, release } = hangingRoute()
    const { ask } = createLimited({ requests: { concurrent: 2 } }, { apiRoutes: [route] })
    const running = [ask('/slow', { token: alice }), ask('/slow', { token: alice })]
    const refused = await ask(LIST, { token: alice })
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"requests-at-once";q=2;qu="concurrent-requests"',
      ratelimit: '"requests-at-once";r=0',
    })
    expect(await readRefusal(refused)).toMatchObject({ status: 429, code: 'rate_limited' })
    expect((await ask(LIST, { token: bob })).status).toBe(200)
    const data = { place: 'Lyon' }
    expect((await ask(EXECUTE, { token: alice, json: { data } })).status).toBe(200)
    release()
    for (const response of await Promise.all(running)) expect(await response.text()).toBe('done')
    expect((await ask(LIST, { token: alice })).status).toBe(200)
  })

  it('gives back what a request took that was refused, failed or had no route', async () => {
    const { ask } = createLimited({ requests: { concurrent: 1 } })
    const paths = ['/api/nowhere', '/api/audit?limit=x', '/api/memory/threads/none', LIST]
    for (const path of [...paths, ...paths]) {
      expect((await ask(path, { token: alice })).status).not.toBe(429)
    }
  })

  it('is 200 where the application does not say', async () => {
    const { route, release } = hangingRoute()
    const { ask } = createLimited({}, { apiRoutes: [route] })
    const running = Array.from({ length: 200 }, () => ask('/slow', { token: alice }))
    expect((await ask('/slow', { token: alice })).status).toBe(429)
    release()
    const statuses = await Promise.all(running.map(async (each) => (await each).status))
    expect(new Set(statuses)).toStrictEqual(new Set([200]))
  })
})

describe('the limit of failures', () => {
  const two = { failures: { perMinute: 2 } }

  it('turns a 401 into a 429 once an address had too many, and tells no challenge', async () => {
    const { ask } = createLimited(two)
    expect((await ask(LIST)).status).toBe(401)
    expect((await ask(LIST, { token: 'garbage' })).status).toBe(401)
    const refused = await ask('/api/nowhere', { token: 'garbage' })
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '60',
      'ratelimit-policy': '"failures";q=2;w=60',
      ratelimit: '"failures";r=0;t=60',
    })
    expect(await readRefusal(refused)).toMatchObject({
      status: 429,
      code: 'rate_limited',
      challenge: null,
    })
    vi.advanceTimersByTime(60_000)
    expect((await ask(LIST)).status).toBe(401)
  })

  it('never refuses a good token, nor counts it', async () => {
    const { ask } = createLimited(two)
    for (let count = 0; count < 5; count++) await ask(LIST, { token: 'garbage' })
    expect((await ask(LIST)).status).toBe(429)
    expect((await ask(LIST, { token: alice })).status).toBe(200)
    expect((await ask('/api/nowhere', { token: alice })).status).toBe(404)
    expect((await ask(GENERATE, { token: tokenWith(), json: HELLO })).status).toBe(403)
  })

  it('replaces no other refusal', async () => {
    const { ask } = createLimited(two)
    for (let count = 0; count < 5; count++) await ask(LIST)
    expect((await ask('/outside')).status).toBe(404)
    const two2 = { headers: { authorization: `Bearer ${alice}` } }
    expect((await ask(`${LIST}?apiKey=x`, two2)).status).toBe(400)
  })

  it.each(['/api/auth/me', '/api/auth/capabilities'])(
    'counts the bad tokens that are tried at the public %s, and no call without one',
    async (path) => {
      const { ask } = createLimited(two)
      for (let count = 0; count < 5; count++) expect((await ask(path)).status).toBe(200)
      for (const token of ['garbage', 'sgn_garbage']) {
        expect((await ask(path, { token })).status).toBe(200)
      }
      const refused = await readRefusal(await ask(path, { token: 'garbage' }))
      expect(refused).toMatchObject({ status: 429, code: 'rate_limited' })
      expect((await ask(LIST)).status).toBe(429)
      expect((await ask(path, { token: alice })).status).toBe(200)
      expect((await ask(path)).status).toBe(200)
      expect((await ask(path, { token: 'garbage' }, '192.0.2.8')).status).toBe(200)
    },
  )

  it('is of one address: others are told what is wrong', async () => {
    const { ask } = createLimited(two)
    for (let count = 0; count < 3; count++) await ask(LIST)
    expect((await ask(LIST, {}, '192.0.2.8')).status).toBe(401)
    expect((await ask(LIST, {}, `::ffff:${ADDRESS}`)).status).toBe(429)
  })

  it('is of the whole /64 that a client of IPv6 has', async () => {
    const { ask } = createLimited(two)
    for (let count = 1; count <= 2; count++) await ask(LIST, {}, `2001:db8::${count}`)
    expect((await ask(LIST, {}, '2001:db8::ffff:1:2:3')).status).toBe(429)
    expect((await ask(LIST, {}, '2001:db8:0:1::1')).status).toBe(401)
  })

  it('is of the address that a trusted proxy names, and of no other', async () => {
    const { ask } = createLimited(two, { trustProxy: 1 })
    const from = (address: string) => ask(LIST, { headers: { 'x-forwarded-for': address } })
    for (let count = 0; count < 2; count++) await from('198.51.100.1')
    expect((await from(`198.51.100.2, 198.51.100.1`)).status).toBe(429)
    expect((await from('198.51.100.2')).status).toBe(401)
    const untrusting = createLimited(two)
    for (let count = 0; count < 3; count++) {
      const headers = { 'x-forwarded-for': `198.51.100.${count}` }
      expect((await untrusting.ask(LIST, { headers })).status).toBe(count < 2 ? 401 : 429)
    }
  })

  it('counts nothing where there is no address', async () => {
    const { app } = createLimited({ failures: { perMinute: 1 } })
    for (let count = 0; count < 3; count++) {
      expect((await app.fetch(makeRequest(LIST))).status).toBe(401)
    }
  })
})

describe('limits of a server that tells nobody apart (auth: false)', () => {
  it('are of each address', async () => {
    const { ask } = createLimited({ requests: { perMinute: 1 } }, { auth: false })
    expect((await ask(LIST)).status).toBe(200)
    expect((await ask(LIST)).status).toBe(429)
    expect((await ask(LIST, {}, '192.0.2.8')).status).toBe(200)
    expect((await ask(LIST, {}, '2001:db8::1')).status).toBe(200)
    expect((await ask(LIST, {}, '2001:db8::2')).status).toBe(429)
  })

  it('are of all together where there is no address', async () => {
    const { app } = createLimited({ requests: { perMinute: 1 } }, { auth: false })
    expect((await app.fetch(makeRequest(LIST))).status).toBe(200)
    expect((await app.fetch(makeRequest(LIST))).status).toBe(429)
  })
})

describe('the start of a limited server', () => {
  it.each([
    ['limits that are none', { limits: { requests: { perMinute: 0 } } }],
    ['a proxy that is no address', { trustProxy: ['proxy.example'] }],
  ])('refuses %s', (_, server) => {
    const { mastra } = createTestApplication({ server })
    expect(() => createApp(mastra)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })

  it.each(['', 'redis', 'http://127.0.0.1:6379', 'redis.example:6379', 'user:secret@redis'])(
    'refuses %j as the address of Redis, without repeating it',
    (redisUrl) => {
      const start = () => createApp(createTestApplication().mastra, { redisUrl })
      const message = expect.not.stringContaining('secret')
      expect(start).toThrow(expect.objectContaining({ code: 'option_invalid', message }))
    },
  )

  it('knows the limits in force', () => {
    const { app } = createLimited({ answers: false })
    expect(app.limits).toStrictEqual({
      answersPerMinute: false,
      answersAtOnce: false,
      requestsPerMinute: 6000,
      requestsAtOnce: 200,
      bodyBytesAtOnce: 128 * 1024 * 1024,
      failuresPerMinute: 3000,
    })
  })
})

describe('the limit of bodies at once', () => {
  const limits = { bodies: { concurrentBytes: 3000 } }
  const large = { data: { place: 'x'.repeat(2000) } }

  /** A route that reads its body, and answers once it is told to. */
  function holdingRoute() {
    const go = createDeferred<void>()
    const route = registerApiRoute('/hold', {
      method: 'POST',
      handler: async (c) => {
        await c.req.text()
        await go.promise
        return c.text('done')
      },
    })
    return { route, release: () => go.resolve() }
  }

  it('refuses a body that comes to too many bytes with those that the caller has sent, and serves others', async () => {
    const { route, release } = holdingRoute()
    const { ask } = createLimited(limits, { apiRoutes: [route] })
    const declared = { 'content-length': String(JSON.stringify(large).length) }
    const held = ask('/hold', { token: alice, json: large, headers: declared })
    const refused = await ask(EXECUTE, { token: alice, json: large })
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"bodies-at-once";q=3000;qu="content-bytes"',
      ratelimit: '"bodies-at-once";r=0',
    })
    expect(await readRefusal(refused)).toMatchObject({ status: 429, code: 'rate_limited' })
    const small = { data: { place: 'Lyon' } }
    const headers = { 'content-length': String(JSON.stringify(small).length) }
    expect((await ask(EXECUTE, { token: alice, json: small, headers })).status).toBe(200)
    expect((await ask(EXECUTE, { token: alice, json: small })).status).toBe(200)
    expect((await ask(EXECUTE, { token: bob, json: large })).status).not.toBe(429)
    expect((await ask(LIST, { token: alice })).status).toBe(200)
    release()
    expect(await (await held).text()).toBe('done')
    expect((await ask(EXECUTE, { token: alice, json: large })).status).not.toBe(429)
  })

  it('takes a body of any length that the server takes, where the caller has sent no other', async () => {
    const { ask } = createLimited({ bodies: { concurrentBytes: 1 } })
    for (const _ of [1, 2]) {
      expect((await ask(EXECUTE, { token: alice, json: large })).status).not.toBe(429)
    }
  })

  it('is one of all callers together, too: twice as many bytes', async () => {
    const { route, release } = holdingRoute()
    const { ask } = createLimited({ bodies: { concurrentBytes: 2100 } }, { apiRoutes: [route] })
    const held = [
      ask('/hold', { token: alice, json: large }),
      ask('/hold', { token: bob, json: large }),
    ]
    const third = await ask(EXECUTE, {
      token: createTestAuth().sign({ sub: 'carol', role: 'member' }, { expiresInSeconds: 3600 }),
      json: large,
    })
    expect(await readRefusal(third)).toMatchObject({ status: 429, code: 'rate_limited' })
    release()
    await Promise.all(held)
  })

  it('holds for strangers to a public route, by their address', async () => {
    const go = createDeferred<void>()
    const open = registerApiRoute('/open', {
      method: 'POST',
      requiresAuth: false,
      handler: async (c) => {
        await c.req.text()
        await go.promise
        return c.text('done')
      },
    })
    const { ask } = createLimited(limits, { apiRoutes: [open] })
    const held = ask('/open', { json: large })
    expect(await readRefusal(await ask('/open', { json: large }))).toMatchObject({ status: 429 })
    go.resolve()
    expect(await (await held).text()).toBe('done')
  })

  it('can be switched off', async () => {
    const { route, release } = holdingRoute()
    const { ask } = createLimited({ bodies: false }, { apiRoutes: [route] })
    const held = ask('/hold', { token: alice, json: large })
    expect((await ask(EXECUTE, { token: alice, json: large })).status).not.toBe(429)
    release()
    await held
  })
})
