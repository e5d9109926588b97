import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, readGood, SECRET } from '@signet/test-support/http/memory-client'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { RawClient } from '@signet/test-support/http/raw-client'
import { startRedis, whyNoRedis, type RedisServer } from '@signet/test-support/store/redis-server'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { runSignet } from '@signet/test-support/process/signet-process'

const why = whyNoPostgres() ?? whyNoRedis()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const connections: RawClient[] = []
let postgres: PostgresServer
let redis: RedisServer

function signToken(claims: Readonly<Record<string, unknown>> = {}): string {
  const all = { sub: 'alice', jti: randomUUID(), ...claims }
  return new MastraJwtAuth({ secret: SECRET }).sign(all, { expiresInSeconds: 3600 })
}

/** Two servers of one application, which share a database and the counters. */
interface Pair {
  readonly first: ServerProcess
  readonly second: ServerProcess
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
}

async function startPair(settings: Readonly<Record<string, unknown>> = {}): Promise<Pair> {
  const directory = copies.copy('instances')
  const env = {
    MASTRA_JWT_SECRET: SECRET,
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.url,
    GATE: join(directory, 'gate'),
    SERVER: JSON.stringify(settings),
  }
  const [first, second] = await Promise.all([
    processes.start(directory, env),
    processes.start(directory, env),
  ])
  return { first, second, directory, env }
}

function clientOf({ url }: ServerProcess, token = signToken()): MemoryClient {
  return new MemoryClient(url, token)
}

interface Refusal {
  readonly status: number
  readonly code?: string
}

async function outcome(response: Response): Promise<Refusal> {
  const body: { code?: string } = JSON.parse(await response.text())
  return { status: response.status, code: body.code }
}

/** Asks until the answer is this one; the test's own time limit ends what never comes. */
async function until(ask: () => Promise<Response>, wanted: Refusal): Promise<void> {
  for (;;) {
    const { status, code } = await outcome(await ask())
    if (status === wanted.status && (wanted.code === undefined || code === wanted.code)) return
    await sleep(20)
  }
}

/** Begins a streamed answer that ends when the gate opens, which it never does. */
async function beginStream({ port }: ServerProcess, token: string): Promise<RawClient> {
  const connection = await new RawClient(port).connected()
  connections.push(connection)
  const body = JSON.stringify({ messages: 'Pass the gate', memory: { thread: 'gate' } })
  connection.sendHead('POST /api/agents/clerk/stream HTTP/1.1', [
    'Host: localhost',
    'Connection: close',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ])
  connection.send(body)
  await connection.waitFor(/"type":"tool-call"/)
  return connection
}

