import {
  CompositeAuth,
  createPermissions,
  MastraJwtAuth,
  signToken,
  type AuthProvider,
  type Permission,
} from '@signet/auth'
import { createTestKeyPair } from '@signet/auth/test'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  SECRET,
  tokenOf,
  tokenWith,
  type TestApplicationOptions,
} from '@signet/test-support/application/application'
import { openState } from '@signet/test-support/application/state'
import { createApp, type App, type AppOptions } from '../app.js'

const PATH = '/api/auth/tokens'
const DEVELOPMENT = { isDevelopment: true, isLoopbackOnly: true }
const HOUR = 3600

const auth = createTestAuth()
const apps: App[] = []

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

function serve(server: TestApplicationOptions['server'] = {}, options: AppOptions = DEVELOPMENT) {
  const application = createTestApplication({ server })
  const app = createApp(application.mastra, options)
  apps.push(app)
  return { app, log: application.log }
}

/** A maker who may sign, and do this. */
const maker = (...permissions: Permission[]) => tokenWith('tokens:write', ...permissions)

function ask(json: unknown, { app } = serve(), token = tokenOf('owner')): Promise<Response> {
  return app.fetch(makeRequest(PATH, { token, json }))
}

/** A token that is signed, of the shape that the OpenAPI document says. */
async function sign(json: unknown, served = serve(), token?: string) {
  const response = await ask(json, served, token)
  expect(response.status).toBe(201)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('content-type')).toBe('application/json')
  const signed = await response.json()
  const shape = served.app.table.find('POST', PATH)?.route.response
  expect(shape?.safeParse(signed).error).toBeUndefined()
  expect(JSON.stringify(served.log)).not.toContain(signed.token)
  return signed
}

/** Who the bearer of a token is, for the server that signed it. */
async function whoIs(token: string, { app } = serve()) {
  return (await app.fetch(makeRequest('/api/auth/me', { token }))).json()
}

describe('POST /auth/tokens: where it is', () => {
  it.each<AppOptions>([{}, { isDevelopment: true }, { isLoopbackOnly: true }])(
    'is not there but in development on a loopback address: %j',
    async (options) => {
      const served = serve({}, options)
      expect(await readRefusal(await ask({ sub: 'a' }, served))).toMatchObject({ status: 404 })
      expect(served.app.table.find('POST', PATH)).toBeUndefined()
    },
  )

  it('answers nobody whose Host is no loopback name', async () => {
    const { app } = serve()
    const headers = { host: 'signet.example' }
    const asking = makeRequest(PATH, { token: tokenOf('owner'), json: { sub: 'a' }, headers })
    expect((await app.fetch(asking)).status).toBe(421)
  })

  it('answers 403 without tokens:write, and 401 to a stranger', async () => {
    const { app } = serve()
    const nearly = tokenWith('tokens:read', 'system:write', 'agents:write')
    expect(await readRefusal(await ask({ sub: 'a' }, { app, log: [] }, nearly))).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
    expect((await app.fetch(makeRequest(PATH, { json: { sub: 'a' } }))).status).toBe(401)
  })
})

