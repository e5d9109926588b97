import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MastraJwtAuth, signToken, type MastraJwtAuthOptions } from '@signet/auth'
import { createTestKeyPair } from '@signet/auth/test'
import { createApp, serve, type RunningServer } from '@signet/server'
import {
  createTestApplication,
  invalidToken,
  readRefusal,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { startOidcIssuer, type OidcIssuer } from '@signet/test-support/token/oidc-issuer'

const AUDIENCE = 'signet-api'
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const rsa = createTestKeyPair('RS256', { keyId: 'rsa' })
const ec = createTestKeyPair('ES256', { keyId: 'ec' })
const nextRsa = createTestKeyPair('RS256', { keyId: 'rsa-next' })
const nextEc = createTestKeyPair('ES256', { keyId: 'ec-next' })

let provider: OidcIssuer
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  provider = await startOidcIssuer([rsa, ec])
  closing.push(() => provider.stop())
})

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

interface Setup {
  /** Asks the server for its agents. */
  ask(token: string): Promise<Response>
  statusOf(token: string): Promise<number>
  /** How many answers came to fetches of the key set. */
  fetches(): number
  /** Holds the key set back, as the provider gave it, until this is settled. */
  holdFetches(until: Promise<void>): void
  /** Sets the server's clock ahead. */
  advance(milliseconds: number): void
}

/** A server that knows its issuer by nothing but its URL. */
async function setUp(options: MastraJwtAuthOptions = {}): Promise<Setup> {
  let ahead = 0
  let count = 0
  let hold: Promise<void> | undefined
  const auth = new MastraJwtAuth({
    issuer: provider.issuer,
    audience: AUDIENCE,
    now: () => Date.now() + ahead,
    async fetch(url, init) {
      const response = await fetch(url, init)
      if (String(url).endsWith('/jwks')) {
        count++
        await hold
      }
      return response
    },
    ...options,
  })
  const { mastra } = createTestApplication({ server: { auth } })
  const server: RunningServer = await serve(createApp(mastra).answer, { port: 0 })
  closing.push(() => server.close(0))
  const ask = (token: string) =>
    fetch(`http://127.0.0.1:${server.port}/api/agents`, {
      headers: { authorization: `Bearer ${token}` },
    })
  return {
    ask,
    async statusOf(token) {
      const response = await ask(token)
      await response.arrayBuffer()
      return response.status
    },
    fetches: () => count,
    holdFetches(until) {
      hold = until
    },
    advance(milliseconds) {
      ahead += milliseconds
    },
  }
}

/** So many of what is made one by one. */
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** A token as the provider issues it, by another key or with other members. */
function forge(
  token: string,
  { pair = rsa, claims = {}, typ = 'at+jwt' }: { pair?: typeof rsa; claims?: object; typ?: string },
): string {
  return signToken({ ...decodeJwt(token), ...claims }, pair.signingKey, { typ })
}

const unavailable = { status: 503, code: 'keys_unavailable' }

