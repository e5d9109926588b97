import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVerifier } from '../jwt/verify.js'
import { signToken } from '../jwt/sign.js'
import { createTestKeyPair, type TestKeyPair } from '../test/key-pair.js'
import { startKeySetServer, type KeySetServer } from '../test/key-set-server.js'
import type { PublicJwk } from './jwk.js'
import {
  createRemoteKeySet,
  type RemoteKeySet,
  type RemoteKeySetOptions,
} from './remote-key-set.js'

const START = 1_700_000_000_000
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const KIBIBYTE = 1024

const first = createTestKeyPair('ES256', { keyId: 'first' })
const second = createTestKeyPair('ES256', { keyId: 'second' })
const setOf = (...pairs: readonly TestKeyPair[]) => pairs.map(({ publicJwk }) => publicJwk)
const headerOf = (keyId: string) => ({ alg: 'ES256', kid: keyId })
const unavailable = expect.objectContaining({ name: 'AuthError', code: 'keys_unavailable' })
/** A reason that stays inside: the log has it. */
const because = (message: string) =>
  expect.objectContaining({
    code: 'keys_unavailable',
    cause: expect.objectContaining({ message: expect.stringContaining(message) }),
  })

let server: KeySetServer
let clock = START
const now = () => clock

beforeEach(async () => {
  clock = START
  server = await startKeySetServer(setOf(first))
})

afterEach(async () => {
  vi.useRealTimers()
  await server.stop()
})

const create = (options: RemoteKeySetOptions = {}) =>
  createRemoteKeySet(server.jwksUri, { now, ...options })

/** The ids of the keys found for a `kid`. */
async function find(keys: RemoteKeySet, keyId: string): Promise<readonly (string | undefined)[]> {
  return (await keys.find(headerOf(keyId))).map((key) => key.keyId)
}

/** One fetch that a test answers when it likes. */
interface HeldFetch {
  readonly signal: AbortSignal | null | undefined
  answer(keys: readonly PublicJwk[], headers?: Record<string, string>): void
  fail(): void
}

/** Lets promises that are settled run on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A `fetch` whose answers wait for the test. */
function holdFetches() {
  const held: HeldFetch[] = []
  const fetch: typeof globalThis.fetch = (_url, init) =>
    new Promise((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      held.push({
        signal: init?.signal,
        answer: (keys, headers = {}) => resolve(Response.json({ keys }, { headers })),
        fail: () => reject(new Error('The line is dead.')),
      })
    })
  /** The fetch of this number, from 0, once it has begun; it must be the last one. */
  async function last(number: number): Promise<HeldFetch> {
    await settle()
    expect(held).toHaveLength(number + 1)
    const found = held[number]
    if (found === undefined) throw new Error('There is no such fetch.')
    return found
  }
  return { fetch, held, last }
}