describe('POST /auth/tokens: what it signs', () => {
  it('signs for a subject, with scope, roles and claims, for eight hours by default', async () => {
    const before = Math.floor(Date.now() / 1000)
    const { token, tokenId, expiresAt } = await sign({
      sub: 'alice',
      scope: 'audit:read  agents:read:weather-agent',
      roles: ['viewer'],
      claims: { email: 'alice@example.org', tenant: { id: 7 } },
    })
    const claims = await auth.authenticateToken(token)
    expect(claims).toMatchObject({
      sub: 'alice',
      jti: tokenId,
      roles: ['viewer'],
      email: 'alice@example.org',
      tenant: { id: 7 },
    })
    expect(claims.exp).toBeGreaterThanOrEqual(before + 8 * HOUR)
    expect(claims.exp).toBeLessThanOrEqual(before + 8 * HOUR + 5)
    expect(new Date((claims.exp ?? 0) * 1000).toISOString()).toBe(expiresAt)
    expect(await whoIs(token)).toMatchObject({
      subject: 'alice',
      roles: ['viewer'],
      permissions: [
        'audit:read',
        'agents:read:weather-agent',
        'agents:read',
        'tools:read',
        'workflows:read',
        'memory:read',
      ],
    })
  })

  it('signs for as long as it is asked to, up to thirty days', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const expiresInSeconds of [60, 30 * 24 * HOUR]) {
      const { token } = await sign({ sub: 'a', expiresInSeconds })
      const { exp = 0 } = await auth.authenticateToken(token)
      expect(Math.abs(exp - now - expiresInSeconds)).toBeLessThan(5)
    }
  })

  it.each([[{}], [{ scope: '' }], [{ scope: ' ' }], [{ roles: [] }]])(
    'grants nothing where nothing is named, and not what a default role would: %j',
    async (grants) => {
      const { token } = await sign({ sub: 'a', ...grants })
      expect(await whoIs(token)).toMatchObject({ roles: [], permissions: [] })
    },
  )

  it('makes a token that can be revoked by its id', async () => {
    const served = serve()
    const { token, tokenId } = await sign({ sub: 'a', scope: 'agents:read' }, served)
    const reach = () => served.app.fetch(makeRequest('/api/agents', { token }))
    expect((await reach()).status).toBe(200)
    const json = { jti: tokenId }
    const revocation = makeRequest('/api/auth/revocations', { token: tokenOf('owner'), json })
    expect((await served.app.fetch(revocation)).status).toBe(201)
    expect((await reach()).status).toBe(401)
  })

  it('signs for the issuer and the audience of the provider', async () => {
    const rules = { issuer: 'https://issuer.example', audience: 'agents' }
    const provider = new MastraJwtAuth({ secret: SECRET, ...rules })
    const owner = provider.sign({ sub: 'o', role: 'owner' }, { expiresInSeconds: 60 })
    const { token } = await sign({ sub: 'a' }, serve({ auth: provider }), owner)
    expect(await provider.authenticateToken(token)).toMatchObject({
      iss: rules.issuer,
      aud: 'agents',
    })
  })
})

