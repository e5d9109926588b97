import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestKeyPair } from './key-pair.js'
import { startKeySetServer, type KeySetServer } from './key-set-server.js'

const { publicJwk, privateJwk, publicPem, privatePem } = createTestKeyPair('ES256', { keyId: 'k1' })

let server: KeySetServer
let metadataUrl: string

beforeEach(async () => {
  server = await startKeySetServer([publicJwk])
  metadataUrl = `${server.issuer}/.well-known/openid-configuration`
})

afterEach(async () => {
  await server.stop()
})

const get = async (url: string) => (await fetch(url)).text()

describe('startKeySetServer', () => {
  it('serves the metadata and the key set, and counts both', async () => {
    expect(JSON.parse(await get(metadataUrl))).toStrictEqual({
      issuer: server.issuer,
      jwks_uri: server.jwksUri,
    })
    expect(JSON.parse(await get(server.jwksUri))).toStrictEqual({ keys: [publicJwk] })
    await get(server.jwksUri)
    expect((await fetch(`${server.issuer}/other`)).status).toBe(404)
    expect(server.requests).toStrictEqual({ metadata: 1, keys: 2 })
  })

  it('puts other keys into the set, and sets Cache-Control', async () => {
    expect((await fetch(server.jwksUri)).headers.has('cache-control')).toBe(false)
    server.setKeys([])
    server.setCacheControl('max-age=60')
    const response = await fetch(server.jwksUri)
    expect(response.headers.get('cache-control')).toBe('max-age=60')
    expect(await response.json()).toStrictEqual({ keys: [] })
  })

  it('fails, for one document or for both', async () => {
    server.answerWith({ kind: 'status', status: 503 }, 'keys')
    expect((await fetch(server.jwksUri)).status).toBe(503)
    expect((await fetch(metadataUrl)).status).toBe(200)
    server.answerWith({ kind: 'text' })
    expect([await get(server.jwksUri), await get(metadataUrl)]).toStrictEqual(
      Array(2).fill('<!doctype html>'),
    )
    server.answerWith({ kind: 'document' })
    expect((await fetch(server.jwksUri)).status).toBe(200)
  })

  it('sends a document of any size', async () => {
    server.answerWith({ kind: 'large', bytes: 300_000 })
    const text = await get(server.jwksUri)
    expect(text.length).toBeGreaterThan(300_000)
    expect(JSON.parse(text)).toStrictEqual({ keys: [publicJwk] })
  })

  it.each(['same', 'other'] as const)(
    'redirects to the %s origin, where the document is',
    async (origin) => {
      server.answerWith({ kind: 'redirect', origin })
      const { status, headers } = await fetch(server.jwksUri, { redirect: 'manual' })
      const location = new URL(headers.get('location') ?? '')
      expect(status).toBe(302)
      expect(location.origin === new URL(server.issuer).origin).toBe(origin === 'same')
      expect(JSON.parse(await get(location.href))).toStrictEqual({ keys: [publicJwk] })
    },
  )

  it('stops and starts on the same port', async () => {
    const { jwksUri } = server
    await server.stop()
    await server.stop()
    await expect(fetch(jwksUri)).rejects.toThrow('fetch failed')
    await server.start()
    await server.start()
    expect(server.jwksUri).toBe(jwksUri)
    expect((await fetch(jwksUri)).status).toBe(200)
  })
})

describe('createTestKeyPair', () => {
  it('gives a key pair in each form', () => {
    const binding = { kty: 'EC', crv: 'P-256', kid: 'k1', alg: 'ES256', use: 'sig' }
    const { x, y } = publicJwk
    expect(publicJwk).toStrictEqual({ ...binding, x, y })
    expect(privateJwk).toStrictEqual({ ...binding, x, y, d: expect.stringMatching(/^[\w-]{43}$/) })
    expect(publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(privatePem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(createTestKeyPair('ES256').keyId).not.toBe(createTestKeyPair('ES256').keyId)
  })
})
