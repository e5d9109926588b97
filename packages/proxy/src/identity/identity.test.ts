import { decodeToken, MastraJwtAuth, type Principal } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { createTestAuth } from '@signet/test-support/application/application'
import { createIdentity } from './identity.js'

const START = Date.UTC(2026, 0, 1)

/** A caller, as far as an identity looks at one. */
function caller(resourceId: string, claims: object = {}, issuer = 'local'): Principal {
  const principal: object = { issuer, resourceId, claims: { ...claims } }
  return principal as Principal
}

function identityAt(start: number) {
  const clock = { now: start }
  return { clock, identity: createIdentity({ now: () => clock.now }) }
}

describe('the secret of an identity', () => {
  it('is a new one of 256 bits for each', () => {
    const secrets = new Set(Array.from({ length: 100 }, () => createIdentity().secret))
    expect(secrets.size).toBe(100)
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  })

  it('may be the one of the application, unless that is too short', async () => {
    const secret = 'a secret of the application, which is long enough'
    const identity = createIdentity({ secret })
    const token = identity.tokenFor(caller('alice'))
    expect(await new MastraJwtAuth({ secret }).authenticateToken(token)).not.toBeNull()
    await expect(createTestAuth().authenticateToken(token)).rejects.toThrow()
    expect(() => createIdentity({ secret: 'short' })).toThrow(/32/)
  })
})

describe('a token for the upstream', () => {
  it('is good for 60 seconds, and is used for the first 40', async () => {
    const { clock, identity } = identityAt(START)
    const first = identity.tokenFor(caller('alice'))
    expect((await decodeToken(first))?.payload).toMatchObject({
      iat: START / 1000,
      exp: START / 1000 + 60,
    })
    clock.now = START + 39_999
    expect(identity.tokenFor(caller('alice'))).toBe(first)
    clock.now = START + 40_000
    expect(identity.tokenFor(caller('alice'))).not.toBe(first)
  })

  it('is made anew where the clock was set back', () => {
    const { clock, identity } = identityAt(START)
    const first = identity.tokenFor(caller('alice'))
    clock.now = START - 3_600_000
    expect(identity.tokenFor(caller('alice'))).not.toBe(first)
  })

  it('is of one owner, name and address', () => {
    const { identity } = identityAt(START)
    const callers = [
      caller('alice'),
      caller('bob'),
      caller('alice', {}, 'https://issuer.example'),
      caller('alice', { name: 'Alice' }),
      caller('alice', { email: 'Alice' }),
      caller('alice', { name: 'Bob' }),
    ]
    expect(new Set(callers.map((each) => identity.tokenFor(each))).size).toBe(callers.length)
  })

  it.each([{ name: 1 }, { name: '' }, { name: 'x'.repeat(257) }, { name: ['a'] }, { admin: true }])(
    'has nothing of the claims %j',
    (claims) => {
      const { identity } = identityAt(START)
      expect(identity.tokenFor(caller('alice', claims))).toBe(identity.tokenFor(caller('alice')))
    },
  )

  it('is kept for 10,000 owners and no more', () => {
    const { identity, clock } = identityAt(START)
    const first = identity.tokenFor(caller('0'))
    for (let index = 1; index <= 10_000; index++) identity.tokenFor(caller(String(index)))
    clock.now += 1000
    expect(identity.tokenFor(caller('0'))).not.toBe(first)
  })
})
