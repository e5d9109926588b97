import { generateKeyPairSync } from 'node:crypto'
import * as auth from '@signet/auth'
import {
  MastraJwtAuth,
  type AuthProvider,
  type Claims,
  type MastraJwtAuthOptions,
} from '@signet/auth'
import { Mastra } from '@signet/core'
import { createApp } from '@signet/server'
import { CompactSign, SignJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTestAuth, SECRET } from '@signet/test-support/application/application'
import {
  EXECUTE,
  forge,
  GENERATE,
  STREAM,
  tokenFor,
  useApplications,
} from '@signet/test-support/application/remembering-application'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()
const KEY = new TextEncoder().encode(SECRET)
const AGENTS = '/api/agents'
const NOW = Math.floor(Date.now() / 1000)
const GOOD = { sub: 'alice', exp: NOW + 3600 }

/** A token of any claims, which no provider of ours would sign. */
async function signed(
  claims: Record<string, unknown>,
  header: { readonly alg: string; readonly [name: string]: unknown } = { alg: 'HS256' },
  key: Uint8Array = KEY,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key)
}

async function signedPayload(payload: string): Promise<string> {
  const bytes = new TextEncoder().encode(payload)
  return new CompactSign(bytes).setProtectedHeader({ alg: 'HS256' }).sign(KEY)
}

function unsigned(claims: object, signature = ''): string {
  const parts = [{ alg: 'none', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, signature].join('.')
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('3: a token has an end, a subject, the right issuer, audience and algorithm', () => {
  it.each<[what: string, token: () => string | Promise<string>, code: string]>([
    ['no exp', () => signed({ sub: 'alice' }), 'token_claim'],
    ['an exp that has passed', () => signed({ ...GOOD, exp: NOW - 1 }), 'token_expired'],
    ['an exp that is no number', () => signedPayload('{"sub":"alice","exp":"x"}'), 'token_claim'],
    ['no sub', () => signed({ exp: GOOD.exp }), 'token_claim'],
    ['an empty sub', () => signed({ ...GOOD, sub: '' }), 'token_claim'],
    ['no claim at all', () => signedPayload('{}'), 'token_claim'],
    ['a text for claims', () => signedPayload('"alice"'), 'token_malformed'],
    ['a list for claims', () => signedPayload('["alice"]'), 'token_malformed'],
    [
      'HS512, which the secret is too short for',
      () => signed(GOOD, { alg: 'HS512' }),
      'token_algorithm',
    ],
    ['no signature', () => unsigned(GOOD), 'token_algorithm'],
    ['alg none beside a signature', () => unsigned(GOOD, 'AAAA'), 'token_algorithm'],
  ])('one with %s is refused', async (_, token, code) => {
    const { ask } = await create()
    expect(await ask(AGENTS, { token: await token() })).toMatchObject({ status: 401, code })
    expect(await ask(AGENTS, { token: await signed(GOOD) })).toMatchObject({ status: 200 })
  })

  it.each<[MastraJwtAuthOptions, claims: object, wrong: object, code: string]>([
    [{ audience: 'here' }, { aud: 'here' }, { aud: 'elsewhere' }, 'token_audience'],
    [{ audience: 'here' }, { aud: ['x', 'here'] }, {}, 'token_audience'],
    [{ issuer: 'https://one' }, { iss: 'https://one' }, { iss: 'https://two' }, 'token_issuer'],
    [{ issuer: 'https://one' }, { iss: 'https://one' }, {}, 'token_issuer'],
  ])('%j accepts %j and refuses %j', async (options, claims, wrong, code) => {
    const { ask } = await create({
      server: { auth: new MastraJwtAuth({ secret: SECRET, ...options }) },
    })
    const good = await signed({ ...GOOD, ...claims })
    expect(await ask(AGENTS, { token: good })).toMatchObject({ status: 200 })
    const token = await signed({ ...GOOD, ...wrong })
    expect(await ask(AGENTS, { token })).toMatchObject({ status: 401, code })
  })

  it('only a listed algorithm is accepted', async () => {
    const pinned = new MastraJwtAuth({ secret: SECRET, algorithms: ['HS256'] })
    const { ask } = await create({ server: { auth: pinned } })
    expect(await ask(AGENTS, { token: await signed(GOOD) })).toMatchObject({ status: 200 })
    const token = await signed(GOOD, { alg: 'HS384' })
    expect(await ask(AGENTS, { token })).toMatchObject({ status: 401, code: 'token_algorithm' })
  })

  it('a public key is no secret', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const secret = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(() => new MastraJwtAuth({ secret })).toThrow(
      expect.objectContaining({ code: 'secret_is_public_key' }),
    )
  })

  it('a token without an end is accepted only where that is written, and the log warns', async () => {
    const endless = new MastraJwtAuth({ secret: SECRET, requireExpiry: false })
    const { ask, log } = await create({ server: { auth: endless } })
    const token = await signed({ sub: 'alice' })
    expect(await ask(AGENTS, { token })).toMatchObject({ status: 200 })
    expect(log).toMatchObject([{ level: 'warn', fields: { subject: 'alice' } }])
  })
})

describe('4: a short, blank or well-known secret serves nobody', () => {
  const serveWith = (secret?: string) =>
    createApp(new Mastra({ server: { auth: new MastraJwtAuth({ secret }) } }))

  it.each([
    ['', 'secret_missing'],
    [' ', 'secret_too_short'],
    ['x', 'secret_too_short'],
    ['x'.repeat(31), 'secret_too_short'],
    ['supersecretdevkeythatishs256safe!', 'secret_is_sample'],
  ])('%j is refused, in the code and in the environment', (secret, code) => {
    const refusal = expect.objectContaining({ code })
    expect(() => serveWith(secret)).toThrow(refusal)
    vi.stubEnv('MASTRA_JWT_SECRET', secret)
    expect(() => serveWith()).toThrow(refusal)
  })

  it('one of 32 bytes serves, and only tokens that it signed', async () => {
    const secret = 'nAx7-Qm2_vT9kLw4Zs8eRb1uYc6hJd3f'
    const app = serveWith(secret)
    const ask = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return app.fetch(new Request('http://localhost/api/agents', { headers }))
    }
    const key = new TextEncoder().encode(secret)
    expect((await ask(await signed(GOOD, { alg: 'HS256' }, key))).status).toBe(200)
    const refused = await ask(await signed(GOOD))
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ code: 'token_signature' })
  })
})