describe('createRemoteKeySet: how long a set is kept', () => {
  it('fetches nothing before the first token, and once for many at a time', async () => {
    const keys = create()
    await settle()
    expect(server.requests.keys).toBe(0)
    const found = await Promise.all(Array.from({ length: 50 }, () => find(keys, 'first')))
    expect(found).toStrictEqual(found.map(() => ['first']))
    expect(server.requests.keys).toBe(1)
  })

  it('keeps a set for 10 minutes without a question', async () => {
    const keys = create()
    await find(keys, 'first')
    clock += 10 * MINUTE - 1
    await find(keys, 'first')
    await settle()
    expect(server.requests.keys).toBe(1)
    clock += 1
    await find(keys, 'first')
    await vi.waitFor(() => expect(server.requests.keys).toBe(2))
  })

  it.each([
    ['max-age=300', 300],
    ['public, MAX-AGE = "120"', 120],
    ['max-age=60', 60],
    ['max-age=5', 60],
    ['max-age=0, must-revalidate', 60],
    ['max-age=600', 600],
    ['max-age=86400', 600],
    ['max-age=99999999999999999999', 600],
    ['s-maxage=120', 600],
    ['max-age=-5', 600],
    ['no-store', 600],
    [undefined, 600],
  ])('by Cache-Control %s asks again after %d seconds', async (cacheControl, seconds) => {
    server.setCacheControl(cacheControl)
    const keys = create()
    await find(keys, 'first')
    clock += seconds * SECOND - 1
    await find(keys, 'first')
    await settle()
    expect(server.requests.keys).toBe(1)
    clock += 1
    await find(keys, 'first')
    await vi.waitFor(() => expect(server.requests.keys).toBe(2))
  })

  it('lets no max-age lengthen the time that the options say', async () => {
    server.setCacheControl('max-age=600')
    const keys = create({ freshSeconds: 30, staleSeconds: 5 })
    await find(keys, 'first')
    clock += 35 * SECOND - 1
    expect(keys.isTrusted()).toBe(true)
    clock += 1
    expect(keys.isTrusted()).toBe(false)
  })

  describe('on a clock that is set', () => {
    let keys: RemoteKeySet

    beforeEach(async () => {
      vi.useFakeTimers({ toFake: ['Date', 'performance'] })
      keys = createRemoteKeySet(server.jwksUri, { freshSeconds: 60, staleSeconds: 60 })
      await find(keys, 'first')
    })

    it('keeps its time where that was set back', () => {
      vi.setSystemTime(Date.now() - 48 * HOUR)
      vi.advanceTimersByTime(119_999)
      expect(keys.isTrusted()).toBe(true)
      vi.advanceTimersByTime(1)
      expect(keys.isTrusted()).toBe(false)
    })

    it('takes the time of a suspended machine as passed, and fetches before it finds', async () => {
      vi.setSystemTime(Date.now() + HOUR)
      expect(keys.isTrusted()).toBe(false)
      server.setKeys(setOf(second))
      expect(await find(keys, 'first')).toStrictEqual([])
      expect([server.requests.keys, keys.isTrusted()]).toStrictEqual([2, true])
    })

    it('fetches again in the background where only the fresh time has passed', async () => {
      vi.setSystemTime(Date.now() + 60 * SECOND)
      keys.keepFresh()
      await vi.waitFor(() => expect(server.requests.keys).toBe(2))
    })

    it('fails where the issuer does not answer then', async () => {
      vi.setSystemTime(Date.now() + HOUR)
      await server.stop()
      await expect(find(keys, 'first')).rejects.toMatchObject({ code: 'keys_unavailable' })
    })
  })

  it('serves the old set at once while the new one is fetched in the background, once', async () => {
    const { fetch, held, last } = holdFetches()
    const keys = create({ fetch })
    const asked = keys.refresh()
    ;(await last(0)).answer(setOf(first))
    await asked
    clock += 10 * MINUTE
    for (let count = 0; count < 10; count++) {
      expect(keys.find(headerOf('first'))).toMatchObject([{ keyId: 'first' }])
    }
    ;(await last(1)).answer(setOf(second))
    await settle()
    expect(keys.find(headerOf('second'))).toMatchObject([{ keyId: 'second' }])
    expect(held).toHaveLength(2)
  })

  it('has another generation where other keys are in force, and only there', async () => {
    const keys = create()
    expect([keys.generation, keys.isTrusted()]).toStrictEqual([0, false])
    await keys.refresh()
    expect([keys.generation, keys.isTrusted()]).toStrictEqual([1, true])
    clock += MINUTE
    await keys.refresh()
    expect(keys.generation).toBe(1)
    server.setKeys(setOf(second))
    await keys.refresh()
    expect(keys.generation).toBe(2)
  })

  it('takes a key that the issuer has taken out of its set for no longer than a refresh', async () => {
    const keys = create()
    await find(keys, 'first')
    server.setKeys(setOf(second))
    await keys.refresh()
    await expect(find(keys, 'first')).resolves.toStrictEqual([])
  })
})

