import { describe, expect, it, vi } from 'vitest'
import { createRsaSigner, signAs } from '@signet/test-support/token/signers'
import { ApiKeyAuth } from '../api-key/api-key-auth.js'
import { rememberMaker } from '../api-key/maker.js'
import { apiKeyDigest, createApiKey } from '../api-key/make.js'
import { DEFAULT_ROLES } from '../access/role.js'
import { createVerifier } from '../jwt/verify.js'
import { secretKeys } from '../keys/secret.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { admitUser, authenticate } from './authenticate.js'
import type { AuthRequest } from './auth-provider.js'
import { CompositeAuth } from './composite-auth.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { subjectOfUser } from './subject.js'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example'
const key = createRsaSigner()
const now = () => NOW * 1000

const request: AuthRequest = {
  raw: new Request('http://localhost/'),
  headers: new Headers(),
  header: () => undefined,
}

const create = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ publicKey: key.jwk, issuer: ISSUER, audience: 'api', now, ...options })

const token = (claims: object = {}) =>
  signAs(key, { iss: ISSUER, aud: 'api', sub: 'pairwise', iat: NOW, exp: NOW + 60, ...claims })

const principalOf = (options: MastraJwtAuthOptions, claims: object) =>
  authenticate(create(options), token(claims), request, DEFAULT_ROLES)

const refused = (claim: string) => ({ name: 'TokenError', code: 'token_claim', claim })

describe('MastraJwtAuth: clients', () => {
  const clients = ['web', 'cli']

  it('takes tokens that one of them asked for, and no audience is needed beside them', async () => {
    const auth = new MastraJwtAuth({ publicKey: key.jwk, issuer: ISSUER, clients, now })
    for (const claims of [{ azp: 'web' }, { client_id: 'cli' }, { azp: 'web', client_id: 'x' }]) {
      const any = token({ ...claims, aud: undefined })
      await expect(auth.authenticateToken(any)).resolves.toMatchObject({ sub: 'pairwise' })
    }
    expect(auth.describe().issuers[0]).toMatchObject({ audience: undefined, clients })
  })

  it.each([
    {},
    { azp: 'evil' },
    { azp: 'Web' },
    { azp: 'web ' },
    { azp: ['web'] },
    { azp: null, client_id: 'web' },
    { azp: 'evil', client_id: 'web' },
    { client_id: { web: true } },
    { cid: 'web' },
  ])('refuses a token of another: %j', async (claims) => {
    const auth = create({ clients })
    await expect(auth.authenticateToken(token(claims))).rejects.toMatchObject(
      refused('azp or client_id'),
    )
  })

  it('is compared with the client where the issuer says it', async () => {
    const auth = create({ clients, claims: { client: 'cid' } })
    const good = token({ cid: 'web', azp: 'evil' })
    await expect(auth.authenticateToken(good)).resolves.toHaveProperty('cid', 'web')
    await expect(auth.authenticateToken(token({ azp: 'web' }))).rejects.toMatchObject(
      refused('cid'),
    )
  })

  it('does not stand in for an audience that is written', async () => {
    const other = token({ aud: 'other', azp: 'web' })
    await expect(create({ clients }).authenticateToken(other)).rejects.toMatchObject({
      code: 'token_audience',
    })
  })

  it('or an audience is asked for with public keys', () => {
    const options = { publicKey: key.jwk, issuer: ISSUER }
    expect(() => new MastraJwtAuth(options)).toThrow(
      /option audience is missing.*clients.*audience: false/,
    )
    expect(() => new MastraJwtAuth({ ...options, audience: false })).not.toThrow()
  })
})

describe('MastraJwtAuth: requiredValues', () => {
  const auth = create({ requiredValues: { token_use: 'access', is_anonymous: [false], v: [1, 2] } })
  const good = { token_use: 'access', is_anonymous: false, v: 2 }

  it('takes a token that has one of the values of each claim', async () => {
    await expect(auth.authenticateToken(token(good))).resolves.toMatchObject(good)
  })

  it.each([
    {},
    { ...good, token_use: 'id' },
    { ...good, token_use: 'Access' },
    { ...good, token_use: ['access'] },
    { ...good, is_anonymous: 'false' },
    { ...good, is_anonymous: 0 },
    { ...good, is_anonymous: null },
    { ...good, v: '2' },
    { token_use: 'access', v: 1 },
  ])('refuses any other: %j', async (claims) => {
    await expect(auth.authenticateToken(token(claims))).rejects.toMatchObject({
      code: 'token_claim',
    })
  })

  it('looks at own members only', async () => {
    const proto = create({ requiredValues: { ['__proto__']: 'x', constructor: 'y' } })
    await expect(proto.authenticateToken(token())).rejects.toMatchObject({ code: 'token_claim' })
  })
})