describe('a server behind oidc-provider, known by its issuer alone (OpenID Connect Discovery 1.0)', () => {
  it.each(['RS256', 'ES256'] as const)(
    'takes its access tokens in %s (RFC 9068)',
    async (algorithm) => {
      const { ask, fetches } = await setUp({ profile: 'at+jwt' })
      expect(fetches()).toBe(0)
      const token = await provider.getAccessToken({ algorithm })
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: algorithm, typ: 'at+jwt' })
      const response = await ask(token)
      expect(response.status).toBe(200)
      expect(await response.json()).toHaveProperty('weather-agent')
      expect((await ask(await provider.getAccessToken({ algorithm }))).status).toBe(200)
      expect(fetches()).toBe(1)
    },
  )

  it('refuses one for another audience (RFC 7519 section 4.1.3)', async () => {
    const { ask, statusOf } = await setUp()
    const token = await provider.getAccessToken({ audience: 'another-api' })
    expect(await readRefusal(await ask(token))).toMatchObject({
      status: 401,
      code: 'token_audience',
      challenge: invalidToken('The token is for another audience.'),
    })
    expect(await statusOf(await provider.getAccessToken())).toBe(200)
  })

  it('refuses one of another issuer, also one with the same keys (RFC 7519 section 4.1.1)', async () => {
    const { ask, statusOf } = await setUp()
    const other = await startOidcIssuer([rsa, ec])
    closing.push(() => other.stop())
    const refusal = await readRefusal(await ask(await other.getAccessToken()))
    expect(refusal).toMatchObject({ status: 401, code: 'token_issuer' })
    expect(await statusOf(await provider.getAccessToken())).toBe(200)
  })

  it('refuses an ID token in place of an access token (RFC 9068 section 4, RFC 8725 section 3.11)', async () => {
    const { ask, statusOf } = await setUp({ profile: 'at+jwt' })
    const token = await provider.getAccessToken()
    const idToken = forge(token, { typ: 'JWT' })
    expect(await readRefusal(await ask(idToken))).toMatchObject({ status: 401, code: 'token_type' })
    expect(await statusOf(forge(token, {}))).toBe(200)
  })

  it.each([
    ['a key of its own, by the kid of the provider', 'token_signature', 'rsa'],
    ['a key that the provider does not have', 'token_key_unknown', 'made-up'],
  ])('refuses one that somebody signed with %s', async (_case, code, keyId) => {
    const { ask } = await setUp()
    const token = await provider.getAccessToken()
    const pair = createTestKeyPair('RS256', { keyId })
    expect(await readRefusal(await ask(forge(token, { pair })))).toMatchObject({
      status: 401,
      code,
    })
  })

  it('refuses one that has expired', async () => {
    const { ask, advance } = await setUp()
    const token = await provider.getAccessToken()
    expect((await ask(token)).status).toBe(200)
    advance(3 * HOUR)
    expect(await readRefusal(await ask(token))).toMatchObject({
      status: 401,
      code: 'token_expired',
    })
  })
})

describe('oidc-provider rotates its keys', () => {
  it('and no valid token of 50 in flight is refused, for one fetch', async () => {
    const { statusOf, fetches, holdFetches } = await setUp()
    const old = await Promise.all(times(25, () => provider.getAccessToken()))
    expect(await statusOf(old[0] ?? '')).toBe(200)
    provider.setKeys([nextRsa, nextEc, rsa, ec])
    const fresh = await Promise.all(times(25, () => provider.getAccessToken()))
    expect(decodeProtectedHeader(fresh[0] ?? '')).toHaveProperty('kid', 'rsa-next')
    const gate = createDeferred()
    holdFetches(gate.promise)
    const waiting = fresh.map((token) => statusOf(token))
    // Those of the old key do not wait for the set with the new one.
    expect(await Promise.all(old.map((token) => statusOf(token)))).toStrictEqual(
      times(25, () => 200),
    )
    gate.resolve()
    expect(await Promise.all(waiting)).toStrictEqual(times(25, () => 200))
    expect(fetches()).toBe(2)
  })

  it('while its set is fetched: the new key is found by another fetch', async () => {
    const { statusOf, fetches, holdFetches } = await setUp()
    const old = await provider.getAccessToken()
    expect(await statusOf(old)).toBe(200)
    const gate = createDeferred()
    holdFetches(gate.promise)
    const junk = statusOf(forge(old, { pair: createTestKeyPair('RS256', { keyId: 'junk' }) }))
    await vi.waitFor(() => expect(fetches()).toBe(2))
    provider.setKeys([nextRsa, nextEc, rsa, ec])
    const fresh = statusOf(await provider.getAccessToken())
    // By now the server has the token before this one too.
    expect(await statusOf(old)).toBe(200)
    gate.resolve()
    expect([await junk, await fresh]).toStrictEqual([401, 200])
    expect(fetches()).toBe(3)
  })

  it.each([
    ['one after the other', 1],
    ['ten at a time', 10],
    ['all at once', 200],
  ])('just after 200 junk kids, %s: a new token is never called bad', async (_case, atOnce) => {
    const { ask, statusOf, fetches, advance } = await setUp()
    const old = await provider.getAccessToken()
    expect(await statusOf(old)).toBe(200)
    const [, payload = '', signature = ''] = old.split('.')
    const junk = times(200, (index) => {
      const header = JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: `junk-${index}` })
      return `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`
    })
    const statuses = new Set<number>()
    for (let start = 0; start < junk.length; start += atOnce) {
      const batch = junk.slice(start, start + atOnce)
      for (const status of await Promise.all(batch.map(statusOf))) statuses.add(status)
    }
    for (const status of statuses) expect([401, 503]).toContain(status)
    expect(fetches()).toBeLessThanOrEqual(6)

    provider.setKeys([nextRsa, nextEc, rsa, ec])
    const fresh = await Promise.all(times(10, () => provider.getAccessToken()))
    for (const status of await Promise.all(fresh.map(statusOf)))
      expect([200, 503]).toContain(status)
    const answer = await ask(fresh[0] ?? '')
    if (answer.status === 503) expect(await readRefusal(answer)).toMatchObject(unavailable)
    expect(await statusOf(old)).toBe(200)
    expect(fetches()).toBeLessThanOrEqual(6)

    advance(31 * SECOND)
    expect(await Promise.all(fresh.map(statusOf))).toStrictEqual(times(10, () => 200))
  })

  it('and takes the old key away: its tokens are refused once the set is fetched again', async () => {
    const { ask, statusOf } = await setUp()
    const old = await provider.getAccessToken()
    expect(await statusOf(old)).toBe(200)
    provider.setKeys([nextRsa, nextEc])
    expect(await statusOf(await provider.getAccessToken())).toBe(200)
    const refusal = await readRefusal(await ask(old))
    expect(refusal).toMatchObject({ status: 401, code: 'token_key_unknown' })
  })
})

