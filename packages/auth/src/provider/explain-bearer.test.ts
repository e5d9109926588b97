import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { AuthError } from '../error.js'
import { signToken } from '../jwt/sign.js'
import { secretKeys } from '../keys/secret.js'
import { CompositeAuth } from './composite-auth.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { explainBearer, explainByProvider } from './explain-bearer.js'
import { MastraJwtAuth } from './jwt-auth.js'
import { SimpleAuth } from './simple-auth.js'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example'
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const ROBOT = 'an-opaque-token-of-the-tests-0123456789'
const OLD_ROBOT = 'another-opaque-token-of-the-tests-0123456789'

const now = () => NOW * 1000
const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

const { signingKey } = secretKeys(SECRET)
const tokenOf = (claims: object = {}) =>
  signToken({ iss: ISSUER, sub: 'alice', exp: NOW + 60, ...claims }, signingKey, { now })

const jwt = new MastraJwtAuth({ secret: SECRET, issuer: ISSUER, name: 'staff', now })
const simple = new SimpleAuth({
  now,
  tokens: {
    [ROBOT]: { sub: 'robot', scope: 'agents:execute' },
    [OLD_ROBOT]: { user: { sub: 'old' }, expiresAt: NOW },
  },
})

const explain = (provider: AuthProvider, token: string) =>
  explainBearer(provider, token, { request, roles: DEFAULT_ROLES })

const namesOf = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name)

describe('explainBearer: of one provider', () => {
  it('tells every step of MastraJwtAuth, then whether the user is let in, and what with', async () => {
    const { accepted, by, steps, principal } = await explain(jwt, tokenOf({ role: 'viewer' }))
    expect({ accepted, by }).toStrictEqual({ accepted: true, by: 'staff' })
    const own = await jwt.explainToken(tokenOf())
    expect(namesOf(steps)).toStrictEqual([...namesOf(own.steps), 'user'])
    expect(new Set(steps.map(({ result }) => result))).toStrictEqual(new Set(['pass']))
    expect(principal).toMatchObject({ subject: 'alice', issuer: ISSUER, roles: ['viewer'] })
  })

  it('goes no further than a refusal, and then names nobody', async () => {
    const refused = await explain(jwt, tokenOf({ exp: NOW }))
    expect(refused).toMatchObject({ accepted: false, code: 'token_expired', by: 'staff' })
    expect(namesOf(refused.steps)).not.toContain('user')
    expect(refused.principal).toBeUndefined()
  })

  it('refuses a user that the application does not let in, as authenticate does', async () => {
    const shut = new MastraJwtAuth({ secret: SECRET, now, authorizeUser: () => false })
    const refused = await explain(shut, tokenOf())
    expect(refused).toMatchObject({ accepted: false, code: 'access_denied' })
    expect(refused.steps.at(-1)).toStrictEqual({ name: 'user', result: 'fail' })
    expect(refused.principal).toBeUndefined()
  })

  it.each([
    [ROBOT, true, undefined, ['pass', 'pass', 'pass', 'pass']],
    [OLD_ROBOT, false, 'token_expired', ['pass', 'pass', 'fail']],
    [`${ROBOT}x`, false, 'token_key_unknown', ['pass', 'pass', 'fail']],
    ['blanks in it', false, 'token_malformed', ['pass', 'fail', 'not reached']],
    ['', false, 'token_malformed', ['pass', 'fail', 'not reached']],
    ['x'.repeat(70_000), false, 'token_too_large', ['fail', 'not reached', 'not reached']],
  ])('tells of one that does not explain itself what it answers: %#', async (...row) => {
    const [token, accepted, code, results] = row
    const told = await explain(simple, token)
    expect({ ...told, results: told.steps.map(({ result }) => result) }).toMatchObject({
      accepted,
      by: 'simple',
      results,
    })
    expect(told.code).toBe(code)
    expect(told.remedy === undefined).toBe(accepted)
    expect(JSON.stringify(told)).not.toContain(token === '' ? '\u0000' : token)
  })

  it('asks no provider what no request could carry', async () => {
    let asked = 0
    const authenticateToken = () => {
      asked++
      return { sub: 'a' }
    }
    for (const token of ['', 'a b', 'ü', 'a\nb', 'a,b', 'x'.repeat(65_537)]) {
      expect(await explainByProvider({ authenticateToken }, token, request)).toMatchObject({
        accepted: false,
        by: 'unnamed',
      })
    }
    expect(asked).toBe(0)
  })

  it('tells of a provider that knows no user, and of one that says why', async () => {
    const nobody = { authenticateToken: () => null }
    expect(await explain(nobody, 'x')).toMatchObject({ code: 'token_key_unknown' })
    const denies = {
      authenticateToken() {
        throw new AuthError('keys_unavailable', 'The directory does not answer.')
      },
    }
    expect(await explain(denies, 'x')).toMatchObject({
      accepted: false,
      code: 'keys_unavailable',
      reason: 'The directory does not answer.',
    })
  })

  it('passes on an error that is no refusal', async () => {
    const cause = new TypeError('a fault')
    const broken = { authenticateToken: () => Promise.reject(cause) }
    await expect(explain(broken, 'x')).rejects.toBe(cause)
  })

  it('takes the explanation of a provider that has one', async () => {
    const steps = [{ name: 'directory', result: 'fail' as const }]
    const provider: AuthProvider = {
      name: 'directory',
      authenticateToken: () => null,
      explainToken: () => ({ accepted: false, steps, code: 'token_revoked', reason: 'Left.' }),
    }
    expect(await explain(provider, 'x')).toStrictEqual({
      accepted: false,
      by: 'directory',
      code: 'token_revoked',
      reason: 'Left.',
      steps,
    })
  })
})