describe('7: a token counts only in the header, behind Bearer', () => {
  const token = tokenFor('alice')

  it.each<[what: string, query: string, headers: Record<string, string>]>([
    ['?apiKey=', `?apiKey=${token}`, {}],
    ['?access_token=', `?access_token=${token}`, {}],
    ['?token=', `?token=${token}`, {}],
    ['?auth_header=', `?auth_header=${encodeURIComponent(`Bearer ${token}`)}`, {}],
    ['a header without Bearer', '', { authorization: token }],
    ['another scheme', '', { authorization: `Token ${token}` }],
    ['a header of its own', '', { 'x-api-key': token }],
    ['a cookie', '', { cookie: `mastra-token=${token}` }],
    [
      'the headers of Studio',
      '',
      { 'x-mastra-client-type': 'studio', 'x-mastra-dev-playground': 'true' },
    ],
  ])('none is found in %s, by any route', async (_, query, headers) => {
    const { ask } = await create({ app: { isDevelopment: true } })
    for (const path of [AGENTS, '/api/memory/threads', '/api/tools', '/api/nowhere']) {
      const refusal = await ask(path + query, { headers })
      expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
      expect(refusal.text).not.toContain(token)
    }
    for (const path of [GENERATE, STREAM, EXECUTE]) {
      const refusal = await ask(path + query, { headers, json: { messages: 'Hello' } })
      expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
    }
    expect((await ask(`/api/auth/me${query}`, { headers })).text).toBe('null')
    const capabilities = await ask(`/api/auth/capabilities${query}`, { headers })
    expect(capabilities.body).not.toHaveProperty('user')
  })

  it.each(['Bearer', 'bearer', 'BEARER'])('%s is the scheme, for every route', async (scheme) => {
    const { ask } = await create()
    const headers = { authorization: `${scheme} ${token}` }
    expect(await ask(AGENTS, { headers })).toMatchObject({ status: 200 })
    expect((await ask('/api/auth/me', { headers })).body).toMatchObject({ id: 'alice' })
  })

  it.each(['apiKey', 'access_token', 'auth_header'])(
    'one in ?%s= beside the header is one too many',
    async (name) => {
      const { ask } = await create()
      const answer = await ask(`${AGENTS}?${name}=${token}`, { token })
      expect(answer).toMatchObject({ status: 400, code: 'request_invalid' })
    },
  )
})

