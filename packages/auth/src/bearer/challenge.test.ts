import { describe, expect, it } from 'vitest'
import {
  AuthError,
  ScopeError,
  TokenError,
  type AuthErrorCode,
  type TokenErrorCode,
} from '../error.js'
import { PROOF_ALGORITHMS } from '../jws/algorithm.js'
import { bearerChallenge } from './challenge.js'
import { PUBLIC_REASON } from './public-reason.js'

const tokenCodes: readonly TokenErrorCode[] = [
  'token_malformed',
  'token_too_large',
  'token_algorithm',
  'token_key_unknown',
  'token_signature',
  'token_expired',
  'token_not_active',
  'token_issuer',
  'token_audience',
  'token_type',
  'token_claim',
  'token_revoked',
]

describe('bearerChallenge: the scheme DPoP (RFC 9449 section 7.1)', () => {
  const algs = `algs="${PROOF_ALGORITHMS.join(' ')}"`
  const challengeOf = (code: AuthErrorCode, dpop?: 'required' | 'optional') =>
    bearerChallenge(new AuthError(code, 'MARKER'), { dpop })

  it.each([
    ['token_binding', 'invalid_token'],
    ['proof_missing', 'invalid_token'],
    ['proof_invalid', 'invalid_dpop_proof'],
    ['proof_nonce', 'use_dpop_nonce'],
  ] as const)('stands alone for %s, whatever the option says', (code, name) => {
    const expected = `DPoP error="${name}", error_description="${PUBLIC_REASON[code]}", ${algs}`
    for (const dpop of [undefined, 'optional', 'required'] as const) {
      expect(challengeOf(code, dpop)).toBe(expected)
    }
  })

  it('stands beside Bearer, or in its place, where the option says so', () => {
    expect(challengeOf('token_missing', 'optional')).toBe(`Bearer, DPoP ${algs}`)
    expect(challengeOf('token_missing', 'required')).toBe(`DPoP ${algs}`)
    const expired = `error="invalid_token", error_description="The token has expired."`
    expect(challengeOf('token_expired', 'optional')).toBe(`Bearer ${expired}, DPoP ${algs}`)
    expect(challengeOf('token_expired', 'required')).toBe(`DPoP ${expired}, ${algs}`)
    expect(challengeOf('token_expired')).toBe(`Bearer ${expired}`)
  })

  it.each(['access_denied', 'keys_unavailable', 'proofs_unavailable'] as const)(
    'is absent for %s',
    (code) => {
      expect(challengeOf(code, 'required')).toBeUndefined()
    },
  )
})

describe('bearerChallenge (RFC 6750 section 3)', () => {
  it('is bare where no token was sent: no error code (section 3.1)', () => {
    expect(bearerChallenge(new TokenError('token_missing', 'x'))).toBe('Bearer')
  })

  it.each(tokenCodes)('names invalid_token for %s', (code) => {
    const expected = `Bearer error="invalid_token", error_description="${PUBLIC_REASON[code]}"`
    expect(bearerChallenge(new TokenError(code, 'x'))).toBe(expected)
  })

  it('has these exact words', () => {
    expect(bearerChallenge(new TokenError('token_expired', 'x'))).toBe(
      'Bearer error="invalid_token", error_description="The token has expired."',
    )
    expect(bearerChallenge(new AuthError('request_invalid', 'x'))).toBe(
      'Bearer error="invalid_request", error_description="The request carries more than one credential."',
    )
    expect(bearerChallenge(new ScopeError('agents:execute:weather-agent'))).toBe(
      'Bearer error="insufficient_scope", error_description="The token does not grant what this request needs.", scope="agents:execute:weather-agent"',
    )
  })

  it('names all missing scopes, each once, and of them only permissions', () => {
    const error = new ScopeError(['agents:read', 'tools:read:a', 'agents:read', 'x"y', 'admin'])
    expect(bearerChallenge(error)).toContain(', scope="agents:read tools:read:a"')
    expect(error.missingScope).toBe('agents:read')
  })

  it('names where the metadata of the resource stands (RFC 9728 section 5.1)', () => {
    const resourceMetadata = 'https://a.example/.well-known/oauth-protected-resource'
    const challengeOf = (error: AuthError) => bearerChallenge(error, { resourceMetadata })
    expect(challengeOf(new TokenError('token_missing', 'x'))).toBe(
      `Bearer resource_metadata="${resourceMetadata}"`,
    )
    expect(challengeOf(new TokenError('token_expired', 'x'))).toBe(
      `Bearer error="invalid_token", error_description="The token has expired.", resource_metadata="${resourceMetadata}"`,
    )
    expect(challengeOf(new AuthError('access_denied', 'x'))).toBeUndefined()
  })

  it.each(['', 'a b', 'a"b', 'a\\b', 'a\r\nb', '\u00e4'])(
    'leaves out metadata that no parameter can hold: %j',
    (resourceMetadata) => {
      const error = new TokenError('token_missing', 'x')
      expect(bearerChallenge(error, { resourceMetadata })).toBe('Bearer')
    },
  )

  it('is absent where another token would not help', () => {
    expect(bearerChallenge(new AuthError('access_denied', 'x'))).toBeUndefined()
    expect(bearerChallenge(new AuthError('keys_unavailable', 'x'))).toBeUndefined()
  })

  it.each([
    'agents:read:"',
    'x", realm="y',
    'agents:read:\r\nSet-Cookie: a=b',
    'agents:read:\u00e4',
    '',
    'admin',
  ])('leaves out a scope that is no permission: %j (RFC 6750 section 3)', (scope) => {
    expect(bearerChallenge(new ScopeError(scope))).toBe(
      'Bearer error="insufficient_scope", error_description="The token does not grant what this request needs."',
    )
  })

  it('reflects neither message, cause, claim nor ignored grants', () => {
    const details = { cause: new Error('MARKER'), claim: 'MARKER', expiredAt: 1 }
    const errors = [
      ...tokenCodes.map((code) => new TokenError(code, 'MARKER', details)),
      new AuthError('request_invalid', 'MARKER'),
      new ScopeError('agents:read', ['MARKER']),
    ]
    expect(errors.map((error) => bearerChallenge(error)).join('\n')).not.toContain('MARKER')
  })

  it('consists of characters that error_description may have (RFC 6750 section 3)', () => {
    const reasons = Object.values(PUBLIC_REASON)
    expect(
      reasons.filter((reason) => !/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(reason)),
    ).toStrictEqual([])
    expect(new Set(reasons).size).toBe(reasons.length)
  })
})