describe('POST /auth/tokens: at most what the caller may do', () => {
  const refused = (missing: string) => ({
    status: 403,
    code: 'scope_insufficient',
    challenge: expect.stringContaining(`scope="${missing}"`),
  })

  it.each<[Permission[], string]>([
    [['agents:read'], 'agents:read'],
    [['agents:read'], 'agents:read:weather-agent'],
    [['agents:read:weather-agent'], 'agents:read:weather-agent agents:read:weather-agent'],
    [['agents:read', 'agents:execute', 'agents:write'], 'agents:read agents:write:x'],
  ])('signs what %j covers: %s', async (held, scope) => {
    const { token } = await sign({ sub: 'alice', scope }, serve(), maker(...held))
    expect(await whoIs(token)).toMatchObject({ permissions: [...new Set(scope.split(' '))] })
  })

  it.each<[Permission[], string, string]>([
    [['agents:read'], 'agents:read agents:execute', 'agents:execute'],
    [['agents:read:weather-agent'], 'agents:read', 'agents:read'],
    [['agents:read:weather-agent'], 'agents:read:other-agent', 'agents:read:other-agent'],
    [['agents:read'], '*:read', '*:read'],
    [['agents:read', 'agents:execute', 'agents:write'], 'agents:*', 'agents:*'],
    [['agents:read'], '*', '*'],
  ])('refuses what %j does not cover, and names the first: %s', async (held, scope, missing) => {
    const refusal = await readRefusal(await ask({ sub: 'alice', scope }, serve(), maker(...held)))
    expect(refusal).toMatchObject(refused(missing))
  })

  it('covers a role by all that it grants', async () => {
    const viewer: Permission[] = ['agents:read', 'tools:read', 'workflows:read', 'memory:read']
    const { token } = await sign({ sub: 'alice', roles: ['viewer'] }, serve(), maker(...viewer))
    expect(await whoIs(token)).toMatchObject({ roles: ['viewer'] })
    const short = maker('agents:read', 'tools:read', 'workflows:read')
    const refusal = await readRefusal(
      await ask({ sub: 'alice', roles: ['viewer'] }, serve(), short),
    )
    expect(refusal).toMatchObject(refused('memory:read'))
    for (const role of ['owner', 'admin', 'member']) {
      const asked = await ask({ sub: 'alice', roles: [role] }, serve(), maker(...viewer))
      expect(asked.status).toBe(403)
    }
  })

  it('goes by what a role grants now, and by the role table of the issuer', async () => {
    const served = serve({ access: { roles: { viewer: ['*'] } } })
    const asked = await ask({ sub: 'alice', roles: ['viewer'] }, served, maker('agents:read'))
    expect(asked.status).toBe(403)
    const provider = new MastraJwtAuth({ secret: SECRET, roles: { viewer: ['system:write'] } })
    const other = serve({ auth: provider })
    const json = { sub: 'alice', roles: ['viewer'] }
    const refusal = await readRefusal(await ask(json, other, maker('agents:read')))
    expect(refusal).toMatchObject(refused('system:write'))
  })

  it('asks the caller for what is asked for, also where the issuer may grant less', async () => {
    const provider = new MastraJwtAuth({ secret: SECRET, grants: ['tokens:*', 'agents:read'] })
    const served = serve({ auth: provider })
    const scope = 'agents:read agents:execute'
    expect((await ask({ sub: 'alice', scope }, served, maker('agents:execute'))).status).toBe(403)
  })

  it('never signs more than that, whatever is asked for', async () => {
    const part = (...names: string[]) => fc.constantFrom(...names)
    const grant = fc
      .tuple(part('agents', 'tools', '*'), part('read', 'write', '*'), part('', ':x', ':y', ':*'))
      .map(([resource, action, id]) => `${resource}:${action}${id}`)
    const lists = fc.tuple(fc.array(grant, { maxLength: 4 }), fc.array(grant, { maxLength: 3 }))
    const served = serve()
    const asked = ['agents', 'tools', 'memory'].flatMap((resource) =>
      ['read', 'write', 'delete'].flatMap((action) =>
        ['', ':x', ':y', ':z'].map((id) => `${resource}:${action}${id}` as Permission),
      ),
    )
    await fc.assert(
      fc.asyncProperty(lists, async ([held, wanted]) => {
        const permissions = ['tokens:write', ...held]
        const token = auth.sign({ sub: 'm', permissions }, { expiresInSeconds: 60 })
        const may = createPermissions(permissions)
        const wants = createPermissions(wanted)
        const response = await ask({ sub: 'm', scope: wanted.join(' ') }, served, token)
        const isMore = asked.some((each) => wants.allows(each) && !may.allows(each))
        if (isMore) expect(response.status).toBe(403)
        if (response.status === 201) expect(isMore).toBe(false)
        else expect(response.status).toBe(403)
      }),
      { numRuns: 150 },
    )
  })

  it('signs for another subject, whose memory it would reach, only where everything is granted', async () => {
    const refusal = await readRefusal(await ask({ sub: 'boss' }, serve(), maker('memory:read')))
    expect(refusal).toMatchObject(refused('*'))
    expect((await ask({ sub: 'boss' }, serve(), tokenOf('admin'))).status).toBe(403)
    expect(await whoIs((await sign({ sub: 'boss' })).token)).toMatchObject({ subject: 'boss' })
  })

  it('signs for another owner by a claim that the provider reads, only where everything is granted', async () => {
    const provider = new MastraJwtAuth({
      secret: SECRET,
      mapUserToResourceId: ({ tenant }) => (typeof tenant === 'string' ? tenant : undefined),
    })
    const served = serve({ auth: provider })
    const json = { sub: 'alice', scope: 'memory:read', claims: { tenant: 'of-another' } }
    const clerk = maker('memory:read')
    expect(await readRefusal(await ask(json, served, clerk))).toMatchObject(refused('*'))
    expect((await ask({ ...json, claims: {} }, served, clerk)).status).toBe(201)
    expect((await ask(json, served, tokenOf('owner'))).status).toBe(201)
  })

  it('signs for the same subject of another issuer only where everything is granted', async () => {
    const issuers = ['https://one.example', 'https://two.example'].map((issuer, index) => ({
      issuer,
      audience: 'agents',
      secret: `${SECRET} ${index}`,
      defaultRole: 'member',
    }))
    const served = serve({ auth: new MastraJwtAuth({ issuers }) })
    const makerOf = (index: number, scope: string) => {
      const claims = { iss: issuers[index]?.issuer, aud: 'agents', sub: 'alice', scope }
      return new MastraJwtAuth({ issuers: issuers.slice(index) }).sign(claims, {
        expiresInSeconds: HOUR,
      })
    }
    const json = { sub: 'alice', scope: 'memory:read' }
    const grants = 'tokens:write memory:read'
    expect((await ask(json, served, makerOf(0, grants))).status).toBe(201)
    const refusal = await readRefusal(await ask(json, served, makerOf(1, grants)))
    expect(refusal).toMatchObject(refused('*'))
    expect((await ask(json, served, makerOf(1, '*'))).status).toBe(201)
  })

  it('signs nothing for an API key, which a token would outlive', async () => {
    const { state, close } = await openState()
    try {
      const { app } = serve({}, { ...DEVELOPMENT, state })
      const json = { name: 'all', scopes: ['*'] }
      const made = await app.fetch(
        makeRequest('/api/auth/api-keys', { token: tokenOf('owner'), json }),
      )
      const { key, id } = await made.json()
      expect(await whoIs(key, { app, log: [] })).toMatchObject({ subject: `key:${id}` })
      for (const sub of ['alice', `key:${id}`]) {
        const refusal = await readRefusal(await ask({ sub }, { app, log: [] }, key))
        expect(refusal).toMatchObject({ status: 403, code: 'access_denied' })
      }
      await app.close()
    } finally {
      await close()
    }
  })
})

