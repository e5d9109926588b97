import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { freePort } from '@signet/test-support/process/free-port'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { createRelay, type Relay } from '@signet/test-support/http/relay'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'

const whyNot = whyNoPostgres()
if (whyNot !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(whyNot)

const processes = new SignetProcesses()
const copies = new FixtureCopies()
let postgres: PostgresServer
let relay: Relay
let metricsPort: number

async function start(): Promise<ServerProcess> {
  metricsPort = await freePort()
  return await processes.start(copies.copy('asking'), {
    MASTRA_JWT_SECRET: SECRET,
    MODEL_URL: 'http://127.0.0.1:1/v1',
    METRICS_PORT: String(metricsPort),
    DATABASE_URL: relay.url,
    SERVER: JSON.stringify({ revocation: { staleAfterMs: 1500 } }),
  })
}

interface Word {
  readonly status: number
  readonly body: { readonly ready: boolean; readonly reason?: string }
}

async function ready({ url }: ServerProcess): Promise<Word> {
  const response = await fetch(`${url}/ready`)
  return { status: response.status, body: JSON.parse(await response.text()) as Word['body'] }
}

/** Asks until this is the word; the test's own time limit ends what never comes. */
async function untilStatus(server: ServerProcess, status: number): Promise<Word> {
  for (;;) {
    const word = await ready(server)
    if (word.status === status) return word
    await sleep(50)
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

const linesOf = ({ process }: ServerProcess, text: string) =>
  process.stderr.split('\n').filter((line) => line.includes(text))

describe.skipIf(whyNot !== undefined)('GET /ready of signet start on PostgreSQL', () => {
  beforeAll(async () => {
    postgres = await startPostgres()
  })

  afterAll(async () => {
    await postgres?.remove()
  })

  afterEach(async () => {
    await processes.kill()
    relay?.close()
    copies.remove()
  })

  it('says no while PostgreSQL is away, and yes when it is back, with a line in the log for each', async () => {
    relay = await createRelay(new URL(await postgres.createDatabase()))
    const server = await start()
    expect(await ready(server)).toStrictEqual({ status: 200, body: { ready: true } })
    expect(await metric('signet_ready')).toBe(1)
    await postgres.halt()
    try {
      const { body } = await untilStatus(server, 503)
      expect(body).toStrictEqual({ ready: false, reason: 'storage_unavailable' })
      expect(await metric('signet_ready')).toBe(0)
      expect((await fetch(`${server.url}/health`)).status).toBe(200)
    } finally {
      await postgres.start()
    }
    await untilStatus(server, 200)
    await server.process.waitFor(/The server is ready again\./)
    expect(linesOf(server, 'The server is not ready')).toHaveLength(1)
    expect(linesOf(server, 'The server is ready again.')).toHaveLength(1)
  })

  it('says no where PostgreSQL fell silent before anybody asked for anything, and nobody gets in', async () => {
    relay = await createRelay(new URL(await postgres.createDatabase()))
    const server = await start()
    relay.setSilent(true)
    await untilStatus(server, 503)
    const token = new MastraJwtAuth({ secret: SECRET }).sign(
      { sub: 'alice' },
      { expiresInSeconds: 3600 },
    )
    const alice = new MemoryClient(server.url, token)
    while ((await alice.get('/api/agents')).status !== 503) await sleep(50)
    expect((await ready(server)).status).toBe(503)
    expect(await metric('signet_revocation_log_age_seconds')).toBeGreaterThan(1.5)
    relay.setSilent(false)
  })
})