/** Cuts the connections by which instances hear of each other's revocations. */
async function silenceNotifications(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`,
    )
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}

describe.skipIf(why !== undefined)('two servers on one PostgreSQL and one Redis', () => {
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  })

  afterAll(async () => {
    await Promise.all([postgres?.remove(), redis?.remove()])
  })

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.destroy()
    await processes.kill()
    copies.remove()
  })

  it('read on one what was said on the other, for its owner alone', async () => {
    const { first, second } = await startPair()
    await clientOf(first).ask('clerk', 'words', 'Echo the word marzipan')
    const texts = await clientOf(second).readTexts('words')
    expect(texts[0]).toBe('Echo the word marzipan')
    expect(texts).toHaveLength(2)
    const bob = clientOf(second, signToken({ sub: 'bob' }))
    expect(await bob.readMessages('words')).toEqual([])
  })

  it.each([
    ['as they hear of it', false],
    ['when NOTIFY is lost', true],
  ])('obey on one what was revoked on the other, %s', async (_case, isSilent) => {
    const { first, second, env } = await startPair()
    const admin = clientOf(first, signToken({ sub: 'ada', role: 'admin' }))
    const jti = randomUUID()
    const alice = clientOf(second, signToken({ jti }))
    const other = clientOf(second)
    expect((await alice.get('/api/agents')).status).toBe(200)
    const stream = await beginStream(second, signToken({ jti }))
    const otherStream = await beginStream(second, signToken())
    if (isSilent) expect(await silenceNotifications(env['DATABASE_URL'] ?? '')).toBeGreaterThan(0)

    const revocation = await admin.post('/api/auth/revocations', { jti })
    expect(revocation.status).toBe(201)
    const firstAlice = clientOf(first, signToken({ jti }))
    expect(await outcome(await firstAlice.get('/api/agents'))).toEqual({
      status: 401,
      code: 'token_revoked',
    })
    await until(() => alice.get('/api/agents'), { status: 401, code: 'token_revoked' })
    expect(await stream.readToEnd()).toContain('data: [DONE]')
    expect((await other.get('/api/agents')).status).toBe(200)
    expect(otherStream.received).not.toContain('[DONE]')
  })

  it('obey what an operator revokes by signet revoke', async () => {
    const { first, second, directory, env } = await startPair()
    const clients = [first, second].map((server) => clientOf(server))
    for (const client of clients) expect((await client.get('/api/agents')).status).toBe(200)
    const stream = await beginStream(second, signToken())
    const { code } = await runSignet(['revoke', '--sub', 'alice', '--dir', directory], { env })
    expect(code).toBe(0)
    for (const client of clients) {
      await until(() => client.get('/api/agents'), { status: 401, code: 'token_revoked' })
    }
    expect(await stream.readToEnd()).toContain('data: [DONE]')
    const bob = clientOf(second, signToken({ sub: 'bob' }))
    expect((await bob.get('/api/agents')).status).toBe(200)
  })

  it('leave no API key good that is made while signet revoke runs', async () => {
    const { first, second, directory, env } = await startPair()
    const token = signToken({ role: 'admin' })
    const makers = [first, second].map((server) => clientOf(server, token))
    const keys: string[] = []
    async function makeUntilRefused(client: MemoryClient): Promise<void> {
      for (;;) {
        const made = await client.post('/api/auth/api-keys', {
          name: 'ci',
          scopes: ['agents:read'],
        })
        if (made.status !== 201) {
          return expect(await outcome(made)).toEqual({ status: 401, code: 'token_revoked' })
        }
        keys.push((JSON.parse(await made.text()) as { key: string }).key)
      }
    }
    const making = Promise.all(makers.map(makeUntilRefused))
    while (keys.length < 20) await sleep(10)
    const { code } = await runSignet(['revoke', '--sub', 'alice', '--dir', directory], { env })
    expect(code).toBe(0)
    await making
    for (const key of keys) {
      for (const server of [first, second]) {
        const ask = () => clientOf(server, key).get('/api/agents')
        await until(ask, { status: 401, code: 'token_revoked' })
      }
    }
  })

  it('know the API keys of each other, and their end', async () => {
    const { first, second } = await startPair()
    const admin = clientOf(first, signToken({ sub: 'ada', role: 'admin' }))
    const made = await admin.post('/api/auth/api-keys', { name: 'ci', scopes: ['agents:read'] })
    expect(made.status).toBe(201)
    const { key, id }: { key: string; id: string } = JSON.parse(await made.text())
    const machine = clientOf(second, key)
    await readGood(await machine.get('/api/agents/clerk'))
    const authorization = `Bearer ${signToken({ sub: 'ada', role: 'admin' })}`
    const path = `${first.url}/api/auth/api-keys/${id}`
    expect((await fetch(path, { method: 'DELETE', headers: { authorization } })).status).toBe(200)
    await until(() => machine.get('/api/agents/clerk'), { status: 401, code: 'token_revoked' })
  })

  it('share a limit, which is of one caller', async () => {
    const { first, second } = await startPair({ limits: { requests: { perMinute: 8 } } })
    // A caller of its own: the other tests count in the same Redis.
    const token = signToken({ sub: 'carol' })
    const clients = [first, second].map((server) => clientOf(server, token))
    const statuses: number[] = []
    for (let round = 0; round < 8; round++) {
      for (const client of clients) statuses.push((await client.get('/api/agents')).status)
    }
    // A minute may end meanwhile, and another begin.
    const good = statuses.filter((status) => status === 200)
    expect(good.length).toBeLessThan(statuses.length)
    expect([8, 16]).toContain(good.length)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    const bob = clientOf(second, signToken({ sub: 'bob' }))
    expect((await bob.get('/api/agents')).status).toBe(200)
  })

  it('lose nothing that was acknowledged when one of them is killed', async () => {
    const { first, second } = await startPair()
    const client = clientOf(first)
    const acknowledged: string[] = []
    const asking = (async () => {
      for (let count = 0; ; count++) {
        const question = `Echo the word number${count}`
        await client.ask('clerk', 'words', question)
        acknowledged.push(question)
      }
    })().catch(() => undefined)
    while (acknowledged.length < 5) await sleep(10)
    first.process.child.kill('SIGKILL')
    await asking
    const texts = await clientOf(second).readTexts('words')
    const questions = texts.filter((_, index) => index % 2 === 0)
    // The last one may have been stored without anybody having been told.
    expect(questions.slice(0, acknowledged.length)).toEqual(acknowledged)
    expect(questions.length - acknowledged.length).toBeLessThanOrEqual(1)
    expect(texts.length % 2).toBe(0)
    await clientOf(second).ask('clerk', 'words', 'Echo the word after')
  })

  it('answer 503 without PostgreSQL: at once what needs it, soon every caller; and recover by themselves', async () => {
    const { first, second } = await startPair({ revocation: { staleAfterMs: 1500 } })
    const clients = [first, second].map((server) => clientOf(server))
    await clients[0]?.ask('clerk', 'words', 'Echo the word before')
    await readGood(await clientOf(second).get('/api/agents'))
    await postgres.halt()
    const unavailable = { status: 503, code: 'storage_unavailable' }
    try {
      for (const client of clients) {
        const read = await client.get('/api/memory/threads/words/messages')
        expect(read.headers.get('retry-after')).toMatch(/^\d+$/)
        expect(await outcome(read)).toEqual(unavailable)
        await until(() => client.get('/api/agents'), unavailable)
        expect((await fetch(`${client.url}/health`)).status).toBe(200)
        const stranger = clientOf(first, 'no.good.token')
        expect((await stranger.get('/api/agents')).status).toBe(401)
      }
    } finally {
      await postgres.start()
    }
    for (const client of clients) {
      await until(() => client.get('/api/agents'), { status: 200 })
      expect(await client.readTexts('words')).toHaveLength(2)
    }
  })

  it('go on without Redis, each with limits of its own, and say so once', async () => {
    const { first, second } = await startPair({ limits: { requests: { perMinute: 1000 } } })
    const clients = [first, second].map((server) => clientOf(server))
    for (const client of clients) expect((await client.get('/api/agents')).status).toBe(200)
    await redis.halt()
    try {
      for (let round = 0; round < 10; round++) {
        for (const client of clients) expect((await client.get('/api/agents')).status).toBe(200)
      }
      for (const { process } of [first, second]) {
        await process.waitFor(/Redis/)
        const lines = process.stderr.split('\n').filter((line) => /Redis/.test(line))
        expect(lines).toHaveLength(1)
      }
    } finally {
      await redis.start()
    }
    for (const client of clients) expect((await client.get('/api/agents')).status).toBe(200)
  })
})