describe('explainBearer: of several providers', () => {
  const composite = new CompositeAuth([jwt, simple])

  it('names the one that a token is for, and tells what that one says', async () => {
    const staff = await explain(composite, tokenOf())
    const own = namesOf((await jwt.explainToken(tokenOf())).steps)
    expect(staff).toMatchObject({ accepted: true, by: 'staff', principal: { subject: 'alice' } })
    expect(namesOf(staff.steps)).toStrictEqual(['size', 'choice of the provider', ...own, 'user'])
    const robot = await explain(composite, ROBOT)
    expect(robot).toMatchObject({ accepted: true, by: 'simple', principal: { subject: 'robot' } })
  })

  it('refuses what the one refuses, and never asks the next', async () => {
    expect(await explain(composite, tokenOf({ exp: NOW }))).toMatchObject({
      accepted: false,
      by: 'staff',
      code: 'token_expired',
    })
    expect(await explain(composite, `${ROBOT}x`)).toMatchObject({
      accepted: false,
      by: 'simple',
      code: 'token_key_unknown',
    })
  })

  it('says that a token is for none of them, or for two', async () => {
    const stranger = await explain(composite, tokenOf({ iss: 'https://other.example' }))
    expect(stranger).toMatchObject({
      accepted: false,
      code: 'token_issuer',
      steps: [
        { name: 'size', result: 'pass' },
        { name: 'choice of the provider', result: 'fail' },
      ],
    })
    const accepts = () => true
    const twin = { name: 'twin', accepts, authenticateToken: () => ({ sub: 'a' }) }
    const ambiguous = await explain(new CompositeAuth([jwt, twin]), tokenOf())
    expect(ambiguous).toMatchObject({ accepted: false, code: 'token_issuer' })
    expect(ambiguous.reason).toMatch(/staff, twin/)
  })

  it('reads nothing that is larger than any token', async () => {
    expect(await explain(composite, 'x'.repeat(65_537))).toMatchObject({
      code: 'token_too_large',
      steps: [{ result: 'fail' }, { result: 'not reached' }],
    })
  })

  it('names one without a name by its place, and one of another CompositeAuth itself', async () => {
    const unnamed = { authenticateToken: () => null }
    expect((await explain(new CompositeAuth([unnamed]), 'x')).by).toBe('provider 1')
    const nested = new CompositeAuth([new CompositeAuth([jwt]), simple])
    expect(await explain(nested, tokenOf())).toMatchObject({ accepted: true, by: 'staff' })
  })
})

