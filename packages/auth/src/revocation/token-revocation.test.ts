import { describe, expect, it } from 'vitest'
import { tokenDigest } from '../jws/digest.js'
import { isRevocableName, tokenRevocation } from './token-revocation.js'

const NOW = 1_700_000_000
const byId = { issuer: 'https://issuer.example', tokenId: 'token-1' }

describe('isRevocableName', () => {
  it.each(['a', ' ', '0', 'ä天🌦', 'x'.repeat(2000)])('takes %j', (name) => {
    expect(isRevocableName(name)).toBe(true)
  })

  it.each(['', '\0', 'a\0b', '\ud800', 'a\udc00', 'x'.repeat(2001)])('refuses %j', (name) => {
    expect(isRevocableName(name)).toBe(false)
  })
})

describe('tokenRevocation', () => {
  it('revokes by issuer and jti, which every copy of the token bears', () => {
    expect(tokenRevocation({ token: 'a.b.c', tokenId: byId, expiry: NOW })).toStrictEqual({
      kind: 'token-id',
      ...byId,
      forgetAt: NOW + 86_400,
    })
  })

  it('revokes by digest where there is no jti', () => {
    expect(tokenRevocation({ token: 'a.b.c', expiry: NOW + 0.5 })).toStrictEqual({
      kind: 'token',
      digest: tokenDigest('a.b.c'),
      forgetAt: NOW + 86_401,
    })
  })

  it.each([{ tokenId: 'a\0' }, { tokenId: 'x'.repeat(2001) }, { issuer: '\ud800' }])(
    'revokes by digest where %j cannot be kept',
    (names) => {
      const tokenId = { ...byId, ...names }
      const { kind } = tokenRevocation({ token: 'a.b.c', tokenId, expiry: undefined })
      expect(kind).toBe('token')
    },
  )

  it.each([undefined, 1e300, Number.MAX_SAFE_INTEGER])(
    'is never forgotten where the token ends at %s',
    (expiry) => {
      expect(tokenRevocation({ token: 'a.b.c', expiry })).not.toHaveProperty('forgetAt')
    },
  )
})
