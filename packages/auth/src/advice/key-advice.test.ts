import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { explainToken } from '../jwt/explain-token.js'
import { signToken } from '../jwt/sign.js'
import { privateKey } from '../keys/private-key.js'
import { publicKeys } from '../keys/public-keys.js'
import { secretKeys } from '../keys/secret.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PUBLIC = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const PRIVATE = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ISSUER = 'https://issuer.example'
const CLAIMS = { iss: ISSUER, aud: 'api', sub: 'alice', exp: Math.floor(Date.now() / 1000) + 60 }

describe('advice about keys', () => {
  it('says of a shared secret that a public key is none, and has no command', async () => {
    const auth = new MastraJwtAuth({ publicKey: PUBLIC, issuer: ISSUER, audience: 'api' })
    const confused = signToken(CLAIMS, secretKeys('x'.repeat(40)).signingKey)
    const { code, reason, remedy, command } = await auth.explainToken(confused)
    expect(code).toBe('token_algorithm')
    expect(reason).toMatch(
      /says HS256, .* verifies with public keys \(ES256\)\. A public key never serves as a secret\./,
    )
    expect(remedy).toContain('https://issuer.example')
    expect(command).toBeUndefined()
    const good = signToken(CLAIMS, privateKey(PRIVATE))
    expect(await auth.explainToken(good)).toMatchObject({ accepted: true })
  })

  it.each([
    ['ed25519', 'Did you mean Ed25519?'],
    ['eddsa', 'Did you mean EdDSA?'],
    ['rs256', 'Did you mean RS256?'],
    ['hs256', 'Did you mean HS256?'],
    ['Ed448', 'not an algorithm that is known. This server accepts ES256.'],
    ['constructor', 'not an algorithm that is known. This server accepts ES256.'],
  ])('says of the algorithm %s what is meant, and what is accepted', async (alg, words) => {
    const auth = new MastraJwtAuth({ publicKey: PUBLIC, issuer: ISSUER, audience: 'api' })
    const [, claims, signature] = signToken(CLAIMS, privateKey(PRIVATE)).split('.')
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url')
    const { code, reason } = await auth.explainToken(`${header}.${claims}.${signature}`)
    expect(code).toBe('token_algorithm')
    expect(reason).toContain(words)
  })

  it('tells the two names of an Ed25519 key apart (RFC 9864 section 2.2)', async () => {
    const { publicKey, privateKey: key } = generateKeyPairSync('ed25519')
    const jwk = { ...publicKey.export({ format: 'jwk' }), kty: 'OKP', alg: 'EdDSA' }
    const auth = new MastraJwtAuth({ publicKey: jwk, issuer: ISSUER, audience: 'api' })
    const token = signToken(CLAIMS, privateKey(key, { algorithm: 'Ed25519' }))
    const { accepted, reason } = await auth.explainToken(token)
    expect(accepted).toBe(false)
    expect(reason).toBe('The algorithm Ed25519 is not accepted here. This server accepts EdDSA.')
    expect(await auth.explainToken(signToken(CLAIMS, privateKey(key)))).toMatchObject({
      accepted: true,
    })
  })

  it('names a key that is not there, without a word of those that are', async () => {
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'the-key-of-today' }
    const keys = publicKeys(PUBLIC)
    const find = (header: { readonly kid?: unknown }) =>
      header.kid === undefined || header.kid === jwk.kid ? keys.find(header) : []
    const token = signToken(CLAIMS, privateKey(PRIVATE, { keyId: 'the-key-of-before' }))
    const { code, reason, remedy } = await explainToken(token, { keys: { find } })
    expect(code).toBe('token_key_unknown')
    expect(reason).toContain('"the-key-of-before" (kid)')
    expect(`${reason} ${remedy}`).not.toContain(jwk.kid)
  })
})