describe('explainBearer: what deserves a look', () => {
  const roles = { engineer: ['agents:execute'] }
  const keycloak = {
    aud: 'account',
    azp: 'web',
    realm_access: { roles: ['default-roles-acme', 'engineer'] },
  }
  const line = "Add claims: { roles: ['realm_access', 'roles'] }"
  const of = (options: object = {}) =>
    new MastraJwtAuth({
      secret: SECRET,
      issuer: ISSUER,
      roles,
      defaultRole: null,
      now,
      ...options,
    })

  it('names roles that are not read, and names them no more once they are', async () => {
    const told = await explain(of(), tokenOf(keycloak))
    expect(told.accepted).toBe(true)
    expect(told.warnings?.[0]?.cause).toContain('roles at realm_access.roles')
    expect(told.warnings?.[0]?.remedy).toContain(line)
    const read = await explain(
      of({ claims: { roles: ['realm_access', 'roles'] } }),
      tokenOf(keycloak),
    )
    expect(JSON.stringify(read.warnings)).not.toContain('does not read')
    expect(read.principal?.permissions.granted).toStrictEqual(['agents:execute'])
  })

  it('names them of a token that is refused for a claim, and who it was issued to', async () => {
    const strict = of({ audience: 'my-agents' })
    const told = await explain(strict, tokenOf(keycloak))
    expect(told).toMatchObject({ accepted: false, code: 'token_audience' })
    expect(told.reason).toContain('It was issued to the client "web".')
    expect(told.warnings?.[0]?.remedy).toContain(line)
    const forClients = await explain(of({ clients: ['my-agents'] }), tokenOf(keycloak))
    expect(forClients.reason).toMatch(/"web"; this server expects "my-agents" \(set in clients\)/)
    expect(forClients.warnings?.[0]?.remedy).toContain(line)
    const several = new CompositeAuth([strict, simple])
    expect((await explain(several, tokenOf(keycloak))).warnings?.[0]?.remedy).toContain(line)
  })

  it('tells nothing of the claims of a token whose signature is not good', async () => {
    const [header, payload] = tokenOf(keycloak).split('.')
    const told = await explain(of(), `${header}.${payload}.${'A'.repeat(43)}`)
    expect(told).toMatchObject({ accepted: false, code: 'token_signature' })
    expect(told.warnings).toBeUndefined()
  })

  it('calls a role at a mapped place a role, and not a permission', async () => {
    const told = await explain(
      of({ claims: { roles: ['realm_access', 'roles'] } }),
      tokenOf(keycloak),
    )
    const [unknown] = told.warnings ?? []
    expect(unknown?.cause).toMatch(/no role "default-roles-acme".* It grants nothing\.$/)
    expect(unknown?.remedy).toMatch(/option roles of its issuer/)
    expect(JSON.stringify(told.warnings)).not.toContain('is not a permission')
  })

  it('says nothing of the roles that an issuer gives beside a known one, but of a misspelt one', async () => {
    const claims = { roles: ['realm_access', 'roles'] }
    const told = async (ignoring: MastraJwtAuth, names: readonly string[]) => {
      const said = await explain(ignoring, tokenOf({ realm_access: { roles: names } }))
      return said.warnings?.map(({ found }) => found)
    }
    const ignoring = of({ claims, unknownRoles: 'ignore' })
    expect(await told(ignoring, ['default-roles-acme', 'engineer'])).toBeUndefined()
    expect(await told(ignoring, ['enginer', 'engineer'])).toStrictEqual(['"enginer"'])
    expect(await told(ignoring, ['default-roles-acme'])).toStrictEqual(['"default-roles-acme"'])
    expect(await told(of({ claims }), ['default-roles-acme', 'engineer'])).toStrictEqual([
      '"default-roles-acme"',
    ])
  })

  it('names a default role that is not there, which the token does not name', async () => {
    const unset = new MastraJwtAuth({ secret: SECRET, issuer: ISSUER, roles, now })
    const told = await explain(unset, tokenOf())
    expect(told.warnings?.[0]?.cause).toMatch(/^The default role "member" is not one of the roles/)
    expect((await explain(jwt, tokenOf())).warnings).toBeUndefined()
  })

  it('names all foreign scopes at once, and that scopeMap could map them', async () => {
    const token = tokenOf({ scope: 'openid weather.read' })
    const told = await explain(of(), token)
    expect(told.warnings).toHaveLength(2)
    expect(told.warnings?.[0]?.cause).toMatch(
      /^The scopes "openid" and "weather\.read" are foreign/,
    )
    expect(told.warnings?.[1]?.cause).toMatch(/^The token grants nothing/)
    expect(told.warnings?.[0]?.remedy).toContain('scopeMap: { "weather.read": ["agents:read"] }')
    const mapped = await explain(of({ scopeMap: { 'weather.read': ['agents:read'] } }), token)
    expect(mapped.warnings).toHaveLength(1)
    expect(mapped.warnings?.[0]?.cause).toMatch(/^The scope "openid" is foreign/)
    expect(mapped.principal?.permissions.granted).toStrictEqual(['agents:read'])
  })

  it('asks of a scope that is misspelt what was meant, and says whether the default role counts', async () => {
    const [own] = (await explain(of(), tokenOf({ scope: 'agents:raed' }))).warnings ?? []
    expect(own?.cause).toMatch(
      /is not a permission\. Did you mean agents:read\? It grants nothing\.$/,
    )
    expect(own?.remedy).not.toContain('scopeMap')
    const [other] = (await explain(of(), tokenOf({ scope: 'agents:run' }))).warnings ?? []
    expect(other?.cause).not.toContain('*')
    const [star] = (await explain(of(), tokenOf({ scope: 'agent:*' }))).warnings ?? []
    expect(star?.cause).toContain('Did you mean agents:*?')
    const [foreign] = (await explain(of(), tokenOf({ scope: 'agent:reed' }))).warnings ?? []
    expect(foreign?.remedy).toContain('or map the scope with scopeMap')
    expect(foreign?.cause).toMatch(
      /Did you mean agents:read\?.*does not cancel the default role\.$/,
    )
  })
})