describe('15: keys are never fetched for a token, and serve only their algorithm', () => {
  it('five calls for one address are one fetch, and a key serves only its algorithm', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }
    const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      return Response.json({ keys: [jwk] })
    })
    const jwksUri = 'https://issuer.example/jwks.json'
    const sign = (alg: string) =>
      new SignJWT(GOOD).setProtectedHeader({ alg, kid: 'one' }).sign(privateKey)
    const good = await sign('RS256')
    for (let call = 0; call < 5; call++) {
      expect(await auth.verifyJwks(good, jwksUri)).toMatchObject({ sub: 'alice' })
    }
    expect(fetching).toHaveBeenCalledTimes(1)
    await expect(auth.verifyJwks(await sign('PS512'), jwksUri)).rejects.toMatchObject({
      code: 'token_algorithm',
    })
  })

  it.each([
    { jku: 'https://evil.example/jwks.json' },
    { x5u: 'https://evil.example/key.pem' },
    { jwk: { kty: 'oct', k: 'YXR0YWNrZXI' } },
    { kid: 'https://evil.example/key' },
  ])('a token that brings %j has no key by it', async (member) => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
    const { ask } = await create()
    const foreign = new TextEncoder().encode('the secret of an attacker, of more than 32 bytes')
    const token = await signed(GOOD, { alg: 'HS256', ...member }, foreign)
    expect(await ask(AGENTS, { token })).toMatchObject({ status: 401, code: 'token_signature' })
    expect(fetching).not.toHaveBeenCalled()
  })

  it('a key bound to one algorithm and one kid serves no other', async () => {
    const bytes = new TextEncoder().encode('k'.repeat(32) + 'e'.repeat(32))
    const k = Buffer.from(bytes).toString('base64url')
    const secret = { kty: 'oct', k, alg: 'HS256', kid: 'one' } as const
    const { ask } = await create({ server: { auth: new MastraJwtAuth({ secret }) } })
    const good = await signed(GOOD, { alg: 'HS256', kid: 'one' }, bytes)
    expect(await ask(AGENTS, { token: good })).toMatchObject({ status: 200 })
    const other = await signed(GOOD, { alg: 'HS512', kid: 'one' }, bytes)
    const wrong = await ask(AGENTS, { token: other })
    expect(wrong).toMatchObject({ status: 401, code: 'token_algorithm' })
    const unknown = await signed(GOOD, { alg: 'HS256', kid: 'two' }, bytes)
    const missing = await ask(AGENTS, { token: unknown })
    expect(missing).toMatchObject({ status: 401, code: 'token_key_unknown' })
  })
})

