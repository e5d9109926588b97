import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CompositeAuth,
  MastraJwtAuth,
  MemoryRevocationList,
  signToken,
  type MastraJwtAuthOptions,
} from '@signet/auth'
import { createTestKeyPair } from '@signet/auth/test'
import { createApiKey, looksLikeJwt } from '@signet/auth/internal'
import { createApp, serve, type RunningServer } from '@signet/server'
import { createTestApplication, readRefusal } from '@signet/test-support/application/application'
import {
  KEY_CLIENT_ID,
  startOidcIssuer,
  type OidcIssuer,
} from '@signet/test-support/token/oidc-issuer'

const AUDIENCE = 'signet-api'
const SECOND = 1000
const MINUTE = 60 * SECOND

const rsa = createTestKeyPair('RS256', { keyId: 'rsa' })
const clientKey = createTestKeyPair('ES256', { keyId: 'client' })

let provider: OidcIssuer
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  provider = await startOidcIssuer([rsa], clientKey)
  closing.push(() => provider.stop())
})

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** A server that accepts the tokens of the provider, opaque ones, too. */
async function setUp(options: MastraJwtAuthOptions = {}) {
  let ahead = 0
  let asked = 0
  const auth = new MastraJwtAuth({
    issuer: provider.issuer,
    audience: AUDIENCE,
    introspection: provider.introspection,
    now: () => Date.now() + ahead,
    async fetch(url, init) {
      if (init?.method === 'POST') asked++
      return fetch(url, init)
    },
    ...options,
  })
  const { mastra } = createTestApplication({ server: { auth: new CompositeAuth([auth]) } })
  const server: RunningServer = await serve(createApp(mastra).answer, { port: 0 })
  closing.push(() => server.close(0))
  const ask = (token: string) =>
    fetch(`http://127.0.0.1:${server.port}/api/agents`, {
      headers: { authorization: `Bearer ${token}` },
    })
  return {
    auth,
    ask,
    async refusalOf(token: string) {
      const { status, code } = await readRefusal(await ask(token))
      return { status, code }
    },
    async statusOf(token: string) {
      const response = await ask(token)
      await response.arrayBuffer()
      return response.status
    },
    /** How often the endpoint was asked. */
    asked: () => asked,
    /** Sets the server's clock ahead. */
    advance(milliseconds: number) {
      ahead += milliseconds
    },
  }
}

const unknown = { status: 401, code: 'token_key_unknown' }
const unavailable = { status: 503, code: 'keys_unavailable' }