describe('MastraJwtAuth: requiredValues at places', () => {
  const auth = create({
    requiredValues: [
      { claim: ['firebase', 'tenant'], values: ['t1', 't2'] },
      { claim: 'sts', values: 'active', optional: true },
    ],
  })
  const good = { firebase: { tenant: 't1' } }

  it.each([good, { firebase: { tenant: 't2' }, sts: 'active' }])(
    'takes a token that has what is required: %j',
    async (claims) => {
      await expect(auth.authenticateToken(token(claims))).resolves.toMatchObject(claims)
    },
  )

  it.each([
    {},
    { firebase: {} },
    { firebase: { tenant: 't3' } },
    { firebase: { tenant: 'T1' } },
    { firebase: { tenant: ['t1'] } },
    { firebase: { tenant: null } },
    { firebase: [{ tenant: 't1' }] },
    { firebase: 't1' },
    { 'firebase.tenant': 't1' },
    { tenant: 't1' },
    { ...good, sts: 'pending' },
    { ...good, sts: '' },
    { ...good, sts: null },
    { ...good, sts: ['active'] },
    { ...good, sts: { active: true } },
  ])('refuses any other: %j', async (claims) => {
    await expect(auth.authenticateToken(token(claims))).rejects.toMatchObject({
      code: 'token_claim',
    })
  })

  it('says what is there and what is expected', async () => {
    const reasonOf = async (claims: object) => (await auth.explainToken(token(claims))).reason
    expect(await reasonOf({ firebase: { tenant: 't3' } })).toBe(
      'firebase.tenant is "t3"; this server expects "t1" or "t2" (set in requiredValues).',
    )
    expect(await reasonOf({ firebase: 't1' })).toMatch(/^firebase\.tenant is missing; /)
    expect(await reasonOf({ ...good, sts: 'pending' })).toMatch(/^sts is "pending"; /)
  })

  it('are refused at construction where they are not what they must be, also of a policy', () => {
    for (const entry of [{ claim: 'a' }, { claim: ['a', '*'], values: 'x' }]) {
      const requiredValues = Object([entry])
      const refusal = expect.objectContaining({ code: 'option_invalid' })
      expect(() => create({ requiredValues })).toThrow(refusal)
      const policy = { keys: secretKeys('correct horse battery staple, twice'), requiredValues }
      expect(() => createVerifier(policy)).toThrow(refusal)
    }
  })
})

describe('MastraJwtAuth: actors (RFC 8693 section 4.1)', () => {
  const act = { sub: 'helper', act: { sub: 'planner' } }

  it('takes a token with any actor by default, and shows them nearest first', async () => {
    for (const options of [{}, { actors: 'any' }] as const) {
      const { actor, actors } = await principalOf(options, { act })
      expect([actor, actors]).toStrictEqual(['helper', ['helper', 'planner']])
    }
  })

  it('takes those of the list by who acts now', async () => {
    const listed = { actors: ['helper'] }
    await expect(principalOf(listed, { act })).resolves.toHaveProperty('actor', 'helper')
    await expect(principalOf(listed, {})).resolves.toHaveProperty('actor', undefined)
  })

  it.each<[string, MastraJwtAuthOptions['actors'], unknown]>([
    ['of another name', ['helper'], { sub: 'mallory' }],
    [
      'of another name, before one of the list',
      ['helper'],
      { sub: 'mallory', act: { sub: 'helper' } },
    ],
    ['of no name', ['helper'], {}],
    ['of no name, before one of the list', ['helper'], { act: { sub: 'helper' } }],
    ['that is a text', ['helper'], 'helper'],
    ['where nobody may act', false, act],
    ['of no name, where nobody may act', false, {}],
    ['that is a list, where nobody may act', false, []],
  ])('refuses an actor %s', async (_case, actors, claim) => {
    await expect(principalOf({ actors }, { act: claim })).rejects.toMatchObject(refused('act'))
  })

  it('finds actors where the issuer says it', async () => {
    const claims = { actor: 'xms_act_fct' }
    const { actors } = await principalOf({ claims }, { xms_act_fct: '11', act: { sub: 'no' } })
    expect(actors).toStrictEqual(['11'])
    const none = principalOf({ claims, actors: false }, { xms_act_fct: '11' })
    await expect(none).rejects.toMatchObject(refused('xms_act_fct'))
  })

  it('refuses a token with more of them than are read', async () => {
    const chain = Array.from({ length: 17 }, (_, index) => `a${index}`).reduce<object>(
      (inner, sub) => ({ sub, act: inner }),
      { sub: 'first' },
    )
    await expect(principalOf({}, { act: chain })).rejects.toMatchObject(refused('act'))
  })
})

