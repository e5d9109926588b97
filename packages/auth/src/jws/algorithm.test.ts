import { describe, expect, it } from 'vitest'
import { isAlgorithm, isHmacAlgorithm } from './algorithm.js'

describe('isAlgorithm (RFC 7518 section 3.1, RFC 8037, RFC 9864)', () => {
  it('knows the HMAC, RSA and elliptic curve algorithms by their exact names', () => {
    const families = ['HS', 'RS', 'PS', 'ES'].flatMap((family) =>
      ['256', '384', '512'].map((size) => family + size),
    )
    expect([...families, 'EdDSA', 'Ed25519'].filter(isAlgorithm)).toHaveLength(14)
  })

  it.each([
    'none',
    'None',
    'NONE',
    'hs256',
    'HS256 ',
    'HS256\0',
    'HS1',
    'ES256K',
    'EDDSA',
    'ed25519',
    'ED25519',
    'Ed25519ph',
    'Ed448',
    'ESP256',
    'ESB256',
    '',
    'toString',
  ])('does not know %j (RFC 8725 section 3.2)', (name) => {
    expect(isAlgorithm(name)).toBe(false)
  })

  it.each([[undefined], [null], [0], [true], [['HS256']], [{ alg: 'HS256' }], [Object('HS256')]])(
    'takes no other type for a name: %o',
    (value: unknown) => {
      expect(isAlgorithm(value)).toBe(false)
    },
  )
})

describe('isHmacAlgorithm', () => {
  it('tells secrets from public keys (RFC 8725 section 2.1)', () => {
    expect((['HS256', 'HS384', 'HS512'] as const).every(isHmacAlgorithm)).toBe(true)
    expect((['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const).some(isHmacAlgorithm)).toBe(
      false,
    )
  })
})