describe('opaque tokens of oidc-provider (RFC 7662)', () => {
  it('are accepted as what the provider says of them, once for many requests', async () => {
    const { ask, auth, asked, statusOf } = await setUp()
    const token = await provider.getAccessToken({ isOpaque: true, subject: 'alice' })
    expect(looksLikeJwt(token)).toBe(false)
    const response = await ask(token)
    expect(response.status).toBe(200)
    expect(await response.json()).toHaveProperty('weather-agent')
    expect(await auth.authenticateToken(token)).toMatchObject({
      sub: 'alice',
      iss: provider.issuer,
      aud: AUDIENCE,
      scope: 'agents:read agents:execute',
    })
    expect(await Promise.all(Array.from({ length: 20 }, () => statusOf(token)))).toStrictEqual(
      Array.from({ length: 20 }, () => 200),
    )
    expect(asked()).toBe(1)
  })

  it('are accepted by a client that signs its requests (RFC 7523), and not by one with another key', async () => {
    const { endpoint } = provider.introspection
    const client = { endpoint, clientId: KEY_CLIENT_ID }
    const token = await provider.getAccessToken({ isOpaque: true })
    const { privateJwk } = clientKey
    const good = await setUp({ introspection: { ...client, privateKey: privateJwk } })
    expect(await good.statusOf(token)).toBe(200)
    const other = createTestKeyPair('ES256', { keyId: 'client' }).privateJwk
    const bad = await setUp({ introspection: { ...client, privateKey: other } })
    expect(await bad.refusalOf(token)).toStrictEqual(unavailable)
  })

  it('grant what their scope says, and nothing more', async () => {
    const token = await provider.getAccessToken({ isOpaque: true })
    const whole = await setUp()
    expect(await (await whole.ask(token)).json()).toHaveProperty('weather-agent')
    const capped = await setUp({ grants: ['tools:read'] })
    const refused = await capped.ask(token)
    expect(await refused.text()).not.toContain('weather-agent')
  })

  it('are refused where somebody made them up, for another audience, and after their end', async () => {
    const { refusalOf, statusOf, advance } = await setUp()
    expect(await refusalOf('made-up-by-somebody')).toStrictEqual(unknown)
    const other = await provider.getAccessToken({ isOpaque: true, audience: 'another-api' })
    expect(await refusalOf(other)).toStrictEqual({ status: 401, code: 'token_audience' })
    const good = await provider.getAccessToken({ isOpaque: true })
    expect(await statusOf(good)).toBe(200)
    advance(4 * 60 * MINUTE)
    expect(await refusalOf(good)).toStrictEqual({ status: 401, code: 'token_expired' })
  })

  it('of another provider are refused', async () => {
    const { refusalOf } = await setUp()
    const other = await startOidcIssuer([rsa])
    closing.push(() => other.stop())
    const token = await other.getAccessToken({ isOpaque: true })
    expect(await refusalOf(token)).toStrictEqual(unknown)
  })

  it('are refused within a minute after the provider revoked them', async () => {
    const { statusOf, refusalOf, advance } = await setUp()
    const [revoked, good] = [
      await provider.getAccessToken({ isOpaque: true }),
      await provider.getAccessToken({ isOpaque: true }),
    ]
    expect([await statusOf(revoked), await statusOf(good)]).toStrictEqual([200, 200])
    await provider.revoke(revoked)
    advance(MINUTE)
    expect(await refusalOf(revoked)).toStrictEqual(unknown)
    expect(await statusOf(good)).toBe(200)
  })

  it('are refused at once where this server revoked them, by digest and by subject', async () => {
    const revocation = new MemoryRevocationList()
    const { statusOf, refusalOf } = await setUp({ revocation })
    const alice = await provider.getAccessToken({ isOpaque: true, subject: 'alice' })
    const bob = await provider.getAccessToken({ isOpaque: true, subject: 'bob' })
    expect([await statusOf(alice), await statusOf(bob)]).toStrictEqual([200, 200])
    revocation.revokeSubject(provider.issuer, 'alice')
    expect(await refusalOf(alice)).toStrictEqual({ status: 401, code: 'token_revoked' })
    expect(await statusOf(bob)).toBe(200)
  })

  it('are nobody’s to judge while the provider is gone, but for what it said a moment ago', async () => {
    const { ask, statusOf, refusalOf, advance } = await setUp()
    const used = await provider.getAccessToken({ isOpaque: true })
    const unused = await provider.getAccessToken({ isOpaque: true })
    expect(await statusOf(used)).toBe(200)
    await provider.stop()
    const answer = await ask(unused)
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await readRefusal(answer)).toMatchObject({ ...unavailable, challenge: null })
    expect(await statusOf(used)).toBe(200)
    advance(MINUTE)
    expect(await refusalOf(used)).toStrictEqual(unavailable)
    await provider.start()
    expect([await statusOf(used), await statusOf(unused)]).toStrictEqual([200, 200])
  })
})

describe('the endpoint of oidc-provider', () => {
  it('is not asked about a JWT, good or bad, an API key, or a text that is too long', async () => {
    const { statusOf, refusalOf, asked } = await setUp()
    const good = await provider.getAccessToken()
    expect(await statusOf(good)).toBe(200)
    const forged = signToken(
      { sub: 'alice', iss: provider.issuer, aud: AUDIENCE },
      createTestKeyPair('RS256', { keyId: 'rsa' }).signingKey,
      { expiresInSeconds: 60 },
    )
    const cut = good.slice(0, good.indexOf('.') + 1)
    for (const token of [forged, cut, `${good}x`, createApiKey(), 'a'.repeat(8193)]) {
      expect((await refusalOf(token)).status).toBe(401)
    }
    expect(asked()).toBe(0)
  })

  it('is not needed for what is not opaque: an opaque token is refused where the option is left out', async () => {
    const opaque = await provider.getAccessToken({ isOpaque: true })
    const auth = new MastraJwtAuth({ issuer: provider.issuer, audience: AUDIENCE })
    await expect(auth.authenticateToken(opaque)).rejects.toMatchObject({ code: 'token_malformed' })
  })

  it('is probed by the provider, and so is one that refuses the client', async () => {
    const { auth } = await setUp()
    const probes = await auth.probeKeys()
    expect(probes).toMatchObject([
      { problem: undefined, usableKeys: 1 },
      { kind: 'introspection', url: provider.introspection.endpoint, problem: undefined },
    ])
    const wrong = { ...provider.introspection, clientSecret: 'another secret' }
    const [, probe] = await (await setUp({ introspection: wrong })).auth.probeKeys()
    expect(probe).toMatchObject({
      problem: 'The response has the status 401.',
      remedy: expect.stringContaining('clientSecret'),
    })
  })
})