describe('MastraJwtAuth: one subject for all', () => {
  const claims = { subject: 'oid', session: ['session', 'id'] } as const
  const alice = { oid: 'alice', session: { id: 's1' }, sid: 'other' }

  it('owns, is authorized, is shown and is named where the issuer says it', async () => {
    const auth = create({ claims })
    const user = await auth.authenticateToken(token(alice))
    expect(user.sub).toBe('pairwise')
    const principal = await admitUser(auth, user, request, DEFAULT_ROLES)
    expect(principal).toMatchObject({ subject: 'alice', resourceId: 'alice', sessionId: 's1' })
    expect(principal.claims).toStrictEqual(user)
    expect(auth.mapUserToResourceId(user)).toBe('alice')
    expect(auth.mapUser(user)).toMatchObject({ id: 'alice' })
    expect(subjectOfUser(auth, user)).toBe('alice')
    await expect(auth.authorizeUser(user, request)).resolves.toBe(true)
  })

  it('needs no sub, and still none that is not a text', async () => {
    const auth = create({ claims })
    for (const sub of [undefined, '']) {
      await expect(auth.authenticateToken(token({ ...alice, sub }))).resolves.toBeDefined()
    }
    const wrong = auth.authenticateToken(token({ ...alice, sub: 7 }))
    await expect(wrong).rejects.toMatchObject(refused('sub'))
  })

  it.each([undefined, null, '', ' ', 7, ['alice'], { alice: true }, true])(
    'refuses the subject %j, whatever sub says',
    async (oid) => {
      const auth = create({ claims })
      await expect(auth.authenticateToken(token({ ...alice, oid }))).rejects.toMatchObject(
        refused('oid'),
      )
    },
  )

  it('gives functions of the application the claims as they were signed', async () => {
    const authorizeUser = vi.fn<() => boolean>(() => true)
    const mapUserToResourceId = vi.fn<() => undefined>(() => undefined)
    const auth = create({ claims, authorizeUser, mapUserToResourceId })
    const principal = await authenticate(auth, token(alice), request, DEFAULT_ROLES)
    const signed = expect.objectContaining({ sub: 'pairwise', oid: 'alice' })
    expect(authorizeUser).toHaveBeenCalledWith(signed, request)
    expect(mapUserToResourceId).toHaveBeenCalledWith(signed)
    expect(principal.resourceId).toBe('alice')
  })

  it('is who is revoked, also of a token that is cached', async () => {
    const revocation = new MemoryRevocationList(now)
    const auth = create({ claims, revocation })
    const good = token(alice)
    await auth.authenticateToken(good)
    revocation.revokeSubject(ISSUER, 'pairwise')
    revocation.revokeSession(ISSUER, 'other')
    await expect(auth.authenticateToken(good)).resolves.toBeDefined()
    revocation.revokeSubject(ISSUER, 'alice')
    await expect(auth.authenticateToken(good)).rejects.toMatchObject({ code: 'token_revoked' })
    await expect(auth.authenticateToken(token(alice))).rejects.toMatchObject({
      code: 'token_revoked',
    })
  })

  it('is who is revoked by a session, also when claims are recalled', async () => {
    const revocation = new MemoryRevocationList(now)
    const auth = create({ claims, revocation })
    const user = await auth.authenticateToken(token(alice))
    const voucher = auth.voucherOf(user) ?? ''
    const recalled = JSON.parse(JSON.stringify(user))
    expect(auth.recallUser(recalled, voucher)).toBe(recalled)
    revocation.revokeSession(ISSUER, 's1')
    expect(() => auth.recallUser(recalled, voucher)).toThrow(
      expect.objectContaining({ code: 'token_revoked' }),
    )
  })

  it('is the same through a CompositeAuth', async () => {
    const auth = new CompositeAuth([create({ claims })])
    const user = await auth.authenticateToken(token(alice), request)
    expect(auth.mapUserToResourceId(user)).toBe('alice')
    expect(subjectOfUser(auth, user)).toBe('alice')
    await expect(admitUser(auth, user, request, DEFAULT_ROLES)).resolves.toMatchObject({
      subject: 'alice',
      sessionId: 's1',
    })
  })

  it('makes API keys, which its revocation ends by subject and by session', async () => {
    const auth = create({ claims })
    const good = token({ ...alice, scope: '*' })
    const user = await auth.authenticateToken(good)
    const made = createApiKey()
    const record = {
      id: 'k1',
      name: 'robot',
      digest: apiKeyDigest(made),
      scopes: ['agents:read'],
      createdAt: NOW * 1000,
      makerIssuer: ISSUER,
      makerSubject: 'alice',
      maker: rememberMaker(auth, user, good),
    }
    const store = { findByDigest: async () => Object(record) }
    const keys = new ApiKeyAuth({ store, provider: auth, roles: DEFAULT_ROLES, now })
    const robot = await keys.authenticateToken(made, request)
    expect(robot.maker).toStrictEqual({ iss: ISSUER, sub: 'alice' })
    const named = keys.revocableOf(robot)
    expect(named.slice(1).map(({ subject }) => subject)).toStrictEqual(['alice', 'alice'])
    expect(named.map(({ sessionId }) => sessionId)).toContain('s1')
  })

  it('is asked for where a token is signed', () => {
    const secret = 'correct horse battery staple, twice: correct horse battery staple'
    const auth = new MastraJwtAuth({ secret, now, claims })
    const options = { expiresInSeconds: 60 }
    expect(() => auth.sign({ sub: 'alice' }, options)).toThrow(
      expect.objectContaining(refused('oid')),
    )
    expect(auth.sign({ oid: 'alice' }, options)).toMatch(/^e/)
  })
})

