import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { publicKeys } from '../keys/public-keys.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { tokenDigest } from './digest.js'
import { createVerifier } from '../jwt/verify.js'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('tokenDigest', () => {
  it('finds an ECDSA token by the second signature that fits it too (FIPS 186-5 section 6.4)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const input = `${encode({ alg: 'ES256' })}.${encode({ sub: 'alice' })}`
    const pair = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const s = order - BigInt(`0x${pair.subarray(32).toString('hex')}`)
    const twin = Buffer.concat([
      pair.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ])
    const [first, second] = [pair, twin].map((bytes) => `${input}.${bytes.toString('base64url')}`)
    const revocation = new MemoryRevocationList()
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const verifier = createVerifier({ keys: publicKeys(pem), revocation })
    await expect(verifier.verify(second)).resolves.toBeDefined()
    revocation.revokeToken(tokenDigest(String(first)))
    for (const token of [first, second]) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token_revoked' })
    }
  })

  it('differs where anything that is signed does, and not where only the signature does', () => {
    const header = encode({ alg: 'HS256' })
    expect(tokenDigest(`${header}.b.c`)).toBe(tokenDigest(`${header}.b.d`))
    const tokens = [`${header}.b.c`, `${header}.c.c`, `${encode({ alg: 'ES256' })}.b.c`]
    const digests = tokens.map(tokenDigest)
    expect(new Set(digests).size).toBe(3)
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
  })

  it('counts what is no JWT whole, whatever dots it has', () => {
    const opaque = ['opaque-1', 'opaque-2', 'team.alice', 'team.bob', 'a.b.c', 'a.b.d', 'a.b', 'a.']
    expect(new Set(opaque.map(tokenDigest)).size).toBe(opaque.length)
  })
})
