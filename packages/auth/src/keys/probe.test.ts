import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { probeDiscovery, probeKeySet } from './probe.js'

const NOW = Date.UTC(2026, 0, 1)
const ISSUER = 'https://issuer.example'
const KEYS_URL = `${ISSUER}/keys`
const KEY = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const now = () => NOW

/** A `fetch` that answers by address. */
function answering(answers: Readonly<Record<string, () => Response>>): typeof globalThis.fetch {
  return async (input) => {
    const answer = answers[String(input)]
    if (answer === undefined) throw new TypeError('fetch failed')
    return answer()
  }
}

const keySet = (value: unknown, headers: Readonly<Record<string, string>> = {}) =>
  answering({ [KEYS_URL]: () => Response.json(value, { headers }) })

const dateOf = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()

describe('probeKeySet', () => {
  it('counts the keys that can be used', async () => {
    const fetch = keySet({ keys: [KEY, { kty: 'unknown' }] })
    await expect(probeKeySet(KEYS_URL, { fetch, now })).resolves.toStrictEqual({
      url: KEYS_URL,
      problem: undefined,
      remedy: undefined,
      usableKeys: 1,
      ignored: [{ keyId: undefined, reason: expect.stringContaining('kty and crv') }],
      clockAheadSeconds: undefined,
    })
  })

  it.each([
    [{ date: dateOf(-90) }, 90],
    [{ date: dateOf(90) }, -90],
    [{ date: dateOf(-90), age: '90' }, 0],
    [{ date: 'yesterday' }, undefined],
  ])(
    'compares the clock with Date, less the Age of a cached answer: %j',
    async (headers, ahead) => {
      const fetch = keySet({ keys: [KEY] }, headers)
      const { clockAheadSeconds } = await probeKeySet(KEYS_URL, { fetch, now })
      expect(clockAheadSeconds).toBe(ahead)
    },
  )

  it('tells the status of an answer, and nothing of what was read', async () => {
    const fetch = answering({ [KEYS_URL]: () => new Response('the-body', { status: 500 }) })
    const probe = await probeKeySet(KEYS_URL, { fetch })
    expect(probe).toMatchObject({ usableKeys: 0, problem: expect.stringContaining('500') })
    expect(JSON.stringify(probe)).not.toContain('the-body')
  })

  it.each([
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), /\(ECONNREFUSED\)\.$/],
    [new Error('bad port'), /\(bad port\)\.$/],
    [undefined, /^fetch failed\.$/],
  ])('tells why a connection failed, in a sentence: %s', async (cause, why) => {
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    expect((await probeKeySet(KEYS_URL, { fetch })).problem).toMatch(why)
  })

  it.each([{ keys: { kty: 'oct', k: 'c2VjcmV0' } }, ['c2VjcmV0'], null])(
    'refuses what verification refuses',
    async (set) => {
      const fetch = keySet(set, { date: dateOf(0) })
      const probe = await probeKeySet(KEYS_URL, { fetch, now })
      expect(probe).toMatchObject({ usableKeys: 0, clockAheadSeconds: 0 })
      expect(probe.problem).toContain('member keys must be a list')
      expect(probe.problem).not.toContain('c2VjcmV0')
    },
  )

  it.each([['http://issuer.example/keys'], ['https://user:password@issuer.example'], ['keys']])(
    'fetches nothing from where keys are not fetched: %s',
    async (url) => {
      await expect(probeKeySet(url, { fetch: answering({}) })).rejects.toMatchObject({
        code: 'option_invalid',
      })
    },
  )
})

describe('probeDiscovery', () => {
  const METADATA_URL = `${ISSUER}/.well-known/openid-configuration`
  const metadata = (issuer: string) => () => Response.json({ issuer, jwks_uri: KEYS_URL })

  it('follows the metadata to the key set', async () => {
    const fetch = answering({
      [METADATA_URL]: metadata(ISSUER),
      [KEYS_URL]: () => Response.json({ keys: [KEY] }),
    })
    const probe = await probeDiscovery(ISSUER, { fetch })
    expect(probe).toMatchObject({ url: KEYS_URL, problem: undefined, usableKeys: 1 })
  })

  it('refuses the metadata of another issuer (OpenID Connect Discovery 1.0 section 4.3)', async () => {
    const fetch = answering({ [METADATA_URL]: metadata('https://other.example') })
    const probe = await probeDiscovery(ISSUER, { fetch })
    expect(probe.url).toBe(METADATA_URL)
    expect(probe.problem).toContain('another issuer')
  })

  it('tells which of the two did not come', async () => {
    const noMetadata = await probeDiscovery(ISSUER, { fetch: answering({}) })
    expect(noMetadata).toMatchObject({ url: METADATA_URL, usableKeys: 0 })
    const fetch = answering({ [METADATA_URL]: metadata(ISSUER) })
    expect(await probeDiscovery(ISSUER, { fetch })).toMatchObject({ url: KEYS_URL, usableKeys: 0 })
  })
})
