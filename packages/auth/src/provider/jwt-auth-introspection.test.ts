import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  startIntrospectionServer,
  type IntrospectionServer,
} from '@signet/test-support/token/introspection-server'
import { DEFAULT_ROLES } from '../access/role.js'
import { createApiKey } from '../api-key/make.js'
import { ConfigurationError } from '../error.js'
import { tokenDigest } from '../jws/digest.js'
import { signToken } from '../jwt/sign.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { createTestKeyPair } from '../test/key-pair.js'
import { authenticate } from './authenticate.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { CompositeAuth } from './composite-auth.js'
import { explainBearer } from './explain-bearer.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { SimpleAuth } from './simple-auth.js'
import { readTokenForm } from './token-form.js'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example'
const OTHER = 'https://other.example'
const TOKEN = 'an-opaque-token.of_the~tests/0123+='
const SECRET = 'the secret of the client'

const now = () => NOW * 1000
const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }
const pair = createTestKeyPair('ES256', { keyId: 'one' })

/** What a good response says. */
const GOOD = {
  active: true,
  token_type: 'Bearer',
  sub: 'alice',
  aud: 'api',
  exp: NOW + 600,
  scope: 'agents:read',
}

let server: IntrospectionServer
/** What the endpoint says, whatever it is asked. */
let said: object = GOOD

beforeEach(async () => {
  said = GOOD
  server = await startIntrospectionServer(() => ({ body: said }))
})

afterEach(() => server.close())

const introspection = () => ({
  endpoint: server.url,
  clientId: 'agents',
  clientSecret: SECRET,
})

/** An issuer that introspects. */
const base = () => ({
  jwks: { keys: [pair.publicJwk] },
  issuer: ISSUER,
  audience: 'api',
  introspection: introspection(),
})

const provider = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ ...base(), now, name: 'staff', ...options })

const codeOf = async (auth: AuthProvider, token = TOKEN): Promise<string> => {
  try {
    await auth.authenticateToken(token, request)
    return 'accepted'
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'))
  }
}