describe('POST /auth/tokens: bad input', () => {
  const token = tokenOf('owner')

  it.each<[string, string | undefined, string]>([
    ['no body', undefined, 'root'],
    ['null', 'null', 'root'],
    ['a list', '[]', 'root'],
    ['no subject', '{}', 'sub'],
    ['a subject that is no text', '{"sub":7}', 'sub'],
    ['an empty subject', '{"sub":""}', 'sub'],
    ['a blank subject', '{"sub":"  "}', 'sub'],
    ['a subject with NUL', '{"sub":"a\\u0000"}', 'sub'],
    ['a subject of 2001 characters', `{"sub":"${'a'.repeat(2001)}"}`, 'sub'],
    ['a scope that is a list', '{"sub":"a","scope":["agents:read"]}', 'scope'],
    ['a scope that is no permission', '{"sub":"a","scope":"agents:read agents:run"}', 'scope'],
    ['a role as a scope', '{"sub":"a","scope":"owner"}', 'scope'],
    ['a scope that is too long', `{"sub":"a","scope":"${' '.repeat(4097)}"}`, 'scope'],
    ['roles that are a text', '{"sub":"a","roles":"viewer"}', 'roles'],
    ['an empty role', '{"sub":"a","roles":[""]}', 'roles.0'],
    ['a role that is not known', '{"sub":"a","roles":["viewer","emperor"]}', 'roles'],
    ['a role of every object', '{"sub":"a","roles":["constructor"]}', 'roles'],
    ['no time at all', '{"sub":"a","expiresInSeconds":0}', 'expiresInSeconds'],
    ['a negative time', '{"sub":"a","expiresInSeconds":-1}', 'expiresInSeconds'],
    ['half a second', '{"sub":"a","expiresInSeconds":0.5}', 'expiresInSeconds'],
    ['more than thirty days', '{"sub":"a","expiresInSeconds":2592001}', 'expiresInSeconds'],
    ['a time as a text', '{"sub":"a","expiresInSeconds":"60"}', 'expiresInSeconds'],
    ['an endless time', '{"sub":"a","expiresInSeconds":1e999}', 'expiresInSeconds'],
    ['null for a time', '{"sub":"a","expiresInSeconds":null}', 'expiresInSeconds'],
    ['claims that are a list', '{"sub":"a","claims":[]}', 'claims'],
    ['claims that are null', '{"sub":"a","claims":null}', 'claims'],
    ['a subject twice', '{"sub":"a","sub":"b"}', 'body'],
  ])('answers 400 to %s, naming the field', async (_case, body, field) => {
    const { app } = serve()
    const response = await app.fetch(makeRequest(PATH, { token, body, method: 'POST' }))
    const refusal = await readRefusal(response)
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(refusal.issues).toMatchObject([{ field }])
  })

  it.each([
    'sub',
    'id',
    'iss',
    'aud',
    'exp',
    'iat',
    'nbf',
    'jti',
    'sid',
    'act',
    'scope',
    'scp',
    'permissions',
    'role',
    'roles',
  ])('answers 400 to the claim %s, which is not for the request to say', async (name) => {
    const refusal = await readRefusal(await ask({ sub: 'a', claims: { [name]: 'x' } }))
    expect(refusal).toMatchObject({ status: 400, issues: [{ field: `claims.${name}` }] })
  })

  it('answers 400 to a member that it does not know', async () => {
    expect((await ask({ sub: 'a', role: 'owner' })).status).toBe(400)
  })

  it('takes a claim for no more than its name: __proto__ sets nothing', async () => {
    const body = '{"sub":"alice","claims":{"__proto__":{"scope":"*","role":"owner"}}}'
    const { app } = serve()
    const response = await app.fetch(makeRequest(PATH, { token: maker(), body }))
    if (response.status !== 400) {
      const { token } = await response.json()
      expect(await whoIs(token)).toMatchObject({ roles: [], permissions: [] })
    }
  })

  it('answers 400 to a token that the application would refuse, and says why', async () => {
    const large = await readRefusal(await ask({ sub: 'a', claims: { x: 'y'.repeat(8000) } }))
    expect(large).toMatchObject({ status: 400, code: 'request_invalid', challenge: null })
    expect(JSON.stringify(large.issues)).toContain('token_too_large')
    const provider = new MastraJwtAuth({ secret: SECRET, requiredClaims: ['tenant'] })
    const owner = provider.sign({ sub: 'o', role: 'owner', tenant: 'x' }, { expiresInSeconds: 60 })
    const served = serve({ auth: provider })
    const lacking = await readRefusal(await ask({ sub: 'a' }, served, owner))
    expect(lacking).toMatchObject({ status: 400 })
    expect(JSON.stringify(lacking.issues)).toContain('tenant')
    await sign({ sub: 'a', claims: { tenant: 'x' } }, served, owner)
    const shut = new MastraJwtAuth({ secret: SECRET, authorizeUser: ({ sub }) => sub !== 'a' })
    const denied = await readRefusal(await ask({ sub: 'a' }, serve({ auth: shut })))
    expect(denied).toMatchObject({ status: 400, code: 'request_invalid' })
  })
})

