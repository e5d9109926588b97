import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MastraJwtAuth, type AuthProvider } from '@signet/auth'
import {
  createTestApplication,
  invalidToken,
  makeRequest,
  readRefusal,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'

const { mastra } = createTestApplication()
const app = createApp(mastra)

function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return app.fetch(makeRequest(path, { headers }))
}

async function refusalOf(path: string, authorization?: string) {
  return readRefusal(await ask(path, authorization === undefined ? {} : { authorization }))
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs by hand, so that the gate also meets tokens that no signer would make. */
function craft(header: object, claims: object): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

const NOW = Math.floor(Date.now() / 1000)
const CLAIMS = { sub: 'alice', role: 'member', exp: NOW + 3600 }
const HS256 = { alg: 'HS256' }
const GOOD = tokenOf('member')

describe('the gate: a request without a bearer credential', () => {
  it.each([
    ['no credential at all', '/api/agents', undefined],
    ['Basic credentials', '/api/agents', 'Basic YWxpY2U6c2VjcmV0'],
    ['a raw token without a scheme', '/api/agents', GOOD],
    ['the scheme alone', '/api/agents', 'Bearer'],
    ['the scheme and blanks', '/api/agents', 'Bearer   '],
    ['a token glued to the scheme', '/api/agents', `Bearer${GOOD}`],
    ['another scheme with a good token', '/api/agents', `Token ${GOOD}`],
    ['a token only in the query', `/api/agents?apiKey=${GOOD}`, undefined],
    ['a token only in access_token', `/api/agents?access_token=${GOOD}`, undefined],
    ['a token only in auth_header', `/api/agents?auth_header=Bearer%20${GOOD}`, undefined],
  ])('answers 401 with a bare challenge to %s (RFC 6750 section 3)', async (_, path, header) => {
    expect(await refusalOf(path, header)).toStrictEqual({
      status: 401,
      code: 'token_missing',
      challenge: 'Bearer',
      issues: undefined,
      text: 'A bearer token is required.',
    })
  })

  it('reads no token from a cookie', async () => {
    const response = await ask('/api/agents', { cookie: `mastra-token=${GOOD}; token=${GOOD}` })
    expect(await readRefusal(response)).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it('knows no header that opens it', async () => {
    const response = await ask('/api/agents', {
      'x-mastra-dev-playground': 'true',
      'x-mastra-client-type': 'studio',
    })
    expect(await readRefusal(response)).toMatchObject({ status: 401, code: 'token_missing' })
  })
})

describe('the gate: more than one credential', () => {
  it.each([
    ['two in one header', '/api/agents', `Bearer ${GOOD}, Bearer ${GOOD}`],
    ['Basic before Bearer', '/api/agents', `Basic YWxpY2U6eA==, Bearer ${GOOD}`],
    ['Bearer before Basic', '/api/agents', `Bearer ${GOOD}, Basic YWxpY2U6eA==`],
    ['a token in the query beside the header', `/api/agents?apiKey=${GOOD}`, `Bearer ${GOOD}`],
    ['access_token beside the header', '/api/agents?access_token=x', `Bearer ${GOOD}`],
    ['auth_header beside the header', '/api/agents?auth_header=x', `Bearer ${GOOD}`],
    ['an empty query token beside the header', '/api/agents?apiKey=', `Bearer ${GOOD}`],
    ['an encoded query name beside the header', '/api/agents?%61piKey=x', `Bearer ${GOOD}`],
  ])('answers 400 invalid_request to %s (RFC 6750 section 3.1)', async (_, path, header) => {
    const refusal = await refusalOf(path, header)
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(refusal.challenge).toBe(
      'Bearer error="invalid_request", error_description="The request carries more than one credential."',
    )
  })

  it('does not mind other parameters beside the header', async () => {
    const response = await ask('/api/mcp/v0/servers?token=x', { authorization: `Bearer ${GOOD}` })
    expect(response.status).toBe(200)
  })
})

describe('the gate: a bearer token', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    'is let in with the scheme %s',
    async (scheme) => {
      const response = await ask('/api/agents', { authorization: `${scheme} ${GOOD}` })
      expect(response.status).toBe(200)
      expect(response.headers.get('www-authenticate')).toBeNull()
    },
  )

  it('is let in behind several blanks', async () => {
    expect((await ask('/api/agents', { authorization: `Bearer   ${GOOD}` })).status).toBe(200)
  })

  const [header = '', payload = '', signature = ''] = GOOD.split('.')
  const changed = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
  it.each([
    ['token_malformed', 'The token is not well formed.', 'no-token'],
    ['token_malformed', 'The token is not well formed.', `${GOOD} ${GOOD}`],
    ['token_malformed', 'The token is not well formed.', `${GOOD}.`],
    ['token_too_large', 'The token is too large.', `${GOOD}${'a'.repeat(8192)}`],
    [
      'token_algorithm',
      'The algorithm of the token is not allowed.',
      `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`,
    ],
    [
      'token_algorithm',
      'The algorithm of the token is not allowed.',
      craft({ alg: 'none' }, CLAIMS),
    ],
    [
      'token_algorithm',
      'The algorithm of the token is not allowed.',
      craft({ alg: 'RS256' }, CLAIMS),
    ],
    [
      'token_signature',
      'The signature of the token is not valid.',
      `${header}.${payload}.${changed}`,
    ],
    [
      'token_signature',
      'The signature of the token is not valid.',
      `${header}.${encode({ ...CLAIMS, role: 'owner' })}.${signature}`,
    ],
    [
      'token_not_active',
      'The token is not active yet.',
      craft(HS256, { ...CLAIMS, nbf: NOW + 600 }),
    ],
    [
      'token_claim',
      'A claim of the token is missing or not valid.',
      craft(HS256, { ...CLAIMS, sub: undefined }),
    ],
    [
      'token_claim',
      'A claim of the token is missing or not valid.',
      craft(HS256, { ...CLAIMS, sub: '' }),
    ],
    [
      'token_claim',
      'A claim of the token is missing or not valid.',
      craft(HS256, { ...CLAIMS, exp: undefined }),
    ],
  ])('answers 401 %s with error="invalid_token": %s', async (code, text, token) => {
    expect(await refusalOf('/api/agents', `Bearer ${token}`)).toStrictEqual({
      status: 401,
      code,
      challenge: invalidToken(text),
      issues: undefined,
      text,
    })
  })

  it('says when an expired token expired, in the body alone', async () => {
    const expired = craft(HS256, { ...CLAIMS, exp: 1_700_000_000 })
    expect(await refusalOf('/api/agents', `Bearer ${expired}`)).toStrictEqual({
      status: 401,
      code: 'token_expired',
      challenge: invalidToken('The token has expired.'),
      issues: undefined,
      text: 'The token expired at 2023-11-14T22:13:20.000Z.',
    })
  })

  it('says no time of an expired token that somebody else signed', async () => {
    const stranger = new MastraJwtAuth({ secret: `not ${SECRET}` })
    const forged = stranger.sign({ ...CLAIMS, exp: 1_700_000_000 })
    const refusal = await refusalOf('/api/agents', `Bearer ${forged}`)
    expect(refusal).toMatchObject({ status: 401, code: 'token_signature' })
    expect(JSON.stringify(refusal)).not.toContain('2023')
  })
})

describe('the gate: what lies behind it', () => {
  const nowhere = [
    '/api',
    '/api/',
    '/api/nowhere',
    '/api/agents/',
    '/api/agents/a/b/c',
    '/api//agents',
  ]

  it.each(nowhere)('answers 401 to a stranger at %s, which does not exist', async (path) => {
    expect(await refusalOf(path)).toMatchObject({
      status: 401,
      code: 'token_missing',
      challenge: 'Bearer',
    })
  })

  it.each(nowhere)('answers 404 at %s with a good token', async (path) => {
    const refusal = await refusalOf(path, `Bearer ${GOOD}`)
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', challenge: null })
  })

  it.each(['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'PROPFIND', '__proto__', 'constructor'])(
    'answers a %s that no route has like a path that does not exist',
    async (method) => {
      const stranger = await app.fetch(makeRequest('/api/agents', { method }))
      expect(await readRefusal(stranger)).toMatchObject({ status: 401, code: 'token_missing' })
      const known = await app.fetch(makeRequest('/api/agents', { method, token: GOOD }))
      expect(await readRefusal(known)).toMatchObject({ status: 404, code: 'not_found' })
    },
  )

  it.each(['/', '/apis', '/API/agents', '/%41PI/agents', '//api/agents', '/healthz', '/.env'])(
    'answers 404 at %s, which lies outside the prefix, with or without a token',
    async (path) => {
      for (const authorization of [undefined, `Bearer ${GOOD}`]) {
        const refusal = await refusalOf(path, authorization)
        expect(refusal).toMatchObject({ status: 404, code: 'not_found', challenge: null })
      }
    },
  )

  it('decodes unreserved characters of a path before it decides (RFC 3986 section 6.2.2.2)', async () => {
    expect(await refusalOf('/%61pi/agents')).toMatchObject({ status: 401, code: 'token_missing' })
    const known = await ask('/%61pi/agents', { authorization: `Bearer ${GOOD}` })
    expect(known.status).toBe(200)
  })

  it('resolves dots in a path before it decides', async () => {
    expect(await refusalOf('/health/../api/agents')).toMatchObject({ status: 401 })
    expect(await refusalOf('/health/%2e%2e/api/agents')).toMatchObject({ status: 401 })
    expect(await refusalOf('/api/../health/x')).toMatchObject({ status: 404 })
  })

  it('moves with the prefix of the application', async () => {
    const { mastra: moved } = createTestApplication({ server: { apiPrefix: '/v1/signet' } })
    const { fetch } = createApp(moved)
    const at = async (path: string, token?: string) =>
      (await fetch(makeRequest(path, { token }))).status
    expect(await at('/v1/signet/agents')).toBe(401)
    expect(await at('/v1/signet/agents', GOOD)).toBe(200)
    expect(await at('/v1/signet/nowhere')).toBe(401)
    expect(await at('/v1/signets')).toBe(404)
    expect(await at('/api/agents', GOOD)).toBe(404)
  })
})

describe('the gate: a provider of the application', () => {
  const withProvider = (provider: AuthProvider) =>
    createApp(createTestApplication({ server: { auth: provider } }).mastra)

  async function askProvider(provider: AuthProvider) {
    return readRefusal(
      await withProvider(provider).fetch(makeRequest('/api/agents', { token: 'abc' })),
    )
  }

  it('lets in the user that it names', async () => {
    const provider = { authenticateToken: () => ({ id: 'bob', role: 'member' }) }
    const response = await withProvider(provider).fetch(
      makeRequest('/api/agents', { token: 'abc' }),
    )
    expect(response.status).toBe(200)
  })

  it('gets the token, and the request with its headers', async () => {
    const seen: unknown[] = []
    const provider: AuthProvider = {
      authenticateToken(token, request) {
        seen.push(
          token,
          request.header('X-Tenant'),
          request.headers.get('x-tenant'),
          request.raw.url,
        )
        return null
      },
    }
    const headers = { 'x-tenant': 'blue' }
    await withProvider(provider).fetch(makeRequest('/api/agents', { token: 'abc', headers }))
    expect(seen).toStrictEqual(['abc', 'blue', 'blue', 'http://localhost:4111/api/agents'])
  })

  it.each([
    ['null', () => null],
    ['undefined', () => undefined],
  ])('answers 401 token_key_unknown where it returns %s', async (_, authenticateToken) => {
    expect(await askProvider({ authenticateToken })).toMatchObject({
      status: 401,
      code: 'token_key_unknown',
      challenge: invalidToken('No key of this server fits the token.'),
    })
  })

  it('answers 401 token_claim where its user has no subject', async () => {
    expect(await askProvider({ authenticateToken: () => ({}) })).toMatchObject({
      status: 401,
      code: 'token_claim',
    })
  })

  it.each([
    ['says no', () => false],
    [
      'throws',
      () => {
        throw new Error('authorizer broken: secret-detail')
      },
    ],
    ['rejects', () => Promise.reject(new Error('authorizer broken: secret-detail'))],
  ])('answers a plain 403 where authorizeUser %s', async (_, authorizeUser) => {
    const provider = { authenticateToken: () => ({ id: 'bob', role: 'owner' }), authorizeUser }
    expect(await askProvider(provider)).toStrictEqual({
      status: 403,
      code: 'access_denied',
      challenge: null,
      issues: undefined,
      text: 'Access denied.',
    })
  })

  it('answers 500 and tells nothing where it breaks', async () => {
    const authenticateToken = () => Promise.reject(new Error('db at 10.0.0.7 is down'))
    expect(await askProvider({ authenticateToken })).toStrictEqual({
      status: 500,
      code: 'internal',
      challenge: null,
      issues: undefined,
      text: 'Internal server error.',
    })
  })

  it('grants nothing to a user without role or scope, unless it names a default role', async () => {
    const authenticateToken = () => ({ id: 'bob' })
    const silent = withProvider({ authenticateToken })
    const named = withProvider({ authenticateToken, defaultRole: 'viewer' })
    const request = () => makeRequest('/api/agents/weather-agent', { token: 'abc' })
    expect((await silent.fetch(request())).status).toBe(403)
    expect((await named.fetch(request())).status).toBe(200)
  })
})
