import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MastraJwtAuth } from './jwt-auth.js'

const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const ISSUER = 'https://issuer.example'
const KEY = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

/** A public key as the provider takes it. */
const publicKey = { ...KEY, kty: 'OKP' }

describe('MastraJwtAuth: describe', () => {
  it('describes a secret by its measures, and not by itself', () => {
    const provider = new MastraJwtAuth({ secret: [SECRET, 'a'.repeat(40)] })
    const description = provider.describe()
    expect(description.issuers).toMatchObject([
      {
        issuer: undefined,
        keys: { kind: 'secret', count: 2, secrets: [{ byteLength: 65 }, { repeatsAfter: 1 }] },
        audience: undefined,
        requiresExpiry: true,
        defaultRole: 'member',
      },
    ])
    expect(JSON.stringify(description)).not.toContain('horse')
    expect(JSON.stringify(description)).not.toContain('aaaa')
  })

  it.each([
    [
      { publicKey: [publicKey, publicKey], audience: 'api' },
      { kind: 'public key', count: 2 },
    ],
    [
      { jwks: { keys: [publicKey] }, issuer: ISSUER, audience: 'api' },
      { kind: 'key set', count: 1 },
    ],
    [
      { jwksUri: new URL(`${ISSUER}/keys`), issuer: ISSUER, audience: 'api' },
      { kind: 'key set URL', url: `${ISSUER}/keys`, count: undefined },
    ],
    [
      { issuer: ISSUER, audience: 'api' },
      { kind: 'discovery', url: ISSUER, count: undefined },
    ],
  ])('names the kind of keys and where they are fetched from: %j', (options, keys) => {
    const [issuer] = new MastraJwtAuth(options).describe().issuers
    expect(issuer?.keys).toMatchObject(keys)
    expect(issuer?.keys.secrets).toStrictEqual([])
    expect(issuer?.audience).toStrictEqual(['api'])
    expect(issuer?.defaultRole).toBeUndefined()
  })

  it('describes each of several issuers by its own rules', () => {
    const issuers = [
      { issuer: ISSUER, secret: SECRET, audience: ['a', 'b'], roles: { clerk: ['agents:read'] } },
      { issuer: ['x', 'y'], secret: `${SECRET}!`, grants: ['tools:*'], maxTokenAgeSeconds: 60 },
    ]
    const provider = new MastraJwtAuth({ issuers, requireExpiry: false })
    expect(provider.describe().issuers).toMatchObject([
      {
        issuer: [ISSUER],
        audience: ['a', 'b'],
        roles: { clerk: ['agents:read'] },
        grants: undefined,
      },
      { issuer: ['x', 'y'], audience: undefined, grants: ['tools:*'], maxTokenAgeSeconds: 60 },
    ])
    expect(provider.describe().issuers.map((each) => each.requiresExpiry)).toStrictEqual([
      false,
      false,
    ])
  })

  it('says that expiry is required also where only a profile does (RFC 9068 section 2.2)', () => {
    const options = {
      secret: SECRET,
      issuer: ISSUER,
      audience: 'api',
      requireExpiry: false,
      profile: 'at+jwt',
    } as const
    expect(new MastraJwtAuth(options).describe().issuers[0]?.requiresExpiry).toBe(true)
  })
})

describe('MastraJwtAuth: probeKeys', () => {
  it('fetches with its own fetch what it would verify with, past its cache', async () => {
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input))
      return Response.json({ keys: [KEY] })
    }
    const jwksUri = `${ISSUER}/keys`
    const provider = new MastraJwtAuth({ jwksUri, issuer: ISSUER, audience: 'api', fetch })
    for (const count of [1, 2]) {
      await expect(provider.probeKeys()).resolves.toMatchObject([{ url: jwksUri, usableKeys: 1 }])
      expect(asked).toStrictEqual(Array.from({ length: count }, () => jwksUri))
    }
  })

  it('fetches nothing where there is nothing to fetch', async () => {
    await expect(new MastraJwtAuth({ secret: SECRET }).probeKeys()).resolves.toStrictEqual([])
  })
})
