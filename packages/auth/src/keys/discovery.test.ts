import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestKeyPair } from '../test/key-pair.js'
import { startKeySetServer, type KeySetServer } from '../test/key-set-server.js'
import { discoverKeySet } from './discovery.js'

const NOW = 1_700_000_000_000
const pair = createTestKeyPair('ES256', { keyId: 'k1' })
const header = { alg: 'ES256', kid: 'k1' }
const WELL_KNOWN = '/.well-known/openid-configuration'

let server: KeySetServer
let clock = NOW
const now = () => clock

beforeEach(async () => {
  clock = NOW
  server = await startKeySetServer([pair.publicJwk])
})

afterEach(async () => {
  await server.stop()
})

/** The refusal, with the reason that only the log has. */
const because = (message: string) =>
  expect.objectContaining({
    name: 'AuthError',
    code: 'keys_unavailable',
    cause: expect.objectContaining({ message: expect.stringContaining(message) }),
  })

const metadata = (members: object) =>
  server.answerWith({ kind: 'text', text: JSON.stringify(members) }, 'metadata')

/** A `fetch` that has documents by their address, and keeps which were asked for. */
function documents(byUrl: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url))
    const found = byUrl[String(url)]
    return found === undefined ? new Response(null, { status: 404 }) : Response.json(found)
  }
  return { fetch, asked }
}

describe('discoverKeySet (OpenID Connect Discovery 1.0 section 4)', () => {
  it('finds the key set of an issuer by its URL alone', async () => {
    const keys = discoverKeySet(server.issuer, { now })
    expect(server.requests).toStrictEqual({ metadata: 0, keys: 0 })
    expect(await keys.find(header)).toMatchObject([{ keyId: 'k1' }])
    expect(server.requests).toStrictEqual({ metadata: 1, keys: 1 })
    expect(keys.find(header)).toMatchObject([{ keyId: 'k1' }])
  })

  it.each([
    ['https://a.example', `https://a.example${WELL_KNOWN}`],
    ['https://a.example/', `https://a.example${WELL_KNOWN}`],
    ['https://a.example/tenant', `https://a.example/tenant${WELL_KNOWN}`],
    ['https://a.example/tenant/', `https://a.example/tenant${WELL_KNOWN}`],
  ])('looks for the metadata of %s at %s, and compares the issuer exactly', async (issuer, url) => {
    const jwks_uri = 'https://keys.example/jwks'
    const { fetch, asked } = documents({
      [url]: { issuer, jwks_uri },
      [jwks_uri]: { keys: [pair.publicJwk] },
    })
    const keys = discoverKeySet(issuer, { now, fetch })
    expect(await keys.find(header)).toMatchObject([{ keyId: 'k1' }])
    expect(asked).toStrictEqual([url, jwks_uri])
  })

  it.each([
    ['another', 'https://b.example'],
    ['one with a slash', 'https://a.example/'],
    ['one in another case', 'https://A.example'],
    ['none', undefined],
    ['a list', ['https://a.example']],
  ])('refuses metadata whose issuer is %s (section 4.3)', async (_case, issuer) => {
    const jwks_uri = 'https://a.example/jwks'
    const { fetch, asked } = documents({
      [`https://a.example${WELL_KNOWN}`]: { issuer, jwks_uri },
      [jwks_uri]: { keys: [pair.publicJwk] },
    })
    const keys = discoverKeySet('https://a.example', { now, fetch })
    await expect(keys.refresh()).rejects.toThrow(because('another issuer'))
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['no jwks_uri', {}, 'does not name a key set'],
    ['a jwks_uri that is no text', { jwks_uri: 5 }, 'does not name a key set'],
    ['http on another machine', { jwks_uri: 'http://a.example/jwks' }, 'https URL'],
    ['a file', { jwks_uri: 'file:///etc/passwd' }, 'https URL'],
    ['credentials', { jwks_uri: 'https://user:hunter2@a.example/jwks' }, 'https URL'],
    ['no address', { jwks_uri: '/jwks' }, 'https URL'],
  ])('refuses metadata with %s', async (_case, members, message) => {
    metadata({ issuer: server.issuer, ...members })
    await expect(discoverKeySet(server.issuer, { now }).refresh()).rejects.toThrow(because(message))
    expect(server.requests.keys).toBe(0)
  })

  it.each(['http://127.0.0.1:4111/api', 'http://localhost/jwks', 'http://[::1]/jwks'])(
    'asks %s for nothing where an issuer at an https URL names it',
    async (jwks_uri) => {
      const issuer = 'https://a.example'
      const { fetch, asked } = documents({
        [`${issuer}${WELL_KNOWN}`]: { issuer, jwks_uri },
        [jwks_uri]: { keys: [pair.publicJwk] },
      })
      const keys = discoverKeySet(issuer, { now, fetch })
      await expect(keys.refresh()).rejects.toThrow(because('https URL'))
      expect(asked).toHaveLength(1)
    },
  )

  it.each([
    ['a list', '[]', 'another issuer'],
    ['null', 'null', 'another issuer'],
    ['no JSON', '<!doctype html>', 'not JSON'],
    ['an issuer twice', '{"issuer":"a","issuer":"b"}', 'same name twice'],
  ])('refuses metadata that is %s', async (_case, text, message) => {
    server.answerWith({ kind: 'text', text }, 'metadata')
    await expect(discoverKeySet(server.issuer, { now }).refresh()).rejects.toThrow(because(message))
  })

  it('has the limits of a key set for the metadata too', async () => {
    const find = (timeoutMs?: number) => discoverKeySet(server.issuer, { now, timeoutMs }).refresh()
    server.answerWith({ kind: 'status', status: 500 }, 'metadata')
    await expect(find()).rejects.toThrow(because('status 500'))
    server.answerWith({ kind: 'redirect', origin: 'other' }, 'metadata')
    await expect(find()).rejects.toThrow(because('another origin'))
    server.answerWith({ kind: 'large', bytes: 262_144 }, 'metadata')
    await expect(find()).rejects.toThrow(because('larger than'))
    server.answerWith({ kind: 'hang' }, 'metadata')
    await expect(find(20)).rejects.toThrow(because('took longer than'))
    expect(server.requests.keys).toBe(0)
    server.answerWith({ kind: 'redirect', origin: 'same' }, 'metadata')
    await expect(find()).resolves.toBeUndefined()
  })

  it('serves the keys that it has while the metadata cannot be had, and follows a key set that moves', async () => {
    const keys = discoverKeySet(server.issuer, { now })
    await keys.refresh()
    server.answerWith({ kind: 'status', status: 500 }, 'metadata')
    clock += 600_000
    await expect(keys.refresh()).rejects.toThrow(because('status 500'))
    expect(keys.find(header)).toMatchObject([{ keyId: 'k1' }])
    const moved = await startKeySetServer([{ ...pair.publicJwk, kid: 'k2' }])
    metadata({ issuer: server.issuer, jwks_uri: moved.jwksUri })
    await keys.refresh()
    expect(keys.find({ alg: 'ES256', kid: 'k2' })).toMatchObject([{ keyId: 'k2' }])
    await moved.stop()
  })

  it.each([
    'http://issuer.example',
    'issuer.example',
    'https://user:hunter2@issuer.example',
    'https://issuer.example?a=b',
    'https://issuer.example#a',
    '',
  ])('refuses the issuer %j when it is made', (issuer) => {
    const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })
    expect(() => discoverKeySet(issuer)).toThrow(refusal)
  })
})
