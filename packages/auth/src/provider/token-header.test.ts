import { describe, expect, it } from 'vitest'
import { requestOfBearer } from '../guard/auth-request.js'
import { mcpVerifier } from '../guard/mcp-verifier.js'
import { requireBearer } from '../guard/require-bearer.js'
import { CompositeAuth } from './composite-auth.js'
import { defineAuth } from './define-auth.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const SECRET = 'a secret of the tests, longer than thirty-two bytes'
const HEADER = 'Cf-Access-Jwt-Assertion'
const auth = new MastraJwtAuth({ secret: SECRET, tokenHeader: HEADER })
const TOKEN = auth.sign({ sub: 'alice', role: 'viewer' }, { expiresInSeconds: 60 })
const refusal = (words: string | RegExp) =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code: 'option_invalid',
    message:
      typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words),
  })
const requestWith = (headers: Record<string, string>, method = 'GET') =>
  new Request('https://api.example.com/', { method, headers })

describe('MastraJwtAuth: tokenHeader', () => {
  it('says its name in lower case, and nothing by default', () => {
    expect(auth.tokenHeader).toBe('cf-access-jwt-assertion')
    expect(new MastraJwtAuth({ secret: SECRET }).tokenHeader).toBeUndefined()
  })

  it.each([undefined, '', 'Authorization', 'cookie', 'x y', null, 7])(
    'refuses %j',
    (tokenHeader) => {
      const options: MastraJwtAuthOptions = Object({ secret: SECRET, tokenHeader })
      expect(() => new MastraJwtAuth(options)).toThrow(refusal('tokenHeader'))
    },
  )

  it('is where getCurrentUser looks', async () => {
    await expect(auth.getCurrentUser(requestWith({ [HEADER]: TOKEN }))).resolves.toMatchObject({
      id: 'alice',
    })
    const inOther = requestWith({ authorization: `Bearer ${TOKEN}` })
    await expect(auth.getCurrentUser(inOther)).resolves.toBeNull()
  })

  it('is where the guard looks, and nowhere else', async () => {
    const guard = requireBearer(auth)
    expect(await guard(requestWith({ [HEADER]: TOKEN }))).toMatchObject({
      principal: { subject: 'alice' },
    })
    const outcomes = [
      requestWith({ authorization: `Bearer ${TOKEN}` }),
      requestWith({ [HEADER]: `Bearer ${TOKEN}`, authorization: `Bearer ${TOKEN}` }),
      requestWith({ [HEADER]: `${TOKEN}, ${TOKEN}` }),
      requestWith({ [HEADER]: TOKEN, 'sec-fetch-site': 'cross-site' }, 'POST'),
    ].map(async (request) => {
      const response = await guard(request)
      if (!(response instanceof Response)) return 'let in'
      const { code } = Object(await response.json())
      return [response.status, code]
    })
    expect(await Promise.all(outcomes)).toStrictEqual([
      [401, 'token_missing'],
      [401, 'token_malformed'],
      [400, 'request_invalid'],
      [403, 'access_denied'],
    ])
  })

  it('is not for the MCP SDK, which reads Authorization', () => {
    const errors = { InvalidTokenError: Error, InsufficientScopeError: Error }
    expect(() => mcpVerifier(auth, { errors })).toThrow(refusal('reads Authorization alone'))
  })
})

describe('tokenHeader of other providers', () => {
  const plain = { authenticateToken: () => ({ id: 'robot' }) }

  it('is checked where it is defined', () => {
    expect(defineAuth({ ...plain, tokenHeader: 'X-Token' }).tokenHeader).toBe('X-Token')
    for (const tokenHeader of ['authorization', '', 'x y']) {
      expect(() => defineAuth({ ...plain, tokenHeader })).toThrow(refusal('tokenHeader'))
      expect(() => requireBearer({ ...plain, tokenHeader })).toThrow(refusal('tokenHeader'))
    }
  })

  it('is passed on by CompositeAuth where all agree, whatever the case', () => {
    const other = { ...plain, tokenHeader: HEADER.toUpperCase() }
    expect(new CompositeAuth([auth, other]).tokenHeader).toBe('cf-access-jwt-assertion')
    expect(new CompositeAuth([plain]).tokenHeader).toBeUndefined()
  })

  it.each([
    ['one that reads Authorization', plain],
    ['one that reads another', { ...plain, tokenHeader: 'x-other' }],
  ])('is refused by CompositeAuth beside %s', (_case, other) => {
    for (const providers of [
      [auth, other],
      [other, auth],
    ]) {
      expect(() => new CompositeAuth(providers)).toThrow(
        refusal(/different headers .*jwt: cf-access-jwt-assertion/),
      )
    }
  })
})

describe('requestOfBearer', () => {
  it('leaves nothing of the caller in the header of the provider', () => {
    const caller = requestWith({ [HEADER]: TOKEN, authorization: 'Bearer caller', cookie: 'a=b' })
    const { headers } = requestOfBearer('other.token.here', caller, 'cf-access-jwt-assertion')
    expect([
      headers.get(HEADER),
      headers.get('authorization'),
      headers.get('cookie'),
    ]).toStrictEqual(['other.token.here', null, null])
    const none = requestOfBearer('not a token', caller, 'cf-access-jwt-assertion')
    expect(none.headers.get(HEADER)).toBeNull()
  })
})
