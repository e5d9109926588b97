import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { PublicKeyAlgorithm } from '../jws/algorithm.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'
import { createTestIssuer, type TestIssuer, type TestIssuerOptions } from './issuer.js'
import { createTestKeyPair } from './key-pair.js'

const NOW = 1_700_000_000
const now = () => NOW * 1000

const issuers: TestIssuer[] = []

afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function create(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await createTestIssuer({ audience: 'my-api', now, ...options })
  issuers.push(issuer)
  return issuer
}

const authOf = ({ issuer }: TestIssuer) => new MastraJwtAuth({ issuer, audience: 'my-api', now })

describe('createTestIssuer', () => {
  it.each<PublicKeyAlgorithm>(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'signs %s tokens that our provider and jose take by its URL',
    async (algorithm) => {
      const issuer = await create({ algorithm })
      const token = issuer.sign({ sub: 'alice' })
      await expect(authOf(issuer).authenticateToken(token)).resolves.toHaveProperty('sub', 'alice')
      const options = { issuer: issuer.issuer, audience: 'my-api', currentDate: new Date(now()) }
      const jose = await jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), options)
      expect(jose.payload).toHaveProperty('sub', 'alice')
      const forged = issuer.sign({}, { key: createTestKeyPair(algorithm).signingKey })
      await expect(authOf(issuer).authenticateToken(forged)).rejects.toHaveProperty(
        'code',
        'token_key_unknown',
      )
    },
  )

  it('fills in what the claims do not have', async () => {
    const issuer = await create()
    expect(decodeJwt(issuer.sign())).toStrictEqual({
      iss: issuer.issuer,
      aud: 'my-api',
      sub: 'test-user',
      iat: NOW,
      exp: NOW + 3600,
    })
    expect(decodeProtectedHeader(issuer.sign())).toStrictEqual({
      alg: 'ES256',
      typ: 'JWT',
      kid: issuer.keyPair.keyId,
    })
  })

  it('lets the claims and options have their way, so that bad tokens can be made', async () => {
    const issuer = await create()
    const claims = { iss: 'other', aud: 'other', sub: 'alice', iat: 1, exp: 2, role: 'admin' }
    expect(decodeJwt(issuer.sign(claims))).toStrictEqual(claims)
    const silent = {
      iss: undefined,
      aud: undefined,
      sub: undefined,
      iat: undefined,
      exp: undefined,
    }
    expect(decodeJwt(issuer.sign(silent))).toStrictEqual({})
    expect(decodeJwt(issuer.sign({}, { expiresInSeconds: 5 }))).toHaveProperty('exp', NOW + 5)
    expect(decodeProtectedHeader(issuer.sign({}, { typ: 'at+jwt' }))).toHaveProperty(
      'typ',
      'at+jwt',
    )
  })

  it.each([
    ['token_expired', { exp: NOW }],
    ['token_not_active', { nbf: NOW + 1 }],
    ['token_audience', { aud: 'another' }],
    ['token_issuer', { iss: 'https://another.example' }],
    ['token_claim', { sub: undefined }],
    ['token_claim', { exp: undefined }],
  ])('makes a token that is refused as %s', async (code, claims) => {
    const issuer = await create()
    const token = issuer.sign(claims)
    await expect(authOf(issuer).authenticateToken(token)).rejects.toHaveProperty('code', code)
  })

  it('rotates its key: the new one is found, the old one gone or kept', async () => {
    const issuer = await create()
    const auth = authOf(issuer)
    const first = issuer.sign()
    await auth.authenticateToken(first)
    const second = issuer.rotate({ isOldKept: true })
    expect(issuer.keyPair).toBe(second)
    await expect(auth.authenticateToken(issuer.sign())).resolves.toHaveProperty('sub', 'test-user')
    await expect(auth.authenticateToken(first)).resolves.toHaveProperty('sub', 'test-user')
    expect(issuer.rotate({ algorithm: 'EdDSA' }).algorithm).toBe('EdDSA')
    await expect(auth.authenticateToken(issuer.sign())).resolves.toHaveProperty('sub', 'test-user')
    await expect(auth.authenticateToken(first)).rejects.toHaveProperty('code', 'token_key_unknown')
    // At first, for each new kid, and for the one that is gone.
    expect(issuer.server.requests).toStrictEqual({ metadata: 4, keys: 4 })
  })

  it('closes its port, also where a request hangs, and may be closed twice', async () => {
    const issuer = await create()
    issuer.server.answerWith({ kind: 'hang' })
    const hanging = fetch(issuer.jwksUri).catch((error: unknown) => error)
    await issuer.close()
    await issuer.close()
    expect(await hanging).toBeInstanceOf(TypeError)
    await expect(fetch(issuer.jwksUri)).rejects.toThrow('fetch failed')
  })
})