describe('POST /auth/tokens: providers that cannot sign', () => {
  const rules = { issuer: 'https://issuer.example', audience: 'agents', roles: { owner: ['*'] } }

  it('answers 400 where there are only public keys, and says so', async () => {
    const { publicJwk, signingKey } = createTestKeyPair('ES256')
    const provider = new MastraJwtAuth({ publicKey: publicJwk, ...rules })
    const { issuer: iss, audience: aud } = rules
    const claims = { sub: 'o', iss, aud, role: 'owner' }
    const owner = signToken(claims, signingKey, { expiresInSeconds: 60 })
    const refusal = await readRefusal(await ask({ sub: 'a' }, serve({ auth: provider }), owner))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(JSON.stringify(refusal.issues)).toContain('no secret to sign with')
  })

  const jwt = new MastraJwtAuth({ secret: SECRET, requireExpiry: false })

  it.each<[string, object, RegExp]>([
    ['that has no sign', {}, /cannot sign tokens/],
    [
      'whose sign returns no text',
      { sign: async () => 'a.b.c' },
      /did not return the token as a text/,
    ],
    ['whose sign gives no expiry', { sign: () => jwt.sign({ sub: 'a', jti: 'b' }) }, /exp and jti/],
    ['whose sign gives no jti', { sign: () => jwt.sign({ sub: 'a', exp: 4e9 }) }, /exp and jti/],
  ])('answers 400 for a provider %s, and says so', async (_case, members, why) => {
    const provider: AuthProvider = {
      authenticateToken: (token) => jwt.authenticateToken(token),
      ...members,
    }
    const refusal = await readRefusal(await ask({ sub: 'a' }, serve({ auth: provider })))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(JSON.stringify(refusal.issues)).toMatch(why)
  })

  it('answers 400 for several providers, of which none is said to sign', async () => {
    const provider = new CompositeAuth([createTestAuth()])
    expect((await ask({ sub: 'a' }, serve({ auth: provider }))).status).toBe(400)
  })
})
