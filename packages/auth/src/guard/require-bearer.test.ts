import { describe, expect, it, vi } from 'vitest'
import type { Permission } from '../access/permission.js'
import { ApiKeyAuth } from '../api-key/api-key-auth.js'
import { issueApiKey } from '../api-key/issue.js'
import { rememberMaker } from '../api-key/maker.js'
import { PUBLIC_REASON } from '../bearer/public-reason.js'
import { DEFAULT_ROLES } from '../access/role.js'
import { AuthError, ConfigurationError, ScopeError } from '../error.js'
import type { AuthProvider } from '../provider/auth-provider.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'
import type { GuardOptions, GuardRefusal } from './options.js'
import { requireBearer } from './require-bearer.js'

const SECRET = 'a secret of the tests, longer than thirty-two bytes'
const auth = new MastraJwtAuth({ secret: SECRET })
const VIEWER = auth.sign({ sub: 'alice', role: 'viewer' }, { expiresInSeconds: 60 })
const MEMBER = auth.sign({ sub: 'bob', role: 'member' }, { expiresInSeconds: 60 })

function requestWith(authorization?: string, path = '/'): Request {
  const headers = new Headers(authorization === undefined ? [] : [['authorization', authorization]])
  return new Request(`https://api.example.com${path}`, { headers })
}

/** What a guard makes of a request: the subject of the caller, or the refusal. */
async function outcome(
  provider: AuthProvider,
  options: GuardOptions,
  request: Request,
): Promise<unknown> {
  const result = await requireBearer(provider, options)(request)
  if (!(result instanceof Response)) return result.principal.subject
  const body: unknown = await result.json()
  return { status: result.status, headers: Object.fromEntries(result.headers), body }
}

const outcomeOf = (options: GuardOptions, authorization?: string, path?: string) =>
  outcome(auth, options, requestWith(authorization, path))

const ID = expect.stringMatching(/^[0-9a-f-]{36}$/)

function refusal(
  status: number,
  body: object,
  { challenge, retry }: { readonly challenge?: string; readonly retry?: string } = {},
) {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-request-id': ID,
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(retry !== undefined && { 'retry-after': retry }),
    },
    body: { ...body, requestId: ID },
  }
}

describe('requireBearer: who is let in', () => {
  it('gives the caller of a good token, frozen', async () => {
    const caller = await requireBearer(auth)(requestWith(`Bearer ${VIEWER}`))
    expect(caller).toMatchObject({ principal: { subject: 'alice', roles: ['viewer'] } })
    expect(Object.isFrozen(caller)).toBe(true)
  })

  it.each<[GuardOptions['access']]>([
    ['authenticated'],
    ['agents:read'],
    ['agents:read:assistant'],
    [['agents:read', 'memory:read']],
    [() => 'agents:read'],
    [(request) => (request.url.endsWith('/') ? 'authenticated' : 'agents:write')],
  ])('lets in who holds %j', async (access) => {
    expect(await outcomeOf({ access }, `Bearer ${VIEWER}`)).toBe('alice')
  })

  it('takes the roles of the application beside those that are built in', async () => {
    const token = auth.sign({ sub: 'carol', role: 'reader' }, { expiresInSeconds: 60 })
    const roles = { reader: ['agents:read'] }
    expect(await outcomeOf({ roles, access: 'agents:read' }, `Bearer ${token}`)).toBe('carol')
    expect(await outcomeOf({ roles, access: 'agents:read' }, `Bearer ${VIEWER}`)).toBe('alice')
    expect(await outcomeOf({ access: 'agents:read' }, `Bearer ${token}`)).toMatchObject({
      status: 403,
      body: { ignoredGrants: ['reader'] },
    })
  })

  it('lets an API key in where ApiKeyAuth itself is the provider', async () => {
    const now = Date.now()
    const maker = rememberMaker(auth, await auth.authenticateToken(VIEWER), VIEWER)
    const { key, record } = issueApiKey({
      name: 'nightly report',
      scopes: ['agents:read'],
      maker,
      makerIssuer: 'local',
      makerSubject: 'alice',
      createdAt: now,
      expiresAt: now + 60_000,
    })
    const keys = new ApiKeyAuth({
      provider: auth,
      roles: DEFAULT_ROLES,
      store: { findByDigest: async (digest) => (digest === record.digest ? record : undefined) },
    })
    const request = requestWith(`Bearer ${key}`)
    expect(await outcome(keys, { access: 'agents:read' }, request)).toBe(`key:${record.id}`)
    expect(await outcome(keys, { access: 'memory:read' }, request)).toMatchObject({ status: 403 })
    expect(await outcome(keys, {}, requestWith(`Bearer ${VIEWER}`))).toMatchObject({ status: 401 })
  })
})

