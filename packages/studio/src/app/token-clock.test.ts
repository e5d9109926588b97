import { describe, expect, it } from 'vitest'
import { describeGrants, readTokenState } from './token-clock.js'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = `${encode({ alg: 'HS256' })}.${encode({ sub: 'alice', exp: 1000 })}.c2ln`
const bob = { id: 'bob', roles: [], permissions: [], expiresAt: '1970-01-01T01:00:00Z' }

describe('readTokenState', () => {
  it('takes the word of the server before that of the token', () => {
    expect(readTokenState(bob, token)).toStrictEqual({ subject: 'bob', endsAt: 3_600_000 })
    const { expiresAt: _, ...endless } = bob
    expect(readTokenState(endless, token).endsAt).toBeUndefined()
  })

  it('reads the token where the server does not take it any more', () => {
    expect(readTokenState(undefined, token)).toStrictEqual({ subject: 'alice', endsAt: 1_000_000 })
  })

  it.each([undefined, 'sgn_key', 'nonsense'])('knows nothing of %j', (text) => {
    expect(readTokenState(undefined, text)).toStrictEqual({ subject: undefined, endsAt: undefined })
  })
})

describe('describeGrants', () => {
  it.each([
    [['owner'], ['*'], 'owner'],
    [[], ['*'], 'everything'],
    [[], ['agents:read'], '1 scope'],
    [[], ['agents:read', 'tools:read'], '2 scopes'],
    [[], [], 'no scopes'],
  ])('says of roles %j and permissions %j: %s', (roles, permissions, text) => {
    expect(describeGrants({ id: 'a', roles, permissions })).toBe(text)
  })
})