describe('createRemoteKeySet: an issuer that fails', () => {
  it.each([
    ['the status 500', () => server.answerWith({ kind: 'status', status: 500 }), 'status 500'],
    ['the status 404', () => server.answerWith({ kind: 'status', status: 404 }), 'status 404'],
    ['the status 204', () => server.answerWith({ kind: 'status', status: 204 }), 'status 204'],
    ['no JSON', () => server.answerWith({ kind: 'text' }), 'not JSON'],
    ['no set', () => server.answerWith({ kind: 'text', text: '[]' }), 'member keys must be a list'],
    ['a closed port', () => server.stop(), 'fetch failed'],
    [
      'a redirect to another origin',
      () => server.answerWith({ kind: 'redirect', origin: 'other' }),
      'another origin',
    ],
    [
      'a symmetric key alone',
      () => server.setKeys([{ kty: 'oct', k: 'AAAA', kid: 's' }]),
      'no usable key. "s": The JWK has the member k',
    ],
    [
      'two keys of one kid',
      () => server.setKeys([...setOf(first), { ...second.publicJwk, kid: 'first' }]),
      'Another key of the set has the same kid',
    ],
    [
      'keys for something else',
      () => server.setKeys([{ ...first.publicJwk, use: 'enc' }]),
      'its use must be sig',
    ],
  ])('has no keys by %s', async (_case, breakServer, message) => {
    await breakServer()
    await expect(find(create(), 'first')).rejects.toThrow(because(message))
  })

  it.each([
    ['fails', () => server.answerWith({ kind: 'status', status: 503 })],
    ['has a symmetric key', () => server.setKeys([{ kty: 'oct', k: 'AAAA', kid: 's' }])],
    [
      'has two keys of one kid',
      () => server.setKeys([...setOf(first), { ...second.publicJwk, kid: 'first' }]),
    ],
  ])('serves the old keys for 1 hour more while the endpoint %s', async (_case, breakServer) => {
    const keys = create()
    await find(keys, 'first')
    breakServer()
    clock += 10 * MINUTE + HOUR - 1
    await expect(find(keys, 'first')).resolves.toStrictEqual(['first'])
    await vi.waitFor(() => expect(server.requests.keys).toBe(2))
    // A fetch of its own, or the one that is running: both fail.
    await expect(keys.refresh()).rejects.toThrow(unavailable)
    clock += 1
    await expect(find(keys, 'first')).rejects.toThrow(unavailable)
  })

  it('says whether the network or the set is at fault', async () => {
    server.setKeys([{ kty: 'oct', k: 'AAAA' }])
    await expect(find(create(), 'first')).rejects.toThrow('The key set was fetched from')
    await server.stop()
    await expect(find(create(), 'first')).rejects.toThrow('cannot be fetched')
  })

  it('tells what is left out, once for each set, and takes the other keys', async () => {
    const onIgnored = vi.fn<NonNullable<RemoteKeySetOptions['onIgnored']>>()
    const keys = create({ onIgnored })
    const bad = [{ kty: 'oct', k: 'AAAA', kid: 's' }, null, { kid: 'x'.repeat(1000) }]
    const setKeys = (keys: unknown) => server.setKeys(Object(keys))
    setKeys([...bad, ...setOf(first)])
    await expect(find(keys, 'first')).resolves.toStrictEqual(['first'])
    await keys.refresh()
    expect(onIgnored).toHaveBeenCalledOnce()
    expect(onIgnored.mock.lastCall?.[1]).toMatchObject([{ keyId: 's' }, { keyId: undefined }, {}])
    server.setKeys(setOf(first))
    await keys.refresh()
    expect(onIgnored).toHaveBeenCalledOnce()
    setKeys([null, ...setOf(first)])
    await keys.refresh()
    expect(onIgnored).toHaveBeenCalledTimes(2)
  })

  it('tells of a set without keys, once for each that was fetched', async () => {
    const onIgnored = vi.fn<NonNullable<RemoteKeySetOptions['onIgnored']>>()
    const keys = create({ onIgnored, fetch: async () => Response.json({ keys: [] }) })
    await keys.refresh()
    await keys.refresh()
    expect(onIgnored).toHaveBeenCalledOnce()
    expect(onIgnored.mock.lastCall?.[1]).toEqual([])
  })

  it('serves again once the endpoint does', async () => {
    const keys = create()
    await find(keys, 'first')
    await server.stop()
    clock += 2 * HOUR
    await expect(find(keys, 'first')).rejects.toThrow(unavailable)
    await server.start()
    clock += 1 * SECOND
    await expect(find(keys, 'first')).resolves.toStrictEqual(['first'])
  })

  it('leaves a second between fetches that fail, whoever asks', async () => {
    server.answerWith({ kind: 'status', status: 500 })
    const keys = create()
    for (const _ of Array.from({ length: 5 })) {
      await expect(find(keys, 'first')).rejects.toThrow(unavailable)
    }
    expect(server.requests.keys).toBe(1)
    clock += 1 * SECOND
    await expect(find(keys, 'first')).rejects.toThrow(unavailable)
    expect(server.requests.keys).toBe(2)
  })

  it('follows a redirect within the origin', async () => {
    server.answerWith({ kind: 'redirect', origin: 'same' })
    await expect(find(create(), 'first')).resolves.toStrictEqual(['first'])
    expect(server.requests.keys).toBe(2)
  })

  it('leaves out keys that cannot be used, and takes the others (RFC 7517 section 5)', async () => {
    const encryption = { ...second.publicJwk, kid: 'enc', use: 'enc' }
    server.setKeys([
      { kty: 'EC', kid: 'bad', crv: 'P-256', x: 'AA', y: 'AA' },
      encryption,
      ...setOf(first),
    ])
    const keys = create()
    await expect(find(keys, 'first')).resolves.toStrictEqual(['first'])
    await expect(find(keys, 'bad')).resolves.toStrictEqual([])
    await expect(find(keys, 'enc')).resolves.toStrictEqual([])
  })

  it('gives up on an answer that does not come', async () => {
    server.answerWith({ kind: 'hang' })
    const keys = create({ timeoutMs: 20 })
    await expect(find(keys, 'first')).rejects.toThrow(because('took longer than'))
  })

  it('waits for 5 seconds by default', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { fetch, last } = holdFetches()
    const found = find(create({ fetch }), 'first').catch((error: unknown) => error)
    const { signal } = await last(0)
    vi.advanceTimersByTime(4999)
    expect(signal?.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal?.aborted).toBe(true)
    expect(await found).toStrictEqual(because('took longer than'))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes a document of 256 KiB, and none that is a byte larger', async () => {
    const length = JSON.stringify({ keys: setOf(first) }).length
    server.answerWith({ kind: 'large', bytes: 256 * KIBIBYTE - length })
    await expect(find(create(), 'first')).resolves.toStrictEqual(['first'])
    server.answerWith({ kind: 'large', bytes: 256 * KIBIBYTE - length + 1 })
    await expect(find(create(), 'first')).rejects.toThrow(because('larger than 262144 bytes'))
  })

  it('says nothing of what it was sent', async () => {
    server.answerWith({ kind: 'text', text: '{"keys": hunter2' })
    const error: unknown = await find(create(), 'first').catch((reason: unknown) => reason)
    const cause: unknown = Object(error).cause
    expect(`${String(error)} ${String(cause)} ${String(Object(cause).stack)}`).not.toContain(
      'hunter2',
    )
  })
})

