import {
  AuthError,
  CompositeAuth,
  MastraJwtAuth,
  MemoryRevocationList,
  SimpleAuth,
  TokenError,
  type AuthProvider,
} from '@signet/auth'
import { createApiKey, issueApiKey, OPERATOR } from '@signet/auth/internal'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  SECRET,
  tokenWith,
} from '@signet/test-support/application/application'
import { openState, type OpenState } from '@signet/test-support/application/state'
import { createApp, type App } from '../app.js'

const PATH = '/api/auth/explain'
const ROBOT = 'an-opaque-token-of-the-tests-0123456789'

const auth = createTestAuth()
const apps: App[] = []
let shared: OpenState

beforeAll(async () => {
  shared = await openState()
})

afterAll(async () => {
  for (const app of apps) await app.close()
  await shared.close()
})

/** Serves an application whose callers are of the tests' own secret, beside any other provider. */
function serve(provider?: AuthProvider, state?: OpenState['state']) {
  const server = provider === undefined ? {} : { auth: new CompositeAuth([provider, asker()]) }
  const application = createTestApplication({ server })
  const app = createApp(application.mastra, { state })
  apps.push(app)
  return { app, log: application.log }
}

/** Who asks, where the provider that is asked about is another: what no other provider accepts is theirs. */
function asker(): AuthProvider {
  const jwt = new MastraJwtAuth({ secret: SECRET })
  return {
    name: 'asker',
    authenticateToken: (token) => jwt.authenticateToken(token),
    explainToken: (token) => jwt.explainToken(token),
  }
}

const sign = (claims: object = {}) =>
  auth.sign({ sub: 'bob', ...claims }, { expiresInSeconds: 600 })

/** What is said of a token: of the shape that the OpenAPI document says, and without the token. */
async function explain(token: string, { app } = serve()) {
  const asking = makeRequest(PATH, { token: tokenWith('system:read'), json: { token } })
  const response = await app.fetch(asking)
  expect(response.status).toBe(200)
  const text = await response.text()
  if (token.length >= 8) expect(text).not.toContain(token)
  const signature = token.split('.')[2] ?? ''
  if (signature.length >= 8) expect(text).not.toContain(signature)
  expect(text).not.toContain(SECRET)
  const said = JSON.parse(text)
  expect(app.table.find('POST', PATH)?.route.response?.safeParse(said).error).toBeUndefined()
  return said
}

const failedStep = ({ steps }: { steps: { name: string; result: string }[] }) =>
  steps.find(({ result }) => result === 'fail')?.name

describe('POST /auth/explain: what the configuration does not use', () => {
  const claims = { realm_access: { roles: ['viewer'] } }
  const line = "Add claims: { roles: ['realm_access', 'roles'] }"

  it('is among the warnings of a token that is accepted, and of one that is refused for a claim', async () => {
    const accepted = await explain(sign({ ...claims, scope: 'openid' }))
    expect(accepted.accepted).toBe(true)
    const [roles, scopes] = accepted.warnings
    expect(roles.cause).toContain('roles at realm_access.roles')
    expect(roles.remedy).toContain(line)
    expect(scopes.cause).toContain('The scope "openid" is foreign')
    const strict = new MastraJwtAuth({
      secret: SECRET,
      issuer: 'https://kc.example',
      audience: 'a',
    })
    const token = sign({ ...claims, iss: 'https://kc.example', aud: 'account' })
    const refused = await explain(token, serve(strict))
    expect(refused).toMatchObject({ accepted: false, code: 'token_audience' })
    expect(refused.warnings[0].remedy).toContain(line)
  })

  it('is not told to whoever is refused by the gate', async () => {
    const token = sign({ ...claims, role: [] })
    const response = await serve().app.fetch(makeRequest('/api/agents', { token }))
    expect(await response.text()).not.toMatch(/realm_access|claims:/)
  })
})

