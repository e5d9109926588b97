import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MemoryClient } from '@signet/test-support/http/memory-client'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { runSignet } from '@signet/test-support/process/signet-process'
import { SetClock, whyNoSetClock } from '@signet/test-support/process/set-clock'
import { outcomeOf, signToken, WatchedServers, type WatchedServer } from './watched-server.js'

const why = whyNoPostgres() ?? whyNoSetClock()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

const TIMEOUT_MS = 60_000
const HOUR = 3600

const servers = new WatchedServers()
let postgres: PostgresServer

afterEach(() => servers.kill())

const makeClock = () => new SetClock(join(servers.makeFolder(), 'clock'))

const list = (server: WatchedServer, token: string) =>
  outcomeOf(new MemoryClient(server.url, token).get('/api/agents'))

const revokeAlice = (server: WatchedServer) =>
  outcomeOf(
    new MemoryClient(server.url, signToken({ sub: 'admin' })).post('/api/auth/revocations', {
      subject: 'alice',
    }),
  )

/** A record, as `signet audit` prints it. */
interface AuditLine {
  readonly at: string
  readonly code: string | null
}

const REVOKED = { status: 401, code: 'token_revoked' }

async function expectRevoked(server: WatchedServer, token: string): Promise<void> {
  while ((await list(server, token)).status === 200);
  expect(await list(server, token)).toStrictEqual(REVOKED)
}

describe.skipIf(why !== undefined)(
  'a clock that is set under signet start',
  { timeout: TIMEOUT_MS },
  () => {
    beforeAll(async () => {
      postgres = await startPostgres()
    })

    afterAll(async () => {
      await postgres?.remove()
    })

    it.each([-HOUR, HOUR])(
      'by %d s: a revocation ends on each instance what was given before, now and later',
      async (set) => {
        const clock = makeClock()
        const env = { DATABASE_URL: await postgres.createDatabase() }
        const [right, wrong] = [
          await servers.start(env),
          await servers.start({ ...env, ...clock.env }),
        ] as const
        const token = signToken()
        clock.set(set)
        expect((await list(right, token)).status).toBe(200)
        // By a clock of an hour later the token has expired.
        expect((await list(wrong, token)).status).toBe(set < 0 ? 200 : 401)
        expect((await revokeAlice(set < 0 ? wrong : right)).status).toBe(201)
        await expectRevoked(right, token)
        clock.set(0)
        await expectRevoked(wrong, token)
        const [last] = (await postgres.run(env.DATABASE_URL, 'select * from signet_revocation'))
          .rows
        expect(Math.abs(Number(last?.created_at) - Date.now())).toBeLessThan(TIMEOUT_MS)
      },
    )

    it('back, and the process started anew on a file: a revocation ends what was used before', async () => {
      const clock = makeClock()
      const env = { ...clock.env, SIGNET_DATA_DIR: servers.makeFolder() }
      const before = await servers.start(env)
      const token = signToken()
      expect((await list(before, token)).status).toBe(200)
      await before.process.stop()
      clock.set(-HOUR)
      const after = await servers.start(env)
      // By the clock of this process, a token that is made now is one of tomorrow.
      const other = signToken({ sub: 'admin', iat: Math.floor(Date.now() / 1000) - HOUR })
      const asked = await outcomeOf(
        new MemoryClient(after.url, other).post('/api/auth/revocations', { subject: 'alice' }),
      )
      expect(asked.status).toBe(201)
      clock.set(0)
      await expectRevoked(after, token)
    })

    it.each([-HOUR, HOUR])(
      'by %d s: a limit lasts a minute, and the newest stands first in the audit',
      async (set) => {
        const clock = makeClock()
        const env = { ...clock.env, SIGNET_DATA_DIR: servers.makeFolder() }
        const server = await servers.start(env, { limits: { requests: { perMinute: 3 } } })
        // Good by either clock.
        const token = signToken({}, 3 * HOUR)
        expect((await list(server, token)).status).toBe(200)
        clock.set(set)
        expect((await list(server, token)).status).toBe(200)
        expect((await list(server, token)).status).toBe(200)
        const refused = await list(server, token)
        expect(refused).toMatchObject({ status: 429, code: 'rate_limited' })
        expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60)
        await server.process.stop()
        const { code, stdout } = await runSignet(['audit', '--dir', server.directory], { env })
        expect(code).toBe(0)
        const records = stdout
          .trim()
          .split('\n')
          .map((line): AuditLine => JSON.parse(line))
        const times = records.filter(({ code }) => code === null).map(({ at }) => Date.parse(at))
        // The first request came before the clock was set, and stands last.
        expect(times).toHaveLength(3)
        const [newest = 0, , oldest = 0] = times
        expect(Math.round((newest - oldest) / 1000 / HOUR)).toBe(set / HOUR)
      },
    )
  },
)