describe('createRemoteKeySet: keys that the set does not have', () => {
  it('fetches the set again for an unknown kid, and finds a key that was rotated in', async () => {
    const keys = create()
    await find(keys, 'first')
    server.setKeys(setOf(first, second))
    const found = await Promise.all(Array.from({ length: 50 }, () => find(keys, 'second')))
    expect(found).toStrictEqual(found.map(() => ['second']))
    expect(server.requests.keys).toBe(2)
  })

  it('knows for 30 seconds that a kid is unknown', async () => {
    const keys = create()
    await find(keys, 'first')
    await expect(find(keys, 'junk')).resolves.toStrictEqual([])
    clock += 30 * SECOND - 1
    await expect(find(keys, 'junk')).resolves.toStrictEqual([])
    expect(server.requests.keys).toBe(2)
    clock += 1
    server.setKeys(setOf(first, { ...second, publicJwk: { ...second.publicJwk, kid: 'junk' } }))
    await expect(find(keys, 'junk')).resolves.toStrictEqual(['junk'])
    expect(server.requests.keys).toBe(3)
  })

  it('finds a key that was unknown once any fetch has brought it', async () => {
    const keys = create()
    await find(keys, 'first')
    await expect(find(keys, 'second')).resolves.toStrictEqual([])
    server.setKeys(setOf(first, second))
    await expect(find(keys, 'other')).resolves.toStrictEqual([])
    await expect(find(keys, 'second')).resolves.toStrictEqual(['second'])
    expect(server.requests.keys).toBe(3)
  })

  it('fetches 5 times in 30 seconds for unknown kids, then says that it cannot know', async () => {
    const keys = create()
    await find(keys, 'first')
    for (let count = 0; count < 5; count++) {
      clock += 1 * SECOND
      await expect(find(keys, `junk ${count}`)).resolves.toStrictEqual([])
    }
    expect(server.requests.keys).toBe(6)
    server.setKeys(setOf(first, second))
    await expect(find(keys, 'second')).rejects.toThrow(unavailable)
    await expect(find(keys, 'first')).resolves.toStrictEqual(['first'])
    expect(server.requests.keys).toBe(6)
    clock = START + 31 * SECOND - 1
    await expect(find(keys, 'second')).rejects.toThrow(unavailable)
    clock += 1
    await expect(find(keys, 'second')).resolves.toStrictEqual(['second'])
    expect(server.requests.keys).toBe(7)
  })

  it('does not fetch for each of many junk kids at a time, and never calls a new key unknown', async () => {
    const keys = create()
    await find(keys, 'first')
    const junk = Array.from({ length: 200 }, (_, index) => find(keys, `junk ${index}`))
    server.setKeys(setOf(first, second))
    const outcome = await find(keys, 'second').catch((error: unknown) => error)
    expect([['second'], unavailable]).toContainEqual(outcome)
    await Promise.allSettled(junk)
    expect(server.requests.keys).toBeLessThanOrEqual(6)
  })

  it('asks again for a kid that may have been rotated in while a fetch was running', async () => {
    const { fetch, held, last } = holdFetches()
    const keys = create({ fetch })
    const asked = keys.refresh()
    ;(await last(0)).answer(setOf(first))
    await asked
    const junk = find(keys, 'junk')
    const found = find(keys, 'second')
    ;(await last(1)).answer(setOf(first))
    ;(await last(2)).answer(setOf(first, second))
    await expect(found).resolves.toStrictEqual(['second'])
    await expect(junk).resolves.toStrictEqual([])
    expect(held).toHaveLength(3)
  })

  it('does so too while the very first fetch is running', async () => {
    const { fetch, last } = holdFetches()
    const keys = create({ fetch })
    const old = find(keys, 'first')
    const found = find(keys, 'second')
    ;(await last(0)).answer(setOf(first))
    await expect(old).resolves.toStrictEqual(['first'])
    ;(await last(1)).answer(setOf(second))
    await expect(found).resolves.toStrictEqual(['second'])
  })

  it('asks again for a kid where the fetch that was running failed', async () => {
    const { fetch, last } = holdFetches()
    const keys = create({ fetch })
    const asked = keys.refresh()
    ;(await last(0)).answer(setOf(first))
    await asked
    clock += 10 * MINUTE
    await find(keys, 'first')
    const found = find(keys, 'second')
    ;(await last(1)).fail()
    ;(await last(2)).answer(setOf(first, second))
    await expect(found).resolves.toStrictEqual(['second'])
  })

  it('does not call a kid unknown where the set could not be fetched', async () => {
    const keys = create()
    await find(keys, 'first')
    await server.stop()
    await expect(find(keys, 'second')).rejects.toThrow(unavailable)
    await server.start()
    server.setKeys(setOf(first, second))
    await expect(find(keys, 'second')).resolves.toStrictEqual(['second'])
  })

  it('finds the one key that fits a token without kid, and none where several do', async () => {
    const keys = create()
    expect(await keys.find({ alg: 'ES256' })).toMatchObject([{ keyId: 'first' }])
    server.setKeys(setOf(first, second))
    await keys.refresh()
    await expect(keys.find({ alg: 'ES256' })).resolves.toStrictEqual([])
  })

  it('gives the verifier one code for a key that is unknown, and another where it cannot know', async () => {
    const verifier = createVerifier({ keys: create(), now })
    const sign = (pair: TestKeyPair) => signToken({ sub: 'alice' }, pair.signingKey, { now })
    await expect(verifier.verify(sign(first))).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verifier.verify(sign(second))).rejects.toMatchObject({ code: 'token_key_unknown' })
    await server.stop()
    clock += 2 * HOUR
    await expect(verifier.verify(sign(first))).rejects.toMatchObject({ code: 'keys_unavailable' })
  })
})