describe('MastraJwtAuth: roles and scopes of an issuer', () => {
  const options: MastraJwtAuthOptions = {
    claims: { roles: ['realm_access', 'roles'], scopes: 'permissions', permissions: 'per' },
    roles: { engineer: ['agents:*'], guest: ['agents:read'] },
    scopeMap: { run: ['tools:execute'] },
    defaultRole: 'guest',
    unknownRoles: 'ignore',
    grants: ['agents:*', 'tools:execute:weather'],
  }

  it('are read where it says them, and capped', async () => {
    const claims = { realm_access: { roles: ['offline_access', 'engineer'] }, per: 'run,fly' }
    const principal = await principalOf(options, { ...claims, role: 'owner', scope: '*' })
    expect(principal).toMatchObject({ roles: ['engineer'], foreignScopes: ['fly'] })
    expect(principal.permissions.granted).toStrictEqual(['tools:execute:weather', 'agents:*:*'])
  })

  it('give the default role where none of them is there', async () => {
    const claims = { realm_access: { roles: ['offline_access'] }, per: 'fly' }
    await expect(principalOf(options, claims)).resolves.toMatchObject({ roles: ['guest'] })
    const { unknownRoles: _ignore, ...strict } = options
    await expect(principalOf(strict, claims)).resolves.toMatchObject({ roles: [] })
  })

  it('of one issuer say nothing of another', async () => {
    const other = createRsaSigner()
    const auth = new MastraJwtAuth({
      now,
      issuers: [
        { ...options, issuer: ISSUER, publicKey: key.jwk, audience: 'api' },
        { issuer: 'b', publicKey: other.jwk, audience: 'api', roles: { engineer: ['*'] } },
      ],
    })
    const claims = { realm_access: { roles: ['engineer'] }, role: 'engineer' }
    const first = await authenticate(auth, token(claims), request, DEFAULT_ROLES)
    expect(first.permissions.granted).toStrictEqual(['agents:*:*'])
    const life = { aud: 'api', sub: 'alice', iat: NOW, exp: NOW + 60 }
    const second = signAs(other, { iss: 'b', ...life, realm_access: claims.realm_access })
    await expect(authenticate(auth, second, request, DEFAULT_ROLES)).resolves.toMatchObject({
      roles: [],
    })
  })

  it('make one principal of a token that is remembered', async () => {
    const auth = create(options)
    const good = token({ realm_access: { roles: ['engineer'] } })
    const ask = () => authenticate(auth, good, request, DEFAULT_ROLES)
    await ask()
    const known = await ask()
    for (let again = 0; again < 3; again++) expect(await ask()).toBe(known)
    const claims = await auth.authenticateToken(good)
    expect(auth.accessOf(claims)).toBe(auth.accessOf(claims))
  })
})
