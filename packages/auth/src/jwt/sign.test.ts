import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { secretKeys } from '../keys/secret.js'
import type { Claims } from './claims.js'
import { signToken, type SignOptions } from './sign.js'
import { createVerifier } from './verify.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const keys = secretKeys(SECRET)
const now = () => NOW * 1000 + 999

const sign = (claims: Claims, options: SignOptions = {}) =>
  signToken(claims, keys.signingKey, { now, ...options })

describe('signToken (RFC 7515 section 5.1)', () => {
  it('signs what our verifier takes, with the same claims', async () => {
    const claims = {
      sub: 'alice',
      näme: '\ud83d\ude00',
      list: [1, { a: null }],
      iat: 5,
      exp: NOW + 60,
    }
    const verified = await createVerifier({ keys, now }).verify(sign(claims))
    expect(verified.claims).toStrictEqual(claims)
    const other = createVerifier({ keys: secretKeys('x'.repeat(32)), now })
    await expect(other.verify(sign(claims))).rejects.toMatchObject({ code: 'token_signature' })
  })

  it.each(['HS256', 'HS384', 'HS512'] as const)('signs %s that jose takes', async (algorithm) => {
    const { signingKey } = secretKeys(SECRET, { algorithms: [algorithm] })
    const token = signToken({ sub: 'alice', aud: ['api'] }, signingKey, {
      now,
      expiresInSeconds: 60,
    })
    const options = { currentDate: new Date(now()), audience: 'api', algorithms: [algorithm] }
    const { payload, protectedHeader } = await jwtVerify(token, Buffer.from(SECRET), options)
    expect(payload).toStrictEqual({ sub: 'alice', aud: ['api'], iat: NOW, exp: NOW + 60 })
    expect(protectedHeader).toStrictEqual({ alg: algorithm, typ: 'JWT' })
    await expect(jwtVerify(token, Buffer.from('x'.repeat(64)), options)).rejects.toHaveProperty(
      'code',
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    )
  })

  it('names the key and the type in the header (RFC 7515 sections 4.1.4 and 4.1.9)', () => {
    const k = Buffer.from(SECRET).toString('base64url')
    const { signingKey } = secretKeys({ kty: 'oct', k, kid: 'k1', alg: 'HS384' })
    const token = signToken({}, signingKey, { typ: 'at+jwt' })
    expect(decodeProtectedHeader(token)).toStrictEqual({ alg: 'HS384', typ: 'at+jwt', kid: 'k1' })
  })

  it('gives iat in whole seconds, unless the claims have one (RFC 7519 section 4.1.6)', async () => {
    const verifier = createVerifier({ keys, now })
    await expect(verifier.verify(sign({}))).resolves.toHaveProperty('claims', { iat: NOW })
    await expect(verifier.verify(sign({ iat: 1 }))).resolves.toHaveProperty('claims', { iat: 1 })
  })

  it('counts expiresInSeconds from now, whatever iat and exp the claims have', async () => {
    const token = sign({ iat: 1, exp: 2 }, { expiresInSeconds: 60 })
    const verified = await createVerifier({ keys, now }).verify(token)
    expect(verified.claims).toStrictEqual({ iat: 1, exp: NOW + 60 })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses expiresInSeconds of %d',
    (expiresInSeconds) => {
      const refusal = { name: 'ConfigurationError', code: 'option_invalid' }
      expect(() => sign({}, { expiresInSeconds })).toThrow(expect.objectContaining(refusal))
    },
  )

  it.each([
    '{"sub":1}',
    '{"aud":[1]}',
    '{"exp":"1"}',
    '{"iat":null}',
    '{"nbf":1e999}',
    '{"jti":{}}',
  ])('refuses to sign registered claims of a wrong type: %s (RFC 7519 section 4.1)', (text) => {
    const refusal = { name: 'TokenError', code: 'token_claim' }
    expect(() => sign(JSON.parse(text))).toThrow(expect.objectContaining(refusal))
  })

  it.each(['null', '[]', '"text"', '1'])('refuses claims that are no object: %s', (text) => {
    const refusal = { name: 'ConfigurationError', code: 'option_invalid' }
    expect(() => sign(JSON.parse(text))).toThrow(expect.objectContaining(refusal))
  })

  it('leaves claims that are undefined out', async () => {
    const verified = await createVerifier({ keys, now }).verify(sign({ sub: undefined, a: 1 }))
    expect(Object.keys(verified.claims)).toStrictEqual(['iat', 'a'])
  })

  it('does not change the claims it was given', () => {
    const claims = Object.freeze({ sub: 'alice' })
    expect(sign(claims, { expiresInSeconds: 1 })).toBeTypeOf('string')
    expect(claims).toStrictEqual({ sub: 'alice' })
  })
})
