import { afterEach, describe, expect, it } from 'vitest'
import { Examples } from '@signet/test-support/process/example'
import { freePort } from '@signet/test-support/process/free-port'
import { startPostgres, whyNoPostgres } from '@signet/test-support/store/postgres-server'
import { startRedis, whyNoRedis } from '@signet/test-support/store/redis-server'

const why = whyNoPostgres() ?? whyNoRedis()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

const examples = new Examples()

afterEach(() => examples.stop())

const DEV = /^Ready in/m

describe.runIf(process.platform !== 'win32')('an example, run as its README prints it,', () => {
  it.each([
    ['custom-routes', [DEV], ['token_missing', 'scope_insufficient']],
    ['api-keys', [DEV], ['scope_insufficient', 'token_revoked']],
    ['several-issuers', [/^The issuer/m, DEV], ['token_audience', 'token_algorithm']],
    ['memory', [DEV], ['not_found', 'token_missing']],
    ['embedding', [/^The shop/m], ['token_missing', 'scope_insufficient']],
    ['proxy-express', [/^ {2}Proxy /m], ['token_missing', 'scope_insufficient']],
  ])(
    'answers what its README shows, and refuses what it says: %s',
    async (name, ready, codes) => {
      const [port, partner] = [`${await freePort()}`, `${await freePort()}`]
      const { printed, seen } = await examples.run(name, ready, {
        replaced: { 4111: port, 4120: partner },
        env: { PORT: port, PARTNER_PORT: partner },
      })
      expect(printed).toBe(seen)
      for (const code of codes) expect(printed).toContain(code)
    },
    120_000,
  )
})

describe.skipIf(why !== undefined)(
  'the example of two instances, run as its README prints it,',
  () => {
    it('shares memory, limits and revocations', async () => {
      const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
      try {
        const READY = /"The server is ready\."/
        const { printed, seen } = await examples.run('two-instances', [READY, READY], {
          replaced: {
            'postgres://signet@localhost:5432/signet': await postgres.createDatabase(),
            'redis://localhost:6379': redis.url,
            4111: `${await freePort()}`,
            4112: `${await freePort()}`,
          },
          env: {},
        })
        expect(printed).toBe(seen)
        for (const code of ['rate_limited', 'token_revoked']) expect(printed).toContain(code)
      } finally {
        await examples.stop()
        await Promise.all([postgres.remove(), redis.remove()])
      }
    }, 120_000)
  },
)
