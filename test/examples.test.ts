import { afterEach, describe, expect, it } from 'vitest'
import { Examples } from './support/example.js'
import { freePort } from './support/free-port.js'

const examples = new Examples()

afterEach(() => examples.stop())

const DEV = /^Ready in/m

describe.runIf(process.platform !== 'win32')('an example, run as its README prints it,', () => {
  it.each([
    ['custom-routes', [DEV], ['token_missing', 'scope_insufficient']],
    ['api-keys', [DEV], ['scope_insufficient', 'token_revoked']],
    ['several-issuers', [/^The issuer/m, DEV], ['token_audience', 'token_algorithm']],
    ['memory', [DEV], ['not_found', 'token_missing']],
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