describe('POST /auth/explain: a JSON Web Token', () => {
  it('tells every check of a good one, and what it grants', async () => {
    const said = await explain(sign({ role: ['viewer', 'emperor'], jti: 'token-7' }))
    expect(said).toMatchObject({
      form: 'jwt',
      by: 'jwt',
      accepted: true,
      code: null,
      reason: null,
      remedy: null,
      principal: {
        subject: 'bob',
        issuer: 'local',
        resourceId: 'bob',
        client: null,
        actors: [],
        roles: ['viewer'],
        permissions: ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
        ignored: ['emperor'],
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    })
    expect(new Set(said.steps.map(({ result }: { result: string }) => result))).toStrictEqual(
      new Set(['pass']),
    )
    expect(said.steps.at(-1)).toStrictEqual({ name: 'withdrawal', result: 'pass' })
  })

  it('tells to whom it was issued, and who acts, nearest first', async () => {
    const act = { sub: 'helper', act: { sub: 'front' } }
    const { principal } = await explain(sign({ role: 'viewer', azp: 'web-app', act }))
    expect(principal).toMatchObject({ client: 'web-app', actors: ['helper', 'front'] })
  })

  it.each([
    ['that has expired', auth.sign({ sub: 'bob', exp: 1_700_000_000 }), 'token_expired', 'expiry'],
    ['of another secret', `${sign().slice(0, -6)}AAAAAA`, 'token_signature', 'signature'],
    ['without a third part', sign().split('.').slice(0, 2).join('.'), 'token_malformed', 'form'],
  ])('tells of one %s where it fails, why, and what to do', async (_case, token, code, step) => {
    const said = await explain(token)
    expect(said).toMatchObject({ form: 'jwt', accepted: false, code, principal: null })
    expect(failedStep(said)).toBe(step)
    expect(said.reason).toMatch(/\w/)
    expect(said.remedy).toMatch(/\w/)
    expect(said.steps.at(-1).result).toBe('not reached')
  })

  it('tells what was expected: whoever may read the system may know', async () => {
    const provider = new MastraJwtAuth({
      secret: `${SECRET}!`,
      issuer: 'https://issuer.example',
      audience: 'the-audience-of-this-server',
      name: 'staff',
    })
    const told = await explain(provider.sign({ sub: 'a', aud: 'x' }, { expiresInSeconds: 60 }), {
      ...serve(provider),
    })
    expect(told).toMatchObject({ by: 'staff', accepted: false, code: 'token_audience' })
  })

  it('tells that one was revoked, and whose it is', async () => {
    const served = serve(undefined, shared.state)
    const token = sign({ jti: 'to-be-revoked' })
    expect(await explain(token, served)).toMatchObject({ accepted: true })
    const revoking = makeRequest('/api/auth/revocations', {
      token: tokenWith('tokens:write'),
      json: { token },
    })
    expect((await served.app.fetch(revoking)).status).toBe(201)
    const said = await explain(token, served)
    expect(said).toMatchObject({
      accepted: false,
      code: 'token_revoked',
      principal: { subject: 'bob' },
    })
    expect(failedStep(said)).toBe('withdrawal')
    expect(await explain(sign({ jti: 'another' }), served)).toMatchObject({ accepted: true })
  })

  it('tells that one is on the list of its own provider', async () => {
    const revocation = new MemoryRevocationList()
    const issuer = 'https://issuer.example'
    const provider = new MastraJwtAuth({ secret: `${SECRET}!`, issuer, revocation })
    revocation.revokeTokenId(issuer, 'gone')
    const token = provider.sign({ sub: 'a', jti: 'gone' }, { expiresInSeconds: 60 })
    const said = await explain(token, serve(provider))
    expect(said).toMatchObject({ code: 'token_revoked', principal: null })
    expect(failedStep(said)).toBe('revocation')
  })

  it('tells that the application does not let a user in', async () => {
    const provider = new MastraJwtAuth({
      secret: `${SECRET}!`,
      issuer: 'https://issuer.example',
      authorizeUser: () => false,
    })
    const said = await explain(
      provider.sign({ sub: 'a' }, { expiresInSeconds: 60 }),
      serve(provider),
    )
    expect(said).toMatchObject({ accepted: false, code: 'access_denied', principal: null })
    expect(failedStep(said)).toBe('user')
  })

  it('tells that one names the issuer of API keys, which only keys are of', async () => {
    const said = await explain(sign({ iss: 'signet:api-keys', sub: 'key:1' }))
    expect(said).toMatchObject({ accepted: false, code: 'token_issuer', principal: null })
  })
})

describe('POST /auth/explain: another provider', () => {
  const simple = new SimpleAuth({ tokens: { [ROBOT]: { sub: 'robot', scope: 'agents:read' } } })

  it('tells which of several a token is for, and what that one says', async () => {
    const served = serve(simple)
    expect(await explain(ROBOT, served)).toMatchObject({
      form: 'opaque',
      by: 'simple',
      accepted: true,
      principal: { subject: 'robot', permissions: ['agents:read'], expiresAt: null },
    })
    expect(await explain(`${ROBOT}x`, served)).toMatchObject({
      form: 'opaque',
      by: 'simple',
      accepted: false,
      code: 'token_key_unknown',
    })
    const staff = await explain(sign(), served)
    expect(staff).toMatchObject({ form: 'jwt', by: 'asker', accepted: true })
    expect(staff.steps[1]).toStrictEqual({ name: 'choice of the provider', result: 'pass' })
  })

  it('gives a provider the token that is explained as the request’s, and nothing of who asks', async () => {
    const seen: unknown[] = []
    const provider: AuthProvider = {
      accepts: ({ token }) => token === ROBOT,
      authenticateToken(token, { raw, headers, header }) {
        seen.push(token, headers.get('authorization'), header('cookie'), raw.body, raw.method)
        return { sub: 'robot' }
      },
    }
    const { app } = serve(provider)
    const asking = makeRequest(PATH, {
      token: tokenWith('system:read'),
      json: { token: ROBOT },
      headers: { cookie: 'session=of-the-caller' },
    })
    expect((await app.fetch(asking)).status).toBe(200)
    expect(seen.slice(0, 5)).toStrictEqual([ROBOT, `Bearer ${ROBOT}`, undefined, null, 'GET'])
  })

  it('hides the token where a provider quotes it', async () => {
    const jwt = sign({ iss: 'https://quoting.example' })
    const provider: AuthProvider = {
      accepts: ({ token }) => token === ROBOT || token === jwt,
      authenticateToken(token) {
        throw new TokenError('token_key_unknown', `Nobody has ${token} (${token.split('.')[2]}).`)
      },
    }
    expect((await explain(ROBOT, serve(provider))).reason).toBe('Nobody has [hidden] (undefined).')
    expect((await explain(jwt, serve(provider))).reason).toBe('Nobody has [hidden] ([hidden]).')
  })

  it('tells of keys that cannot be had, which is no fault of the token', async () => {
    const provider: AuthProvider = {
      accepts: ({ token }) => token === ROBOT,
      authenticateToken() {
        throw new AuthError('keys_unavailable', 'The issuer does not answer.')
      },
    }
    expect(await explain(ROBOT, serve(provider))).toMatchObject({ code: 'keys_unavailable' })
  })

  it('tells that a provider fails, and leaves the cause to the log', async () => {
    const provider: AuthProvider = {
      accepts: ({ token }) => token === ROBOT,
      authenticateToken() {
        throw new Error('a cause that stays inside')
      },
    }
    const served = serve(provider)
    const said = await explain(ROBOT, served)
    expect(said).toMatchObject({ accepted: false, code: null, principal: null })
    expect(JSON.stringify(said)).not.toContain('stays inside')
    expect(served.log.filter(({ level }) => level === 'error')).toHaveLength(1)
  })
})

describe('POST /auth/explain: an API key', () => {
  async function keep(members: { expiresAt?: number; revokedAt?: number; scopes?: string[] } = {}) {
    const { key, record } = issueApiKey({
      name: 'robot',
      scopes: members.scopes ?? ['agents:read'],
      maker: OPERATOR,
      makerIssuer: 'local',
      makerSubject: 'operator',
      createdAt: Date.now() - 1000,
      expiresAt: members.expiresAt,
    })
    await shared.state.apiKeys.create(record)
    if (members.revokedAt !== undefined) {
      await shared.state.apiKeys.revoke(record.id, members.revokedAt)
    }
    return { key, id: record.id }
  }

  const stateful = () => serve(undefined, shared.state)

  it('tells every check of a good one and what it grants, which is no use of it', async () => {
    const { key, id } = await keep()
    const said = await explain(key, stateful())
    expect(said).toMatchObject({
      form: 'api-key',
      by: 'api keys',
      accepted: true,
      principal: {
        subject: `key:${id}`,
        permissions: ['agents:read:*'],
        expiresAt: null,
      },
    })
    expect(said.steps.map(({ name }: { name: string }) => name)).toStrictEqual([
      'spelling',
      'key',
      'revocation',
      'expiry',
      'maker',
      'user',
      'withdrawal',
    ])
    expect((await shared.state.apiKeys.find(id))?.lastUsedAt).toBeUndefined()
  })

  it.each([
    ['revoked', { revokedAt: 1 }, 'token_revoked', 'revocation'],
    ['expired', { expiresAt: Date.now() - 1 }, 'token_expired', 'expiry'],
  ])('tells of one that is %s', async (_case, members, code, step) => {
    const said = await explain((await keep(members)).key, stateful())
    expect(said).toMatchObject({ form: 'api-key', accepted: false, code, principal: null })
    expect(failedStep(said)).toBe(step)
  })

  it('tells of one that nobody has made, and of one that is misspelt', async () => {
    const unknown = await explain(createApiKey(), stateful())
    expect(unknown).toMatchObject({ form: 'api-key', code: 'token_key_unknown' })
    expect(failedStep(unknown)).toBe('key')
    const misspelt = await explain(`${createApiKey().slice(0, -1)}_`, stateful())
    expect(misspelt).toMatchObject({ form: 'api-key', code: 'token_malformed' })
    expect(failedStep(misspelt)).toBe('spelling')
  })

  it('is what the provider says of it, where no keys are kept', async () => {
    expect(await explain(createApiKey())).toMatchObject({
      form: 'api-key',
      by: 'jwt',
      accepted: false,
      code: 'token_malformed',
    })
  })
})

describe('POST /auth/explain: what is no token', () => {
  it.each(['', ' ', 'x', 'Bearer abc', 'a\nb\u0000', '…', '{"a":1}', 'x'.repeat(65_536), '..'])(
    'is explained, not refused: %#',
    async (text) => {
      const simple = new SimpleAuth({ tokens: { [ROBOT]: { sub: 'robot' } } })
      for (const served of [serve(), serve(simple)]) {
        const said = await explain(text, served)
        expect(said).toMatchObject({ form: 'opaque', accepted: false, principal: null })
        expect(said.code).toMatch(/^token_/)
      }
    },
  )
})

describe('POST /auth/explain: refusals', () => {
  const token = tokenWith('system:read')

  it.each<[string, string | undefined, string]>([
    ['no body', undefined, 'root'],
    ['null', 'null', 'root'],
    ['a list', '[]', 'root'],
    ['a text', '"x"', 'root'],
    ['no token', '{}', 'token'],
    ['a token that is no text', '{"token":7}', 'token'],
    ['a token that is null', '{"token":null}', 'token'],
    ['a token twice', '{"token":"a","token":"b"}', 'body'],
    ['what is no JSON', '{"token":', 'body'],
  ])('answers 400 to %s, naming the field', async (_case, body, field) => {
    const asking = makeRequest(PATH, { token, body, method: 'POST' })
    const refusal = await readRefusal(await serve().app.fetch(asking))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(refusal.issues).toMatchObject([{ field }])
  })

  it('answers 400 to a member that it does not know', async () => {
    const asking = makeRequest(PATH, { token, json: { token: 'a', provider: 'b' } })
    expect((await serve().app.fetch(asking)).status).toBe(400)
  })

  it('answers 413 to a body that is too large', async () => {
    const asking = makeRequest(PATH, { token, json: { token: 'x'.repeat(5 * 1024 * 1024) } })
    expect((await serve().app.fetch(asking)).status).toBe(413)
  })

  it('answers 403 without system:read, and 401 to a stranger, whatever the body', async () => {
    const { app } = serve()
    for (const json of [{ token: 'x' }, {}]) {
      const nearly = makeRequest(PATH, { token: tokenWith('tokens:write'), json })
      expect((await app.fetch(nearly)).status).toBe(403)
      expect((await app.fetch(makeRequest(PATH, { json }))).status).toBe(401)
    }
  })

  it('answers 404 where nobody is told apart, and so no token is looked at', async () => {
    const roles = { member: ['system:read'] }
    const open = createTestApplication({ server: { auth: false, access: { roles } } })
    const app = createApp(open.mastra)
    apps.push(app)
    expect((await app.fetch(makeRequest(PATH, { json: { token: 'x' } }))).status).toBe(404)
  })
})