describe('requireBearer: who is refused, as a server of Signet refuses', () => {
  it('401 with a bare challenge without a token (RFC 6750 section 3.1)', async () => {
    const expected = refusal(
      401,
      { error: 'A bearer token is required.', code: 'token_missing' },
      { challenge: 'Bearer' },
    )
    expect(await outcomeOf({})).toStrictEqual(expected)
    expect(await outcomeOf({}, 'Basic YTpi')).toStrictEqual(expected)
    expect(await outcomeOf({}, VIEWER)).toStrictEqual(expected)
    expect(await outcomeOf({}, undefined, `/?access_token=${VIEWER}`)).toStrictEqual(expected)
  })

  it('401 invalid_token for a token that another key signed', async () => {
    const other = new MastraJwtAuth({ secret: `not ${SECRET}` })
    const forged = other.sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 60 })
    const error = 'The signature of the token is not valid.'
    expect(await outcomeOf({}, `Bearer ${forged}`)).toStrictEqual(
      refusal(
        401,
        { error, code: 'token_signature' },
        { challenge: `Bearer error="invalid_token", error_description="${error}"` },
      ),
    )
  })

  it.each([
    [`Bearer ${VIEWER}, Bearer ${VIEWER}`, '/'],
    [`Bearer ${VIEWER}`, '/?access_token=x'],
    [`Bearer ${VIEWER}`, '/?%61piKey=x#there'],
  ])('400 for two credentials: %s %s', async (authorization, path) => {
    expect(await outcomeOf({}, authorization, path)).toMatchObject({
      status: 400,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer error="invalid_request"/) },
      body: { code: 'request_invalid' },
    })
  })

  it('does not take a fragment for a query', async () => {
    expect(await outcomeOf({}, `Bearer ${VIEWER}`, '/?a=b#?access_token=x')).toBe('alice')
  })

  it('403 with every missing scope in the challenge', async () => {
    const access: Permission[] = ['agents:read', 'agents:execute:assistant', 'tools:execute:clock']
    const error = 'The token does not grant what this request needs.'
    const scope = 'agents:execute:assistant tools:execute:clock'
    expect(await outcomeOf({ access }, `Bearer ${VIEWER}`)).toStrictEqual(
      refusal(
        403,
        { error, code: 'scope_insufficient', missingScope: 'agents:execute:assistant' },
        {
          challenge: `Bearer error="insufficient_scope", error_description="${error}", scope="${scope}"`,
        },
      ),
    )
    expect(await outcomeOf({ access }, `Bearer ${MEMBER}`)).toBe('bob')
  })

  it('403 without a challenge where the provider does not authorize', async () => {
    const closed: AuthProvider = {
      authenticateToken: () => ({ id: 'one', role: 'owner' }),
      authorizeUser: () => false,
    }
    expect(await outcome(closed, {}, requestWith('Bearer one'))).toStrictEqual(
      refusal(403, { error: 'Access denied.', code: 'access_denied' }),
    )
  })

  it('503 to ask again where the keys cannot be had', async () => {
    const provider: AuthProvider = {
      authenticateToken: () => Promise.reject(new AuthError('keys_unavailable', 'down')),
    }
    const onRefusal = vi.fn<(refusal: GuardRefusal) => void>()
    expect(await outcome(provider, { onRefusal }, requestWith('Bearer one'))).toStrictEqual(
      refusal(
        503,
        { error: PUBLIC_REASON.keys_unavailable, code: 'keys_unavailable' },
        { retry: '5' },
      ),
    )
  })

  it('401 for a token that takes the issuer of API keys', async () => {
    const thief = auth.sign(
      { sub: 'key:one', iss: 'signet:api-keys', role: 'owner' },
      { expiresInSeconds: 60 },
    )
    expect(await outcomeOf({}, `Bearer ${thief}`)).toMatchObject({
      status: 401,
      body: { code: 'token_issuer' },
    })
  })

  it('500 that tells nothing where the provider fails', async () => {
    const fault = new Error('db at 10.0.0.7 is down')
    const provider: AuthProvider = { authenticateToken: () => Promise.reject(fault) }
    const told: GuardRefusal[] = []
    const onRefusal = (each: GuardRefusal) => void told.push(each)
    const request = requestWith('Bearer one')
    expect(await outcome(provider, { onRefusal }, request)).toStrictEqual(
      refusal(500, { error: 'Internal server error.', code: 'internal' }),
    )
    expect(told).toStrictEqual([{ request, requestId: ID, status: 500, error: fault }])
  })
})

