import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  craftToken,
  createDocumentFetch,
  createEcSigner,
  createRsaSigner,
  hmacSigner,
  signAs,
} from '@signet/test-support/token/signers'
import type { Permission } from '../access/permission.js'
import type { Principal } from '../access/principal.js'
import { createPrincipal } from '../access/create-principal.js'
import { DEFAULT_ROLES, type RoleTable } from '../access/role.js'
import { authenticate } from './authenticate.js'
import type { AuthRequest } from './auth-provider.js'
import { MastraJwtAuth, type MastraJwtAuthOptions, type NamedIssuerOptions } from './jwt-auth.js'
import { readTokenForm } from './token-form.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const KEYS = 'https://customers.example/keys'
const LIFE = { iat: NOW - 10, exp: NOW + 10 }

const [staffKey, partnerKey, customerKey] = [createRsaSigner(), createRsaSigner(), createEcSigner()]

/** Three issuers: two with RSA keys of the same `kid`, and one with a secret. */
const staff: NamedIssuerOptions = {
  issuer: 'staff',
  audience: 'api',
  jwks: { keys: [staffKey.jwk] },
  roles: { editor: ['agents:*', 'tools:read'], admin: ['*'] },
}
const partner: NamedIssuerOptions = {
  issuer: ['partner', 'partner-eu'],
  audience: 'partner-api',
  publicKey: partnerKey.jwk,
  algorithms: ['RS256'],
  roles: { editor: ['agents:read'], guest: ['agents:read', 'audit:read'] },
  grants: ['agents:read', 'tools:*:get-weather'],
  defaultRole: 'guest',
}
const local: NamedIssuerOptions = { issuer: 'local-issuer', secret: SECRET }

const create = (issuers: readonly NamedIssuerOptions[], more: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ issuers, now: () => NOW * 1000, ...more })

/** Options that no type has checked. */
const untyped = (options: object): MastraJwtAuthOptions => Object(options)

const misconfigured = (code: string) =>
  expect.objectContaining({ name: 'ConfigurationError', code })
const refused = (code: string) => ({ name: 'TokenError', code })

const staffToken = (claims: object = {}, header: object = {}) =>
  signAs(staffKey, { iss: 'staff', aud: 'api', sub: 'alice', ...LIFE, ...claims }, header)
const partnerToken = (claims: object = {}) =>
  signAs(partnerKey, { iss: 'partner', aud: 'partner-api', sub: 'bob', ...LIFE, ...claims })
const localToken = (claims: object = {}) =>
  craftToken(
    hmacSigner(SECRET),
    '{"alg":"HS256"}',
    JSON.stringify({ iss: 'local-issuer', sub: 'carol', ...LIFE, ...claims }),
  )

const request: AuthRequest = {
  raw: new Request('http://localhost/'),
  headers: new Headers(),
  header: () => undefined,
}

const provider = create([staff, partner, local])

/** The principal of a token, by the server's role table. */
const principalOf = (token: string, roles: RoleTable = DEFAULT_ROLES): Promise<Principal> =>
  authenticate(provider, token, request, roles)

function allowed({ permissions }: Principal, ...asked: readonly Permission[]): boolean[] {
  return asked.map((permission) => permissions.allows(permission))
}