function refusal(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('an opaque token', () => {
  it('makes the principal that its issuer says, of this issuer, also where the response leaves iss out', async () => {
    const principal = await authenticate(provider(), TOKEN, request, DEFAULT_ROLES)
    expect(principal).toMatchObject({ subject: 'alice', issuer: ISSUER, expiresAt: NOW + 600 })
    expect(principal.permissions.allows('agents:read')).toBe(true)
    expect(principal.permissions.allows('agents:execute')).toBe(false)
    expect(Object.isFrozen(principal.claims)).toBe(true)
  })

  it.each<[string, object]>([
    ['the name of the issuer', { iss: ISSUER }],
    ['a list of audiences', { aud: ['other', 'api'] }],
    ['bearer in small letters', { token_type: 'bearer' }],
    ['the use of an access token', { token_use: 'access_token' }],
    ['no type, where an audience tells it', { token_type: undefined }],
  ])('is accepted with %s', async (_case, claims) => {
    said = { ...GOOD, ...claims }
    expect(await codeOf(provider())).toBe('accepted')
  })

  it.each<[string, object, string]>([
    ['is not active', { active: false }, 'token_key_unknown'],
    ['has ended', { exp: NOW }, 'token_expired'],
    ['does not end', { exp: undefined }, 'token_claim'],
    ['ends at a text', { exp: String(NOW + 600) }, 'token_claim'],
    ['is not active yet', { nbf: NOW + 1 }, 'token_not_active'],
    ['is of tomorrow', { iat: NOW + 86_400 }, 'token_not_active'],
    ['is of another issuer', { iss: OTHER }, 'token_issuer'],
    ['is of an issuer of almost the same name', { iss: `${ISSUER}/` }, 'token_issuer'],
    ['is of an empty issuer', { iss: '' }, 'token_issuer'],
    ['is of an issuer that is null', { iss: null }, 'token_claim'],
    ['is of a list of issuers', { iss: [ISSUER] }, 'token_claim'],
    ['is for another audience', { aud: 'other' }, 'token_audience'],
    ['is for nobody', { aud: [] }, 'token_audience'],
    ['leaves the audience out', { aud: undefined }, 'token_audience'],
    ['has no subject', { sub: undefined }, 'token_claim'],
    ['has an empty subject', { sub: '' }, 'token_claim'],
    ['has a subject that is a number', { sub: 7 }, 'token_claim'],
    ['is of another type', { token_type: 'DPoP' }, 'token_type'],
    ['is of the type N_A', { token_type: 'N_A' }, 'token_type'],
    ['has a type that is a list', { token_type: ['Bearer'] }, 'token_type'],
    ['has a type that is null', { token_type: null }, 'token_type'],
    ['is a refresh token', { token_use: 'refresh_token' }, 'token_type'],
    ['is an ID token', { token_use: 'id' }, 'token_type'],
  ])('is refused that %s', async (_case, claims, code) => {
    said = { ...GOOD, ...claims }
    expect(await codeOf(provider())).toBe(code)
  })

  it.each<[string, MastraJwtAuthOptions, object, string]>([
    ['requiredClaims', { requiredClaims: ['org'] }, { org: 'acme' }, 'token_claim'],
    ['maxTokenAgeSeconds', { maxTokenAgeSeconds: 60 }, { iat: NOW - 60 }, 'token_claim'],
    ['audience', { audience: ['one', 'two'] }, { aud: 'two' }, 'token_audience'],
    ['clients', { clients: ['web'] }, { client_id: 'web' }, 'token_claim'],
    ['requiredValues', { requiredValues: { org: 'acme' } }, { org: 'acme' }, 'token_claim'],
    ['claims.subject', { claims: { subject: 'uid' } }, { sub: undefined, uid: 'a' }, 'token_claim'],
  ])('must satisfy %s as a JWT must', async (_case, options, claims, code) => {
    const auth = provider({ cache: false, ...options })
    expect(await codeOf(auth)).toBe(code)
    said = { ...GOOD, ...claims }
    expect(await codeOf(auth)).toBe('accepted')
  })

  it('without a type is refused where no audience tells it from a refresh token', async () => {
    const auth = provider({ audience: false, cache: false })
    expect(await codeOf(auth)).toBe('accepted')
    said = { ...GOOD, token_type: undefined }
    expect(await codeOf(auth)).toBe('token_type')
    const { audience: _any, ...rest } = base()
    said = { ...GOOD, token_type: undefined, client_id: 'web' }
    expect(await codeOf(new MastraJwtAuth({ ...rest, clients: ['web'], now }))).toBe('token_type')
  })

  it('is of the subject, and has the roles, that stand where the options say', async () => {
    const claims = { subject: 'uid', roles: ['realm', 'roles'] }
    const auth = provider({ claims, roles: { boss: ['agents:execute'] } })
    said = { ...GOOD, sub: 'not-alice', uid: 'alice', scope: undefined, realm: { roles: ['boss'] } }
    const principal = await authenticate(auth, TOKEN, request, DEFAULT_ROLES)
    expect(principal).toMatchObject({ subject: 'alice', issuer: ISSUER, resourceId: 'alice' })
    expect(principal.permissions.allows('agents:execute')).toBe(true)
    expect(principal.permissions.allows('agents:read')).toBe(false)
  })

  it('is refused after its end also where the issuer was asked before', async () => {
    let time = now()
    const auth = provider({ now: () => time })
    said = { ...GOOD, exp: NOW + 5 }
    expect(await codeOf(auth)).toBe('accepted')
    time += 5000
    expect(await codeOf(auth)).toBe('token_expired')
  })

  it.each<[string, (list: MemoryRevocationList) => void]>([
    ['digest', (list) => list.revokeToken(tokenDigest(TOKEN))],
    ['subject', (list) => list.revokeSubject(ISSUER, 'alice')],
    ['session', (list) => list.revokeSession(ISSUER, 'session')],
    ['jti', (list) => list.revokeTokenId(ISSUER, 'id')],
  ])(
    'is refused that was revoked here by its %s, while its response is kept',
    async (_by, revoke) => {
      const revocation = new MemoryRevocationList(now)
      said = { ...GOOD, sid: 'session', jti: 'id', iat: NOW - 1 }
      const auth = provider({ revocation })
      expect(await codeOf(auth)).toBe('accepted')
      revoke(revocation)
      expect(await codeOf(auth)).toBe('token_revoked')
      expect(server.requests).toHaveLength(1)
    },
  )

  it('is not accepted while the endpoint is gone', async () => {
    const auth = provider()
    await server.close()
    expect(await codeOf(auth)).toBe('keys_unavailable')
  })

  it('is refused without the option, and nobody is asked', async () => {
    const { introspection: _left, ...rest } = base()
    const auth = new MastraJwtAuth({ ...rest, now })
    expect(await codeOf(auth)).toBe('token_malformed')
    expect(auth.accepts(readTokenForm(TOKEN))).toBe(false)
    expect(server.requests).toHaveLength(0)
  })

  it('is only one that is neither a JWT, nor an API key, nor too long, nor no token at all', async () => {
    const auth = provider({ maxTokenBytes: 100 })
    const jwt = signToken({ sub: 'alice' }, pair.signingKey, { now })
    const texts = [jwt, `${jwt.slice(0, 30)}.`, createApiKey(), 'sgn_short', 'x'.repeat(101)]
    for (const token of [...texts, '', 'two words', '"quoted"', 'über']) {
      expect(await codeOf(auth, token)).toMatch(/^token_(?:malformed|too_large)$/)
    }
    for (const token of texts) await auth.explainToken(token)
    expect(await codeOf(auth, 'x'.repeat(100))).toBe('accepted')
    expect(server.requests).toHaveLength(1)
  })
})

describe('several issuers, of which one introspects', () => {
  const issuers = () => [
    { issuer: OTHER, jwks: { keys: [pair.publicJwk] }, audience: 'api', roles: { boss: ['*'] } },
    { ...base(), roles: { boss: ['agents:read'] }, grants: ['agents:read'] },
  ]

  it('have the opaque tokens by the rules of that one', async () => {
    const auth = new MastraJwtAuth({ issuers: issuers(), now })
    said = { ...GOOD, scope: undefined, role: 'boss' }
    const principal = await authenticate(auth, TOKEN, request, DEFAULT_ROLES)
    expect(principal.issuer).toBe(ISSUER)
    expect(principal.permissions.allows('agents:read')).toBe(true)
    expect(principal.permissions.allows('agents:execute')).toBe(false)
  })

  it('cannot be confused by a response that names another', async () => {
    const auth = new MastraJwtAuth({ issuers: issuers(), now })
    said = { ...GOOD, iss: OTHER }
    expect(await codeOf(auth)).toBe('token_issuer')
  })

  it('are refused where two introspect', () => {
    const two = [base(), { ...base(), issuer: OTHER }]
    expect(refusal(() => new MastraJwtAuth({ issuers: two }))).toMatch(
      /^option_invalid: Only one issuer may have the option introspection, .* Leave it out of all but one\.$/,
    )
    expect(refusal(() => new MastraJwtAuth({ issuers: issuers() }))).toBe('accepted')
  })
})

describe('the option introspection', () => {
  it('is refused where it is undefined, of a wrong type, or has an option that is not known', () => {
    const withOption = (value: unknown) =>
      refusal(() => Reflect.construct(MastraJwtAuth, [{ ...base(), introspection: value }]))
    expect(withOption(undefined)).toContain('option_invalid: The option introspection is undefined')
    for (const value of [null, false, true, server.url, [introspection()], {}]) {
      expect(withOption(value)).toMatch(/^option_invalid: The option introspection/)
    }
    expect(withOption({ ...introspection(), clientID: 'x' })).toMatch(/^option_unknown: /)
    expect(withOption(introspection())).toBe('accepted')
  })

  it.each<[string, MastraJwtAuthOptions['issuer']]>([
    ['any issuer', false],
    ['several names', [ISSUER, OTHER]],
    ['a list without a name', []],
  ])('is refused beside %s', (_case, issuer) => {
    const said = refusal(() => provider({ issuer }))
    expect(said).toMatch(/^option_invalid: The option introspection needs the option issuer/)
  })

  it('is refused beside issuers', () => {
    expect(refusal(() => new MastraJwtAuth({ introspection: introspection(), issuers: [] }))).toBe(
      'option_invalid: The option introspection cannot stand beside issuers. Write it in each entry of issuers.',
    )
  })

  it('is described without the secret', () => {
    const [issuer] = provider().describe().issuers
    expect(issuer?.introspection).toStrictEqual({
      endpoint: server.url,
      method: 'client_secret_basic',
    })
    expect(JSON.stringify(provider().describe())).not.toContain(SECRET)
  })

  it('is probed: an endpoint for which each token is active is a fault', async () => {
    said = { active: false }
    expect(await provider().probeKeys()).toMatchObject([
      { kind: 'introspection', url: server.url, problem: undefined },
    ])
    said = GOOD
    expect(await provider().probeKeys()).toMatchObject([
      { problem: expect.stringContaining('nobody has issued') },
    ])
    await server.close()
    expect(await provider().probeKeys()).toMatchObject([
      { problem: expect.stringContaining('The connection failed') },
    ])
  })
})

describe('what is explained of an opaque token', () => {
  const explain = (token: string) =>
    explainBearer(provider({ cache: false }), token, { request, roles: DEFAULT_ROLES })

  it('is each check, in the order of verification, and what it grants', async () => {
    const { accepted, by, steps, principal } = await explain(TOKEN)
    expect({ accepted, by }).toStrictEqual({ accepted: true, by: 'staff' })
    const names = steps.map(({ name }) => name)
    expect(names.slice(0, 4)).toStrictEqual(['size', 'form', 'introspection', 'token type'])
    expect(names).toStrictEqual(expect.arrayContaining(['expiry', 'issuer', 'audience']))
    expect(names.slice(-2)).toStrictEqual(['revocation', 'user'])
    expect(names).not.toContain('signature')
    expect(principal?.subject).toBe('alice')
  })

  it('is why it is refused, and not the token or the secret', async () => {
    said = { active: false }
    const inactive = await explain(TOKEN)
    expect(inactive).toMatchObject({
      accepted: false,
      code: 'token_key_unknown',
      reason: expect.stringContaining('is not active'),
      remedy: 'Get a new token from the issuer.',
    })
    await server.close()
    const down = await explain(TOKEN)
    expect(down).toMatchObject({ code: 'keys_unavailable' })
    expect(down.reason).toContain(`cannot be introspected at ${server.url}. The connection failed`)
    for (const said of [inactive, down]) {
      expect(JSON.stringify(said)).not.toContain(TOKEN)
      expect(JSON.stringify(said)).not.toContain(SECRET)
    }
  })

  it('is asked now, whatever the issuer said before', async () => {
    const auth = provider()
    expect(await codeOf(auth)).toBe('accepted')
    said = { active: false }
    expect(await auth.explainToken(TOKEN)).toMatchObject({ code: 'token_key_unknown' })
  })

  it('is what somebody pasted along with it', async () => {
    expect(await explain(`"${TOKEN}"`)).toMatchObject({ accepted: false, code: 'token_malformed' })
    expect(server.requests.map(({ form }) => form.get('token'))).not.toContain(`"${TOKEN}"`)
  })
})

describe('CompositeAuth with a provider that introspects', () => {
  const tokens = { ['another-opaque-token-of-the-tests-0123456789']: { sub: 'robot' } }

  it('gives it the opaque tokens, and API keys to nobody but who accepts them', async () => {
    const plain = new MastraJwtAuth({
      jwks: { keys: [pair.publicJwk] },
      issuer: OTHER,
      audience: 'api',
    })
    const composite = new CompositeAuth([plain, provider()])
    expect(await codeOf(composite)).toBe('accepted')
    expect(await codeOf(composite, createApiKey())).toBe('token_issuer')
    expect(server.requests).toHaveLength(1)
  })

  it.each<[string, () => AuthProvider]>([
    ['introspects, too', () => new MastraJwtAuth({ ...base(), issuer: OTHER })],
    ['has a list of opaque tokens', () => new SimpleAuth({ tokens })],
  ])('is refused beside one that %s: each opaque token would be ambiguous', (_case, other) => {
    expect(refusal(() => new CompositeAuth([provider(), other()]))).toMatch(
      /^option_invalid: Only one provider of CompositeAuth may accept every opaque token, .*staff/,
    )
  })

  it('stands beside a list of opaque tokens that are known by their form', async () => {
    class Robots extends SimpleAuth {
      override accepts({ token }: { readonly token: string }): boolean {
        return token.startsWith('another-')
      }
    }
    class Humans extends MastraJwtAuth {
      override accepts(form: Parameters<MastraJwtAuth['accepts']>[0]): boolean {
        return super.accepts(form) && !form.token.startsWith('another-')
      }
    }
    const robots = new Robots({ tokens })
    const composite = new CompositeAuth([robots, new Humans({ ...base(), now })])
    expect(await codeOf(composite, Object.keys(tokens)[0])).toBe('accepted')
    expect(server.requests).toHaveLength(0)
    expect(await codeOf(composite)).toBe('accepted')
  })

  it('is possible where two lists of opaque tokens stand beside each other, as before', () => {
    const lists = [new SimpleAuth({ tokens }), new SimpleAuth({ tokens, name: 'second' })]
    expect(refusal(() => new CompositeAuth(lists))).toBe('accepted')
  })
})

describe('an opaque token of an issuer whose claims are mapped', () => {
  const options: MastraJwtAuthOptions = {
    claims: { subject: 'uid', roles: ['realm', 'roles'], session: 'session' },
    roles: { engineer: ['tools:read'] },
    scopeMap: { run: ['agents:execute'] },
    clients: ['web'],
    requiredValues: { level: 2 },
    actors: ['helper'],
  }
  const mapped = {
    ...GOOD,
    client_id: 'web',
    uid: 'bob',
    session: 's1',
    realm: { roles: ['engineer'] },
    scope: 'run openid',
    level: 2,
    act: { sub: 'helper' },
  }

  it('is read where the options say it', async () => {
    said = mapped
    const principal = await authenticate(provider(options), TOKEN, request, DEFAULT_ROLES)
    expect(principal).toMatchObject({
      subject: 'bob',
      resourceId: 'bob',
      sessionId: 's1',
      client: 'web',
      actors: ['helper'],
      roles: ['engineer'],
      foreignScopes: ['openid'],
    })
    expect(principal.permissions.granted).toStrictEqual(['agents:execute', 'tools:read'])
  })

  it.each<[string, object]>([
    ['another client', { client_id: 'evil' }],
    ['no client', { client_id: undefined }],
    ['another value', { level: '2' }],
    ['no mapped subject', { uid: undefined }],
    ['another actor', { act: { sub: 'mallory' } }],
  ])('is refused with %s', async (_case, claims) => {
    said = { ...mapped, ...claims }
    expect(await codeOf(provider(options))).toBe('token_claim')
  })

  it('is revoked by its mapped subject and session', async () => {
    said = mapped
    for (const revoke of ['revokeSubject', 'revokeSession'] as const) {
      const revocation = new MemoryRevocationList(now)
      const auth = provider({ ...options, revocation })
      expect(await codeOf(auth)).toBe('accepted')
      revocation[revoke](ISSUER, revoke === 'revokeSubject' ? 'bob' : 's1')
      expect(await codeOf(auth)).toBe('token_revoked')
    }
  })
})