describe('oidc-provider is gone', () => {
  it('and comes back: known keys serve meanwhile, unknown ones are nobody’s to judge', async () => {
    const { ask, statusOf, advance } = await setUp()
    const [used = '', unused = '', later = ''] = await Promise.all(
      times(3, () => provider.getAccessToken()),
    )
    expect(await statusOf(used)).toBe(200)
    provider.setKeys([nextRsa, nextEc, rsa, ec])
    const fresh = await provider.getAccessToken()
    await provider.stop()

    expect([await statusOf(used), await statusOf(unused)]).toStrictEqual([200, 200])
    const answer = await ask(fresh)
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await readRefusal(answer)).toMatchObject({ ...unavailable, challenge: null })

    advance(11 * MINUTE)
    expect([await statusOf(used), await statusOf(later)]).toStrictEqual([200, 200])
    expect(await readRefusal(await ask(fresh))).toMatchObject(unavailable)

    await provider.start()
    advance(2 * SECOND)
    expect([await statusOf(fresh), await statusOf(used)]).toStrictEqual([200, 200])
  })

  it('for longer than an hour: no key can be trusted, until it is back', async () => {
    const { ask, statusOf, advance } = await setUp()
    const token = await provider.getAccessToken()
    expect(await statusOf(token)).toBe(200)
    await provider.stop()
    advance(10 * MINUTE + HOUR)
    expect(await readRefusal(await ask(token))).toMatchObject(unavailable)
    await provider.start()
    advance(2 * SECOND)
    expect(await statusOf(token)).toBe(200)
  })

  it('from the start: a token is refused by 503, not by 401', async () => {
    const { ask, statusOf, advance } = await setUp()
    const token = await provider.getAccessToken()
    await provider.stop()
    const answer = await ask(token)
    expect(answer.headers.has('retry-after')).toBe(true)
    expect(await readRefusal(answer)).toMatchObject(unavailable)
    await provider.start()
    advance(2 * SECOND)
    expect(await statusOf(token)).toBe(200)
  })
})
