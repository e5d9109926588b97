import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { ownerKey } from '@signet/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { UpstreamServer } from '@signet/test-support/http/upstream-server'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { runSignet } from '@signet/test-support/process/signet-process'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { startRedis, whyNoRedis, type RedisServer } from '@signet/test-support/store/redis-server'

const why = whyNoPostgres() ?? whyNoRedis()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

const processes = new SignetProcesses()
const ends: (() => unknown)[] = []
let postgres: PostgresServer
let redis: RedisServer

function signToken(claims: Readonly<Record<string, unknown>> = {}): string {
  const all = { sub: 'alice', role: 'member', jti: randomUUID(), ...claims }
  return new MastraJwtAuth({ secret: SECRET }).sign(all, { expiresInSeconds: 3600 })
}

const tokenOf = (sub: string) => signToken({ sub })
const ADMIN = () => signToken({ sub: 'ada', role: 'admin' })

/** Two applications that keep threads in one place, as those of one database do. */
interface Applications {
  readonly pair: readonly [UpstreamServer, UpstreamServer]
  /** The owner key of each thread. As in the application, whoever writes last has it. */
  readonly threads: Map<string, string>
}

/** How long an application takes for an answer, at whose end it keeps the thread, in milliseconds. */
const ANSWER_MS = 150

async function startApplications(): Promise<Applications> {
  const threads = new Map<string, string>()
  const start = () =>
    UpstreamServer.start((response, { method, url, body }) => {
      const json = (value: unknown, status = 200) =>
        void response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(value))
      const [, id] = /^\/api\/memory\/threads\/([^/?]+)(?:\?|$)/.exec(url) ?? []
      if (id !== undefined) {
        const resourceId = threads.get(decodeURIComponent(id))
        if (resourceId === undefined) return json({ error: 'Not found' }, 404)
        return json({ id, resourceId })
      }
      if (method === 'GET')
        return json(url === '/api/agents' ? { a: { name: 'A' } } : { name: 'A' })
      if (url.endsWith('/stream')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        return void response.write('data: {"type":"start"}\n\n')
      }
      const { memory }: { memory?: { thread?: string; resource?: string } } = JSON.parse(body)
      setTimeout(() => {
        const { thread, resource } = memory ?? {}
        if (thread !== undefined && resource !== undefined) threads.set(thread, resource)
        json({ text: resource })
      }, ANSWER_MS)
    })
  const pair = [await start(), await start()] as const
  ends.push(() => Promise.all(pair.map((each) => each.stop())))
  return { pair, threads }
}

