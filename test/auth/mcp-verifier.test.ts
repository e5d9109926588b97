import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as errors from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuthError, MastraJwtAuth, type AuthProvider, type GuardRefusal } from '@signet/auth'
import { mcpVerifier, type McpVerifierOptions } from '@signet/auth/mcp'
import { SECRET } from '@signet/test-support/application/application'

const auth = new MastraJwtAuth({ secret: SECRET })
const sign = (claims: object) => auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 60 })
const onRefusal = () => undefined
const verifier = mcpVerifier(auth, { errors, onRefusal })

describe('mcpVerifier behind requireBearerAuth of the MCP SDK', () => {
  const app = express()
  const guard = (provider: AuthProvider, options: Partial<McpVerifierOptions> = {}) =>
    requireBearerAuth({
      verifier: mcpVerifier(provider, { errors, onRefusal, ...options }),
      requiredScopes: ['tools:execute'],
      resourceMetadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource',
    })
  app.get('/hello', guard(auth), (request, response) => {
    const { clientId, extra } = request.auth ?? {}
    response.json({ clientId, principal: extra?.['principal'] })
  })
  app.get('/agents', guard(auth, { access: 'agents:write' }))
  const cutOff = {
    authenticateToken: () => Promise.reject(new AuthError('keys_unavailable', 'down')),
  }
  const { InvalidTokenError, InsufficientScopeError } = errors
  app.get('/cut-off', guard(cutOff))
  app.get(
    '/cut-off/few-errors',
    guard(cutOff, { errors: { InvalidTokenError, InsufficientScopeError } }),
  )
  app.get('/faulty', guard({ authenticateToken: () => Promise.reject(new Error('a fault')) }))
  const server = createServer(app)

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  async function ask(path: string, authorization?: string) {
    const { port } = server.address() as AddressInfo
    const headers = new Headers(
      authorization === undefined ? [] : [['authorization', authorization]],
    )
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    const body: unknown = await response.json()
    return { status: response.status, challenge: response.headers.get('www-authenticate'), body }
  }

  it('200 with a good token, whose principal the handler has', async () => {
    const token = sign({ role: 'member', azp: 'the-client' })
    expect(await ask('/hello', `Bearer ${token}`)).toStrictEqual({
      status: 200,
      challenge: null,
      body: {
        clientId: 'the-client',
        principal: expect.objectContaining({ subject: 'alice', roles: ['member'] }),
      },
    })
  })

  it('401 with a token that is bound to a key, whose proof the SDK does not pass on (RFC 9449)', async () => {
    const token = sign({ role: 'member', cnf: { jkt: 'A'.repeat(43) } })
    expect(await ask('/hello', `Bearer ${token}`)).toMatchObject({ status: 401 })
    await expect(verifier.verifyAccessToken(token)).rejects.toThrow('send it as DPoP')
  })

  it('401 without a token', async () => {
    expect(await ask('/hello')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it.each([
    [
      'that another key signed',
      new MastraJwtAuth({ secret: `not ${SECRET}` }).sign({ sub: 'a' }, { expiresInSeconds: 60 }),
    ],
    ['that has expired', auth.sign({ sub: 'alice', role: 'owner', exp: 1_700_000_000 })],
    ['that is no JWT', 'no-token'],
    ['beside another', `${sign({ role: 'owner' })}, Bearer x`],
  ])('401 with a token %s', async (_, token) => {
    expect(await ask('/hello', `Bearer ${token}`)).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(
        /^Bearer error="invalid_token", .*, scope="tools:execute", resource_metadata="https:/,
      ),
      body: { error: 'invalid_token' },
    })
  })

  it('403 where the token lacks a scope of the SDK, or a permission of the verifier', async () => {
    const refused = { status: 403, body: { error: 'insufficient_scope' } }
    expect(await ask('/hello', `Bearer ${sign({ role: 'viewer' })}`)).toMatchObject(refused)
    expect(await ask('/agents', `Bearer ${sign({ role: 'member' })}`)).toMatchObject(refused)
  })

  it('500 with temporarily_unavailable where the keys are not available: the SDK knows no 503', async () => {
    expect(await ask('/cut-off', `Bearer ${sign({ role: 'member' })}`)).toStrictEqual({
      status: 500,
      challenge: null,
      body: {
        error: 'temporarily_unavailable',
        error_description: 'The keys that verify the token are not available now.',
      },
    })
  })

  it.each(['/faulty', '/cut-off/few-errors'])(
    '500 that tells nothing for a fault, and without the class ServerError: %s',
    async (path) => {
      expect(await ask(path, `Bearer ${sign({ role: 'member' })}`)).toStrictEqual({
        status: 500,
        challenge: null,
        body: { error: 'server_error', error_description: 'Internal Server Error' },
      })
    },
  )
})

describe('mcpVerifier: what it tells of a token', () => {
  const scopesOf = async (claims: object) => (await verifier.verifyAccessToken(sign(claims))).scopes

  it('names permissions, the pairs that they cover, and foreign words of the scope', async () => {
    const scopes = await scopesOf({ scope: 'agents:* tools:read:clock openid mcp:tools' })
    expect(scopes).toStrictEqual([
      'agents:*',
      'tools:read:clock',
      'agents:read',
      'agents:execute',
      'agents:write',
      'agents:delete',
      'agents:approve',
      'openid',
      'mcp:tools',
    ])
  })

  it('takes no role, and no member that is not its own, for a scope', async () => {
    expect(await scopesOf({ roles: ['mcp:tools'], scp: { 0: 'mcp:tools' } })).toStrictEqual([])
  })

  it('reads client and scopes where the issuer says them', async () => {
    const mapped = new MastraJwtAuth({
      secret: SECRET,
      claims: { client: 'cid', scopes: ['grants', 'scopes'] },
      scopeMap: { 'clock.read': ['tools:read:clock'] },
    })
    const token = sign({
      cid: 'the-client',
      grants: { scopes: 'clock.read mcp:tools' },
      scope: '*',
    })
    const { clientId, scopes } = await mcpVerifier(mapped, { errors }).verifyAccessToken(token)
    expect({ clientId, scopes }).toStrictEqual({
      clientId: 'the-client',
      scopes: ['tools:read:clock', 'mcp:tools'],
    })
  })

  it('names no foreign words of an issuer whose grants are limited', async () => {
    const limited: AuthProvider = {
      authenticateToken: () => ({ sub: 'alice', scope: 'agents:read tools:read mcp:tools' }),
      accessOf: () => ({ grants: ['agents:read'] }),
    }
    const { scopes, clientId, expiresAt } = await mcpVerifier(limited, {
      errors,
    }).verifyAccessToken('one')
    expect({ scopes, clientId, expiresAt }).toStrictEqual({
      scopes: ['agents:read:*', 'agents:read'],
      clientId: 'alice',
      expiresAt: undefined,
    })
  })

  it('tells of refusals', async () => {
    const told: GuardRefusal[] = []
    const telling = mcpVerifier(auth, { errors, onRefusal: (each) => void told.push(each) })
    await expect(telling.verifyAccessToken('no-token')).rejects.toBeInstanceOf(
      errors.InvalidTokenError,
    )
    expect(told).toMatchObject([{ status: 401, error: { code: 'token_malformed' } }])
  })
})

describe('mcpVerifier: its options', () => {
  it.each<[string, unknown]>([
    ['no options', undefined],
    ['no errors', {}],
    ['errors without a class', { errors: { InvalidTokenError: Error } }],
    ['errors that are null', { errors: null }],
    ['an access that is a function', { errors, access: () => 'authenticated' }],
    ['an empty access', { errors, access: [] }],
    ['an undefined access', { errors, access: undefined }],
    ['undefined roles', { errors, roles: undefined }],
  ])('refuses %s', (_, options) => {
    expect(() => mcpVerifier(auth, options as McpVerifierOptions)).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })

  it.each(['publicUrl', 'acess'])('refuses %s, which it does not have', (name) => {
    const options = { errors, [name]: 'https://a.example' } as McpVerifierOptions
    expect(() => mcpVerifier(auth, options)).toThrow(
      expect.objectContaining({ code: 'option_unknown' }),
    )
  })
})