describe('19: an owner that cannot be told is a refusal, and never a failure', () => {
  it.each<[what: string, map: (claims: object) => unknown]>([
    ['a promise', async () => 'alice'],
    ['a promise that fails', () => Promise.reject(new Error('down'))],
    ['a number', () => 42],
    ['an object', () => ({ id: 'alice' })],
    ['a blank', () => ' '],
    ['an empty text', () => ''],
    [
      'an error',
      () => {
        throw new Error('secret=sk-MAP')
      },
    ],
  ])('%s is 403', async (_, map) => {
    const provider: AuthProvider = Object.assign(createTestAuth(), { mapUserToResourceId: map })
    const { ask } = await create({ server: { auth: provider } })
    for (const path of [AGENTS, '/api/memory/threads']) {
      const answer = await ask(path, { token: tokenFor('alice') })
      expect(answer).toMatchObject({ status: 403, code: 'access_denied' })
      expect(answer.text).not.toContain('sk-MAP')
    }
  })

  it.each([undefined, null])('%s is the subject, as without the function', async (nothing) => {
    const mapUserToResourceId = () => nothing
    const provider = new MastraJwtAuth({ secret: SECRET, mapUserToResourceId })
    const { ask } = await create({ server: { auth: provider } })
    const answer = await ask('/api/memory/threads', { token: tokenFor('alice'), json: {} })
    expect(answer).toMatchObject({ status: 200, body: { resourceId: 'alice' } })
  })

  it('a function that reads the subject never sees a token without one', async () => {
    const map = vi.fn<(claims: Claims) => string>(({ sub }) => `account-${sub}`)
    const provider = new MastraJwtAuth({ secret: SECRET, mapUserToResourceId: map })
    const { ask } = await create({ server: { auth: provider } })
    const token = await signed({ exp: GOOD.exp })
    const refused = await ask('/api/memory/threads', { token, json: {} })
    expect(refused).toMatchObject({ status: 401, code: 'token_claim' })
    expect(map).not.toHaveBeenCalled()
    const made = await ask('/api/memory/threads', { token: tokenFor('alice'), json: {} })
    expect(made).toMatchObject({ status: 200, body: { resourceId: 'account-alice' } })
  })
})

describe('24: a user without a subject or a right is nobody', () => {
  const providerOf = (user: unknown): AuthProvider => ({
    authenticateToken: () => user as object,
  })

  it.each<[user: unknown, code: string]>([
    ['alice', 'token_key_unknown'],
    [42, 'token_key_unknown'],
    [true, 'token_key_unknown'],
    ['', 'token_key_unknown'],
    [null, 'token_key_unknown'],
    [undefined, 'token_key_unknown'],
    [{}, 'token_claim'],
    [[], 'token_claim'],
    [{ role: 'owner' }, 'token_claim'],
    [{ sub: '', role: 'owner' }, 'token_claim'],
    [{ sub: ' ', role: 'owner' }, 'token_claim'],
    [{ sub: 42, role: 'owner' }, 'token_claim'],
    [{ sub: ['alice'], role: 'owner' }, 'token_claim'],
  ])('the user %j of a provider is refused', async (user, code) => {
    const { ask } = await create({ server: { auth: providerOf(user) } })
    for (const path of [AGENTS, '/api/agents/weather-agent', '/api/memory/threads']) {
      expect(await ask(path, { token: 'any' })).toMatchObject({ status: 401, code })
    }
  })

  it.each<[user: object, ignored: readonly string[] | undefined]>([
    [{ sub: 'alice' }, undefined],
    [{ sub: 'alice', role: 'emperor' }, ['emperor']],
    [{ sub: 'alice', role: 'constructor' }, ['constructor']],
    [{ sub: 'alice', role: [], roles: [] }, undefined],
    [{ sub: 'alice', permissions: ['*:*:*:*'] }, ['*:*:*:*']],
    [{ sub: 'alice', userPermissions: ['*'], userRoles: ['owner'] }, undefined],
  ])('the user %j may do nothing', async (user, ignored) => {
    const { ask } = await create({ server: { auth: providerOf(user) } })
    for (const path of ['/api/agents/weather-agent', '/api/memory/threads']) {
      const answer = await ask(path, { token: 'any' })
      expect(answer).toMatchObject({ status: 403, code: 'scope_insufficient' })
      if (ignored !== undefined) expect(answer.body).toMatchObject({ ignoredGrants: ignored })
    }
    expect((await ask(AGENTS, { token: 'any' })).text).toBe('{}')
  })

  it('a user with a subject and a role may do what the role says, and no more', async () => {
    const auth = providerOf({ id: 'alice', role: 'viewer' })
    const { ask } = await create({ server: { auth } })
    expect(await ask('/api/agents/weather-agent', { token: 'any' })).toMatchObject({ status: 200 })
    const answer = await ask(GENERATE, { token: 'any', json: { messages: 'Hello' } })
    expect(answer).toMatchObject({ status: 403, code: 'scope_insufficient' })
    const jwt = await create()
    const forged = { token: forge(tokenFor('alice')) }
    expect(await jwt.ask(AGENTS, forged)).toMatchObject({ status: 401, code: 'token_signature' })
  })
})