interface Proxies extends Applications {
  readonly first: ServerProcess
  readonly second: ServerProcess
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** Two proxies, each before an application of its own. */
async function startProxies(config: Readonly<Record<string, unknown>> = {}): Promise<Proxies> {
  const applications = await startApplications()
  const folder = mkdtempSync(join(tmpdir(), 'signet-proxies-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'signet.config.mjs'), `export default ${JSON.stringify(config)}\n`)
  const env = {
    NODE_ENV: 'production',
    MASTRA_JWT_SECRET: SECRET,
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.url,
  }
  async function start({ url }: UpstreamServer): Promise<ServerProcess> {
    const where = ['--dir', folder, '--port', '0', '--host', '127.0.0.1']
    const args = ['proxy', ...where, '--upstream', url, '--upstream-open']
    const proxy = processes.spawn(args, { env })
    const [line] = await proxy.waitFor(/^.*"The proxy is ready\.".*$/m)
    const { port }: { port: number } = JSON.parse(line)
    return { url: `http://127.0.0.1:${port}`, port, process: proxy }
  }
  const [first, second] = await Promise.all(applications.pair.map(start))
  if (first === undefined || second === undefined) throw new Error('Two were to be started.')
  return { ...applications, first, second, folder, env }
}

const clientOf = ({ url }: ServerProcess, token = signToken()) => new MemoryClient(url, token)

interface Outcome {
  readonly status: number
  readonly code: string | undefined
}

async function outcome(response: Response): Promise<Outcome> {
  const body: { code?: string } = JSON.parse(await response.text())
  return { status: response.status, code: body.code }
}

const generate = async (proxy: ServerProcess, token: string, thread: string) =>
  await outcome(
    await clientOf(proxy, token).post('/api/agents/a/generate', {
      messages: 'Hi',
      memory: { thread, resource: 'whoever' },
    }),
  )

/** Asks until the answer is this one; the test's own time limit ends what never comes. */
async function until(ask: () => Promise<Response>, wanted: Partial<Outcome>): Promise<void> {
  for (;;) {
    const came = await outcome(await ask())
    if (came.status === wanted.status && (wanted.code === undefined || came.code === wanted.code))
      return
    await sleep(20)
  }
}

const REVOKED: Outcome = { status: 401, code: 'token_revoked' }
const NOT_FOUND: Outcome = { status: 404, code: 'not_found' }
const GOOD: Outcome = { status: 200, code: undefined }
const THING = '/api/agents/a'

describe.skipIf(why !== undefined)('two proxies on one PostgreSQL and one Redis', () => {
  let proxies: Proxies

  // One pair for all of these rules, each of which names things of its own: a start takes longer than a rule.
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    proxies = await startProxies({ limits: { requests: { perMinute: 100_000 } } })
  })

  afterAll(async () => {
    await processes.kill()
    for (const end of ends.splice(0).toReversed()) await end()
    await Promise.all([postgres?.remove(), redis?.remove()])
  })

  it('let one of two owners make a new thread who name it at the same time', async () => {
    const { first, second, threads } = proxies
    for (let round = 0; round < 5; round++) {
      const thread = `round ${round}`
      const outcomes = await Promise.all([
        generate(first, tokenOf('alice'), thread),
        generate(second, tokenOf('bob'), thread),
      ])
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual([200, 404])
      const winner = outcomes[0].status === 200 ? 'alice' : 'bob'
      expect(threads.get(thread)).toBe(ownerKey({ resourceId: winner }))
      for (const proxy of [first, second]) {
        expect(await generate(proxy, tokenOf(winner), thread)).toEqual(GOOD)
        const loser = winner === 'alice' ? 'bob' : 'alice'
        expect(await generate(proxy, tokenOf(loser), thread)).toEqual(NOT_FOUND)
      }
    }
  })

  it('let one owner make a new thread at both at the same time', async () => {
    const { first, second } = proxies
    const asked = [first, second, first, second].map((proxy) =>
      generate(proxy, tokenOf('alice'), 'of both'),
    )
    expect(await Promise.all(asked)).toEqual([GOOD, GOOD, GOOD, GOOD])
  })

  it('make no new thread while PostgreSQL is gone, and serve the others', async () => {
    const { first, second, threads } = proxies
    expect(await generate(first, tokenOf('alice'), 'before')).toEqual(GOOD)
    const unavailable = { status: 503, code: 'storage_unavailable' }
    await postgres.halt()
    try {
      for (const proxy of [first, second]) {
        expect(await generate(proxy, tokenOf('alice'), 'without PostgreSQL')).toEqual(unavailable)
        expect(await generate(proxy, tokenOf('alice'), 'before')).toEqual(GOOD)
      }
      expect(threads.has('without PostgreSQL')).toBe(false)
    } finally {
      await postgres.start()
    }
    await expect.poll(() => generate(second, tokenOf('bob'), 'without PostgreSQL')).toEqual(GOOD)
  })

  it('obey on one what was revoked on the other, also within a stream', async () => {
    const { first, second } = proxies
    const jti = randomUUID()
    const alice = clientOf(second, signToken({ jti }))
    expect((await alice.get(THING)).status).toBe(200)
    const stream = await alice.post('/api/agents/a/stream', { messages: 'Hi' })
    const other = await clientOf(second).post('/api/agents/a/stream', { messages: 'Hi' })
    const revoked = await clientOf(first, ADMIN()).post('/api/auth/revocations', { jti })
    expect(revoked.status).toBe(201)
    await until(() => alice.get(THING), REVOKED)
    // However it ends: nothing more comes.
    await stream.text().catch(() => undefined)
    expect((await clientOf(second).get(THING)).status).toBe(200)
    await other.body?.cancel()
  })

  it('obey what an operator revokes by signet revoke', async () => {
    const { first, second, folder, env } = proxies
    const args = ['revoke', '--sub', 'carol', '--dir', folder]
    const token = tokenOf('carol')
    for (const proxy of [first, second])
      expect((await clientOf(proxy, token).get(THING)).status).toBe(200)
    expect(await runSignet(args, { env })).toMatchObject({ code: 0 })
    for (const proxy of [first, second]) {
      await until(() => clientOf(proxy, token).get(THING), REVOKED)
      expect((await clientOf(proxy, tokenOf('bob')).get(THING)).status).toBe(200)
    }
  })

  it('know the API keys of each other, and their end', async () => {
    const { first, second } = proxies
    const admin = clientOf(first, ADMIN())
    const made = await admin.post('/api/auth/api-keys', { name: 'ci', scopes: ['agents:read'] })
    expect(made.status).toBe(201)
    const { key, id }: { key: string; id: string } = JSON.parse(await made.text())
    const machine = clientOf(second, key)
    expect((await machine.get(THING)).status).toBe(200)
    expect(await generate(second, key, 'of a machine')).toMatchObject({ status: 403 })
    const path = `${first.url}/api/auth/api-keys/${id}`
    const headers = { authorization: `Bearer ${ADMIN()}` }
    expect((await fetch(path, { method: 'DELETE', headers })).status).toBe(200)
    await until(() => machine.get(THING), REVOKED)
  })

  it('tell at one what was asked of both', async () => {
    const { first, second } = proxies
    const ids = await Promise.all(
      [first, second].map(async (proxy) => {
        const { headers } = await clientOf(proxy).get(THING)
        return headers.get('x-request-id')
      }),
    )
    for (const id of ids) {
      const list = async () => {
        const response = await clientOf(first, ADMIN()).get('/api/audit')
        const { records }: { records: readonly { requestId?: string }[] } = JSON.parse(
          await response.text(),
        )
        return records.map(({ requestId }) => requestId)
      }
      await expect.poll(list).toContain(id)
    }
  })

  it('fail with their own application alone', async () => {
    const { first, second, pair } = proxies
    await pair[0].stop()
    const unavailable = { status: 502, code: 'upstream_unavailable' }
    expect(await generate(first, tokenOf('alice'), 'of a failure')).toEqual(unavailable)
    expect((await fetch(`${first.url}/ready`)).status).toBe(503)
    expect((await fetch(`${second.url}/ready`)).status).toBe(200)
    expect(await generate(second, tokenOf('alice'), 'of a failure')).toEqual(GOOD)
    await pair[0].startAgain()
    expect(await generate(first, tokenOf('alice'), 'of a failure')).toEqual(GOOD)
  })

  it('keep a new thread for its owner where the proxy of the request is killed', async () => {
    const { first, second, threads, pair } = proxies
    const asked = generate(first, tokenOf('alice'), 'of the killed').catch(() => undefined)
    await expect
      .poll(() => pair[0].requests.some(({ body }) => body.includes('of the killed')))
      .toBe(true)
    await first.process.stop('SIGKILL')
    await asked
    expect(await generate(second, tokenOf('bob'), 'of the killed')).toEqual(NOT_FOUND)
    expect(await generate(second, tokenOf('alice'), 'of the killed')).toEqual(GOOD)
    expect(threads.get('of the killed')).toBe(ownerKey({ resourceId: 'alice' }))
  })
})

describe.skipIf(why !== undefined)('the limit of two proxies on one Redis', () => {
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  })

  afterAll(async () => {
    await processes.kill()
    for (const end of ends.splice(0).toReversed()) await end()
    await Promise.all([postgres?.remove(), redis?.remove()])
  })

  it('is one of each caller', async () => {
    const { first, second } = await startProxies({ limits: { requests: { perMinute: 8 } } })
    const clients = [first, second].map((proxy) => clientOf(proxy))
    const statuses: number[] = []
    for (let round = 0; round < 8; round++) {
      for (const client of clients) statuses.push((await client.get(THING)).status)
    }
    // A minute may end meanwhile, and another begin.
    const good = statuses.filter((status) => status === 200)
    expect([8, 16]).toContain(good.length)
    expect(good.length).toBeLessThan(statuses.length)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect((await clientOf(second, tokenOf('bob')).get(THING)).status).toBe(200)
  })
})