describe('createRemoteKeySet: addresses and options', () => {
  it.each([
    'https://issuer.example/jwks',
    'HTTPS://issuer.example:8443/jwks?a=b',
    'http://localhost:4000/jwks',
    'http://127.0.0.1/jwks',
    'http://127.1.2.3:80/jwks',
    'http://[::1]:4000/jwks',
  ])('takes %s', (address) => {
    expect(() => createRemoteKeySet(address)).not.toThrow()
    expect(() => createRemoteKeySet(new URL(address))).not.toThrow()
  })

  it.each([
    'http://issuer.example/jwks',
    'http://localhost.example/jwks',
    'http://127.0.0.1.example/jwks',
    'http://10.0.0.1/jwks',
    'http://[::2]/jwks',
    'ftp://localhost/jwks',
    'file:///etc/jwks.json',
    'data:application/json,{"keys":[]}',
    'https://user:password@issuer.example/jwks',
    'https://user@issuer.example/jwks',
    'issuer.example/jwks',
    '',
  ])('refuses %j', (address) => {
    const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })
    expect(() => createRemoteKeySet(address)).toThrow(refusal)
    expect(() => createRemoteKeySet(address)).not.toThrow('password')
  })

  it.each([
    { freshSeconds: -1 },
    { staleSeconds: Number.NaN },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { maxBytes: -1 },
  ])('refuses %j', (options) => {
    expect(() => create(options)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })
})