describe('requireBearer: where the metadata of the resource stands (RFC 9728 section 5.1)', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/.well-known/oauth-protected-resource'],
    ['https://api.example.com/', 'https://api.example.com/.well-known/oauth-protected-resource'],
    [
      'https://api.example.com/a/b',
      'https://api.example.com/.well-known/oauth-protected-resource/a/b',
    ],
    ['http://localhost:3000', 'http://localhost:3000/.well-known/oauth-protected-resource'],
  ])('of %s is %s', async (publicUrl, url) => {
    expect(await outcomeOf({ publicUrl })).toMatchObject({
      headers: { 'www-authenticate': `Bearer resource_metadata="${url}"` },
    })
    const access = 'agents:write'
    const refused = await outcomeOf({ publicUrl, access }, `Bearer ${VIEWER}`)
    expect(refused).toMatchObject({
      headers: {
        'www-authenticate': expect.stringMatching(/, scope="agents:write", resource_metadata="/),
      },
    })
  })

  it.each([
    '',
    'api.example.com',
    'http://api.example.com',
    'https://alice@api.example.com',
    'https://@api.example.com',
    'https:api.example.com',
    'https:///',
    'https://api.example.com\\agents',
    'https://api.exa\tmple.com',
    'https://api.example.com?a',
    'https://api.example.com#a',
    'https://api.example.com?',
    ' https://api.example.com',
    'ftp://localhost',
    7,
    null,
  ])('cannot be of %j', (publicUrl) => {
    const options = { publicUrl } as GuardOptions
    expect(() => requireBearer(auth, options)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringContaining('publicUrl'),
      }),
    )
  })
})

describe('requireBearer: its options', () => {
  it.each<[string, unknown]>([
    ['access', ''],
    ['access', 'public'],
    ['access', []],
    ['access', ['agents:read', 'public']],
    ['access', ['authenticated']],
    ['access', 'agents:*'],
    ['access', '*'],
    ['access', 'agents:exceute'],
    ['access', 'agents:execute:{agentId}'],
    ['access', 'orders:read'],
    ['access', null],
    ['access', false],
    ['access', 7],
    ['access', { length: 0 }],
    ['roles', {}],
    ['roles', []],
    ['roles', null],
    ['roles', { reader: ['agents:raed'] }],
    ['onRefusal', null],
    ['onRefusal', 'console'],
  ])('refuses %s: %j', (name, value) => {
    const options = { [name]: value } as GuardOptions
    expect(() => requireBearer(auth, options)).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })

  it.each(['roles', 'access', 'publicUrl', 'onRefusal'])('refuses an undefined %s', (name) => {
    const options = { [name]: undefined } as GuardOptions
    expect(() => requireBearer(auth, options)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) }),
    )
  })

  it('refuses a misspelt option with the nearest name, and a provider that is none', () => {
    const misspelt = { acess: 'agents:read' } as GuardOptions
    expect(() => requireBearer(auth, misspelt)).toThrow(
      expect.objectContaining({
        code: 'option_unknown',
        message: expect.stringContaining('access'),
      }),
    )
    const wrong: readonly unknown[] = [undefined, null, {}, { authorizeUser() {} }]
    for (const provider of wrong) {
      expect(() => requireBearer(provider as AuthProvider)).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    }
  })

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['public', () => 'public'],
    ['an empty list', () => []],
    ['a promise', async () => 'authenticated'],
    ['a promise that fails', () => Promise.reject(new Error('no'))],
  ])('lets nobody in where the function of access returns %s', async (_, access) => {
    const onRefusal = vi.fn<(refusal: GuardRefusal) => void>()
    const options = { access, onRefusal } as GuardOptions
    expect(await outcomeOf(options, `Bearer ${MEMBER}`)).toMatchObject({ status: 500 })
    expect(onRefusal).toHaveBeenCalledWith(
      expect.objectContaining({ error: expect.any(ConfigurationError) }),
    )
  })

  it('lets nobody in where the function of access throws, and does not ask it of strangers', async () => {
    const access = vi.fn<() => never>(() => {
      throw new Error('no')
    })
    const onRefusal = vi.fn<(refusal: GuardRefusal) => void>()
    expect(await outcomeOf({ access, onRefusal })).toMatchObject({ status: 401 })
    expect(access).not.toHaveBeenCalled()
    expect(await outcomeOf({ access, onRefusal }, `Bearer ${MEMBER}`)).toMatchObject({
      status: 500,
    })
  })

  it('tells of each refusal, and is not changed by whom it tells', async () => {
    const told: unknown[] = []
    const onRefusal = ({ error }: GuardRefusal) => {
      told.push(error)
      throw new Error('a log that fails')
    }
    const access = 'agents:write'
    expect(await outcomeOf({ access, onRefusal }, `Bearer ${VIEWER}`)).toMatchObject({
      status: 403,
    })
    expect(await outcomeOf({ access, onRefusal })).toMatchObject({ status: 401 })
    expect(told).toStrictEqual([
      expect.any(ScopeError),
      expect.objectContaining({ code: 'token_missing' }),
    ])
  })

  it('writes faults to the console where nobody else is told, and refusals not', async () => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    try {
      const fault = new Error('down')
      const provider: AuthProvider = { authenticateToken: () => Promise.reject(fault) }
      await outcomeOf({})
      expect(write).not.toHaveBeenCalled()
      await outcome(provider, {}, requestWith('Bearer one'))
      expect(write).toHaveBeenCalledWith(expect.stringContaining('could not be judged'), fault)
    } finally {
      write.mockRestore()
    }
  })
})
