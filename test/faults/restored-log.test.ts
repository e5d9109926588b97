import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MemoryClient } from '@signet/test-support/http/memory-client'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { runbookTable } from './runbook.js'
import { until } from './until.js'
import { outcomeOf, signToken, WatchedServers, type WatchedServer } from './watched-server.js'

const why = whyNoPostgres()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

const TIMEOUT_MS = 60_000

const servers = new WatchedServers()
let postgres: PostgresServer

afterEach(() => servers.kill())

const list = (server: WatchedServer, token: string) =>
  outcomeOf(new MemoryClient(server.url, token).get('/api/agents'))

describe.skipIf(why !== undefined)('PostgreSQL that is restored while instances run', () => {
  beforeAll(async () => {
    postgres = await startPostgres()
  })

  afterAll(async () => {
    await postgres?.remove()
  })

  it(
    'has every instance say so, and obey what is revoked afterwards, and before',
    { timeout: TIMEOUT_MS },
    async () => {
      const url = await postgres.createDatabase()
      const first = await servers.start({ DATABASE_URL: url })
      const second = await servers.start({ DATABASE_URL: url })
      const revoke = async (jti: string) => {
        const asked = outcomeOf(first.alice.post('/api/auth/revocations', { jti }))
        expect((await asked).status).toBe(201)
      }
      const isRevoked = (jti: string) => async (server: WatchedServer) => {
        await until(
          () => list(server, signToken({ jti })),
          ({ code }) => code === 'token_revoked',
        )
      }
      const ids = [randomUUID(), randomUUID(), randomUUID()] as const
      for (const id of ids) {
        await revoke(id)
        await isRevoked(id)(second)
      }
      // What a restore of a backup from after the first of them leaves.
      await postgres.run(
        url,
        `delete from signet_revocation where sequence > 1;
          alter table signet_revocation alter column sequence restart with 2`,
      )
      const later = randomUUID()
      await revoke(later)
      for (const server of [first, second]) {
        for (const id of [...ids, later]) await isRevoked(id)(server)
        expect((await list(server, signToken({ jti: randomUUID() }))).status).toBe(200)
        const { message } = await server.untilTold(0, ({ level }) => level === 'error')
        expect(message).toContain('log of revocations')
        const lines = runbookTable('Messages of the log')
        expect(lines.some(({ words }) => words[1]?.[0] === message)).toBe(true)
      }
    },
  )
})