beforeEach(() => {
  vi.stubEnv('MASTRA_JWT_SECRET', undefined)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('several issuers: keys, audience and algorithms of each (RFC 8725 section 3.8)', () => {
  it('takes a token of each that is signed with its key and for its audience', async () => {
    const tokens = [staffToken(), partnerToken(), partnerToken({ iss: 'partner-eu' }), localToken()]
    const subjects = await Promise.all(
      tokens.map(async (token) => (await provider.authenticateToken(token)).sub),
    )
    expect(subjects).toStrictEqual(['alice', 'bob', 'bob', 'carol'])
  })

  it.each([
    [
      'with the name of another issuer',
      staffToken({ iss: 'partner', aud: 'partner-api' }),
      'token_signature',
    ],
    [
      'that names the other issuer in its header',
      staffToken({ iss: 'partner', aud: 'partner-api' }, { iss: 'staff' }),
      'token_signature',
    ],
    [
      'of the secret with the name of another',
      localToken({ iss: 'staff', aud: 'api' }),
      'token_key_unknown',
    ],
    [
      'with the name of the issuer of the secret',
      staffToken({ iss: 'local-issuer' }),
      'token_algorithm',
    ],
    ['for the audience of another', staffToken({ aud: 'partner-api' }), 'token_audience'],
    ['without an audience', staffToken({ aud: undefined }), 'token_audience'],
    [
      'with an algorithm of another',
      signAs(customerKey, { iss: 'partner' }, { kid: 'RS256' }),
      'token_algorithm',
    ],
    ['of an issuer that is none of them', staffToken({ iss: 'Staff' }), 'token_issuer'],
    ['of no issuer', staffToken({ iss: undefined }), 'token_issuer'],
    ['whose issuer is a list', staffToken({ iss: ['staff'] }), 'token_issuer'],
    ['whose issuer is a name of every object', staffToken({ iss: 'constructor' }), 'token_issuer'],
    ['without a subject', staffToken({ sub: undefined }), 'token_claim'],
    ['without an expiry', staffToken({ exp: undefined }), 'token_claim'],
    ['that has expired', partnerToken({ exp: NOW }), 'token_expired'],
  ])('refuses a token %s', async (_case, token, code) => {
    await expect(provider.authenticateToken(token)).rejects.toMatchObject(refused(code))
  })

  it('has rules of its own for each: type, age, tolerance and required claims', async () => {
    const strict: NamedIssuerOptions = {
      ...staff,
      typ: 'at+jwt',
      maxTokenAgeSeconds: 9,
      requiredClaims: ['jti'],
    }
    const lenient = { ...partner, clockToleranceSeconds: 5 }
    const both = create([strict, lenient])
    const good = staffToken({ jti: '1', iat: NOW - 9 }, { typ: 'at+jwt' })
    await expect(both.authenticateToken(good)).resolves.toHaveProperty('sub', 'alice')
    const twins = [
      [staffToken({ jti: '1', iat: NOW - 9 }), 'token_type'],
      [staffToken({ jti: '1' }, { typ: 'at+jwt' }), 'token_expired'],
      [staffToken({ iat: NOW - 9 }, { typ: 'at+jwt' }), 'token_claim'],
      [staffToken({ jti: '1', iat: NOW - 9, exp: NOW - 4 }, { typ: 'at+jwt' }), 'token_expired'],
    ] as const
    for (const [token, code] of twins) {
      await expect(both.authenticateToken(token)).rejects.toMatchObject(refused(code))
    }
    await expect(both.authenticateToken(partnerToken({ exp: NOW - 4 }))).resolves.toBeDefined()
  })

  it('asks only the issuer of the token for keys', async () => {
    const { fetch, asked } = createDocumentFetch({ [KEYS]: { keys: [customerKey.jwk] } })
    const customers = { issuer: 'customers', audience: 'api', jwksUri: KEYS }
    const both = create([staff, customers], { fetch })
    await both.authenticateToken(staffToken())
    await expect(both.authenticateToken(staffToken({ iss: 'x' }))).rejects.toMatchObject(
      refused('token_issuer'),
    )
    expect(asked).toStrictEqual([])
    const claims = { iss: 'customers', aud: 'api', sub: 'dave', ...LIFE }
    const token = signAs(customerKey, claims)
    await expect(both.authenticateToken(token)).resolves.toStrictEqual(claims)
    expect(asked).toStrictEqual([KEYS])
  })
})

describe('several issuers: what is refused at construction', () => {
  const beside = {
    secret: SECRET,
    publicKey: staffKey.pem,
    jwks: { keys: [staffKey.jwk] },
    jwksUri: KEYS,
    issuer: 'staff',
    audience: 'api',
    algorithms: ['RS256'],
    typ: 'JWT',
    profile: 'at+jwt',
    requiredClaims: ['jti'],
    maxTokenAgeSeconds: 60,
    clockToleranceSeconds: 5,
    defaultRole: 'member',
    roles: {},
    grants: ['*'],
  }

  it.each(Object.keys(beside))('the option %s beside issuers, with and without a value', (name) => {
    for (const value of [Reflect.get(beside, name), undefined]) {
      const options = untyped({ issuers: [staff], [name]: value })
      expect(() => new MastraJwtAuth(options)).toThrow(misconfigured('option_invalid'))
    }
  })

  it.each<[string, unknown, string]>([
    ['no issuer', [], 'option_invalid'],
    ['undefined', undefined, 'option_invalid'],
    ['two issuers of one name', [staff, { ...partner, issuer: ['eu', 'staff'] }], 'option_invalid'],
    ['an issuer without a name', [{ ...staff, issuer: false }], 'option_invalid'],
    ['an issuer with an empty list of names', [{ ...partner, issuer: [] }], 'option_invalid'],
    ['an issuer without an audience', [{ ...staff, audience: undefined }], 'option_invalid'],
    ['an issuer with keys of two kinds', [{ ...staff, secret: SECRET }], 'option_invalid'],
    ['an issuer with a weak secret', [{ ...local, secret: 'short' }], 'secret_too_short'],
    ['an issuer whose secret has no value', [{ ...local, secret: undefined }], 'secret_missing'],
    ['an issuer with a grant that is none', [{ ...staff, grants: ['fly'] }], 'option_invalid'],
    ['an issuer with no keys and no address', [{ issuer: 'a', audience: 'b' }], 'option_invalid'],
  ])('%s', (_case, issuers, code) => {
    expect(() => new MastraJwtAuth(untyped({ issuers }))).toThrow(misconfigured(code))
  })

  it.each<[unknown]>([[null], ['staff'], [{}], [[null]], [['staff']]])(
    '%j, which no type allows',
    (issuers) => {
      const options = untyped({ issuers })
      expect(() => new MastraJwtAuth(options)).toThrow(misconfigured('option_invalid'))
    },
  )

  it('needs no secret, and takes none from the environment', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
    await expect(create([staff]).authenticateToken(localToken())).rejects.toMatchObject(
      refused('token_issuer'),
    )
    await expect(create([staff]).authenticateToken(staffToken())).resolves.toBeDefined()
  })
})

describe('several issuers: what each may grant', () => {
  it('a role name means what its own issuer says, and nothing to another', async () => {
    const editor = await principalOf(staffToken({ roles: ['editor'] }))
    expect(editor.roles).toStrictEqual(['editor'])
    expect(allowed(editor, 'agents:write:a', 'tools:read', 'tools:execute')).toStrictEqual([
      true,
      true,
      false,
    ])
    const namesake = await principalOf(partnerToken({ roles: ['editor', 'admin'] }))
    expect(namesake).toMatchObject({ roles: ['editor'], ignoredGrants: ['admin'] })
    expect(allowed(namesake, 'agents:read:a', 'agents:write:a', 'system:write')).toStrictEqual([
      true,
      false,
      false,
    ])
  })

  it("the server's role table means nothing to an issuer with its own", async () => {
    const server = { ...DEFAULT_ROLES, chief: ['*'] }
    for (const role of ['owner', 'member', 'chief']) {
      const principal = await principalOf(partnerToken({ role }), server)
      expect(principal).toMatchObject({ roles: [], ignoredGrants: [role] })
      expect(principal.permissions.granted).toStrictEqual([])
    }
    const carol = await principalOf(localToken({ role: 'chief' }), server)
    expect(allowed(carol, 'system:write')).toStrictEqual([true])
  })

  it("the server's role table means nothing to an issuer of public keys, also without its own", async () => {
    const { roles: _, ...without } = staff
    for (const foreign of [create([without, local]), create([without])]) {
      const token = staffToken({ role: 'owner', scope: 'agents:read' })
      const alice = await authenticate(foreign, token, request, DEFAULT_ROLES)
      expect(alice).toMatchObject({ roles: [], ignoredGrants: ['owner'] })
      expect(allowed(alice, 'agents:read', 'system:write')).toStrictEqual([true, false])
    }
  })

  it('grants are the most that a token gets, whatever its claims or roles say', async () => {
    const claims = { scope: '*', permissions: ['tools:write'], role: 'guest' }
    const bob = await principalOf(partnerToken(claims))
    expect(
      allowed(bob, 'agents:read', 'tools:execute:get-weather', 'tools:write:get-weather'),
    ).toStrictEqual([true, true, true])
    expect(
      allowed(
        bob,
        'agents:execute',
        'tools:write',
        'audit:read',
        'memory:read',
        'tools:read:vault',
      ),
    ).toStrictEqual([false, false, false, false, false])
    const alice = await principalOf(staffToken({ scope: '*' }))
    expect(allowed(alice, 'audit:read', 'tools:write')).toStrictEqual([true, true])
  })

  it('grants nothing where the cap is an empty list', async () => {
    const mute = create([{ ...staff, grants: [] }])
    const alice = await authenticate(mute, staffToken({ scope: '*' }), request, DEFAULT_ROLES)
    expect(alice.permissions.granted).toStrictEqual([])
  })

  it('the default role is that of the issuer: none for public keys, member for a secret', async () => {
    expect(provider.defaultRole).toBeUndefined()
    const [alice, bob, carol] = await Promise.all(
      [staffToken(), partnerToken(), localToken()].map((token) => principalOf(token)),
    )
    expect(alice).toMatchObject({ roles: [], permissions: { granted: [] } })
    expect(bob).toMatchObject({ roles: ['guest'], permissions: { granted: ['agents:read:*'] } })
    expect(carol).toMatchObject({ roles: ['member'] })
    const none = create([{ ...local, defaultRole: null }])
    const nobody = await authenticate(none, localToken(), request, DEFAULT_ROLES)
    expect(nobody).toMatchObject({ roles: [], permissions: { granted: [] } })
  })

  it('the default role does not count where a claim names a role or a scope of ours, known or not', async () => {
    const typo = 'agents:exceute'
    for (const claims of [{ role: 'x' }, { scope: '' }, { roles: [] }, { permissions: typo }]) {
      const bob = await principalOf(partnerToken(claims))
      expect(bob.permissions.granted).toStrictEqual([])
    }
  })

  it('the default role counts beside scopes that are not meant for this server', async () => {
    const bob = await principalOf(partnerToken({ scope: 'openid profile email' }))
    expect(bob).toMatchObject({ roles: ['guest'], foreignScopes: ['openid', 'profile', 'email'] })
    expect(bob.permissions.granted).toStrictEqual(['agents:read:*'])
  })

  it('holds for createPrincipal by what the provider says of verified claims', async () => {
    const claims = await provider.authenticateToken(partnerToken({ scope: '*' }))
    const { roles = {}, grants } = provider.accessOf(claims)
    expect(roles).toStrictEqual(partner.roles)
    const bob = createPrincipal(claims, { roles, grants })
    expect(allowed(bob, 'agents:read', 'audit:read')).toStrictEqual([true, false])
  })

  it('one that was cached keeps its issuer', async () => {
    const token = partnerToken({ scope: '*' })
    for (const principal of [await principalOf(token), await principalOf(token)]) {
      expect(allowed(principal, 'agents:read', 'audit:read')).toStrictEqual([true, false])
    }
  })

  it('claims that a subclass has copied are not free of the cap', async () => {
    class Copying extends MastraJwtAuth {
      override async authenticateToken(token: string) {
        return { ...(await super.authenticateToken(token)), tenant: 'acme' }
      }
    }
    const copying = new Copying({ issuers: [staff, partner], now: () => NOW * 1000 })
    const token = partnerToken({ scope: '*', role: 'owner' })
    const bob = await authenticate(copying, token, request, DEFAULT_ROLES)
    expect(allowed(bob, 'audit:read', 'system:write')).toStrictEqual([false, false])
  })
})

describe('accepts: whether a token is this provider’s, by its form alone', () => {
  const one = (options: MastraJwtAuthOptions) => new MastraJwtAuth(options)
  const opaque = 'opaque-token-of-somebody-else-0123456789'

  it.each([
    [
      'several issuers',
      provider,
      [staffToken(), partnerToken({ iss: 'partner-eu' })],
      [staffToken({ iss: 'x' }), staffToken({ iss: undefined }), opaque],
    ],
    [
      'one issuer',
      one({ issuer: 'staff', audience: 'api', publicKey: staffKey.pem }),
      [staffToken()],
      [partnerToken(), localToken(), opaque],
    ],
    [
      'a secret of any issuer',
      one({ secret: SECRET }),
      [localToken(), localToken({ iss: 'x' })],
      [staffToken(), opaque],
    ],
    [
      'public keys of any issuer',
      one({ publicKey: staffKey.pem, audience: false }),
      [staffToken(), partnerToken()],
      [localToken(), opaque],
    ],
  ])('%s', (_kind, asked, accepted, others) => {
    for (const token of accepted) expect(asked.accepts(readTokenForm(token))).toBe(true)
    for (const token of others) expect(asked.accepts(readTokenForm(token))).toBe(false)
  })
})
