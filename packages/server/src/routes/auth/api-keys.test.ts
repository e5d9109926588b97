import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MastraJwtAuth, type AuthProvider, type RoleTable } from '@signet/auth'
import { API_KEY_ISSUER, createApiKey, isApiKey } from '@signet/auth/internal'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  SECRET,
  type TestRequest,
} from '@signet/test-support/application/application'
import { openState, type OpenState } from '@signet/test-support/application/state'
import type { ApiKeyView } from '../../api-key/view.js'
import { createApp, type App } from '../../app.js'

const PATH = '/api/auth/api-keys'
const START = Date.UTC(2030, 0, 1)
const DAY = 86_400_000

/** What a server of these tests stands on. */
interface Serving {
  readonly auth?: AuthProvider | false
  readonly roles?: RoleTable
  readonly isStateless?: boolean
}

let opened: OpenState
let apps: App[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  opened = await openState()
  apps = []
})

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()))
  await opened.close()
  vi.useRealTimers()
})

const auth = new MastraJwtAuth({ secret: SECRET })

/** A server on the state of this test: another one of it is a server that was started again. */
function serve({ auth: provider = auth, roles, isStateless = false }: Serving = {}): App {
  const { mastra } = createTestApplication({
    server: { auth: provider, ...(roles && { access: { roles } }) },
  })
  const app = createApp(mastra, isStateless ? {} : { state: opened.state })
  apps.push(app)
  return app
}

const tokenFor = (claims: object) =>
  auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 3600 })
const OWNER = () => tokenFor({ role: 'owner' })

function ask(app: App, path: string, request: TestRequest = {}): Promise<Response> {
  return app.fetch(makeRequest(path, request))
}

async function refusal(app: App, path: string, request: TestRequest = {}) {
  return readRefusal(await ask(app, path, request))
}

type Made = ApiKeyView & { readonly key: string }

async function make(app: App, token: string, more: object = {}): Promise<Made> {
  const json = { name: 'nightly report', scopes: ['agents:read'], ...more }
  const response = await ask(app, PATH, { token, json })
  expect(response.status).toBe(201)
  return (await response.json()) as Made
}

interface List {
  readonly keys: readonly ApiKeyView[]
  readonly total: number
  readonly page: number
  readonly perPage: number
  readonly hasMore: boolean
}

async function list(app: App, query = ''): Promise<List> {
  const response = await ask(app, PATH + query, { token: OWNER() })
  expect(response.status).toBe(200)
  return (await response.json()) as List
}

const isLetIn = async (app: App, key: string) =>
  (await ask(app, '/api/agents', { token: key })).status === 200

describe('POST /api/auth/api-keys', () => {
  it('makes a key that is shown once, and that lasts 90 days', async () => {
    const app = serve()
    const { key, ...view } = await make(app, OWNER(), { scopes: ['agents:read', 'agents:read'] })
    expect(isApiKey(key)).toBe(true)
    expect(view).toStrictEqual({
      id: expect.stringMatching(/^[0-9a-f]{20}$/),
      name: 'nightly report',
      scopes: ['agents:read'],
      maker: { issuer: 'local', subject: 'alice' },
      createdAt: '2030-01-01T00:00:00.000Z',
      expiresAt: '2030-04-01T00:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
      status: 'active',
    })
    expect(await list(app)).toMatchObject({ keys: [view], total: 1, hasMore: false })
    expect(JSON.stringify(await list(app))).not.toContain(key.slice(4))
  })

  it('makes a key for as long as is asked, or for ever where that is written out', async () => {
    const app = serve()
    const days = async (expiresInDays: number | null) =>
      (await make(app, OWNER(), { expiresInDays })).expiresAt
    expect(await days(1)).toBe('2030-01-02T00:00:00.000Z')
    expect(await days(36_525)).toBe('2130-01-02T00:00:00.000Z')
    expect(await days(null)).toBe(null)
  })

  it('gives a key no more than its maker may do, and names what is more', async () => {
    const app = serve()
    const token = tokenFor({ scope: 'api-keys:write agents:execute:weather-agent memory:*' })
    const scopes = (...names: string[]) => ({ token, json: { name: 'n', scopes: names } })
    for (const [asked, missing] of [
      [['agents:execute'], 'agents:execute'],
      [['memory:read', 'agents:execute:other-agent'], 'agents:execute:other-agent'],
      [['memory:*', '*:read'], '*:read'],
      [['*'], '*'],
      [['api-keys:delete'], 'api-keys:delete'],
    ] as const) {
      const response = await ask(app, PATH, scopes(...asked))
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({
        code: 'scope_insufficient',
        missingScope: missing,
      })
    }
    expect((await list(app)).total).toBe(0)
    const good = ['memory:*', 'memory:read:x', 'agents:execute:weather-agent', 'api-keys:write']
    expect((await ask(app, PATH, scopes(...good))).status).toBe(201)
  })

  it('refuses scopes that it does not know, and names them', async () => {
    const { status, code, issues } = await refusal(serve(), PATH, {
      token: OWNER(),
      json: { name: 'n', scopes: ['agents:read', 'agents:run', 'admin'] },
    })
    expect({ status, code }).toStrictEqual({ status: 400, code: 'request_invalid' })
    expect(issues).toStrictEqual([
      { field: 'scopes.1', message: expect.stringContaining('"agents:run" is not a permission') },
      { field: 'scopes.2', message: expect.stringContaining('"admin" is not a permission') },
    ])
  })

  it.each<[string, unknown, field: string]>([
    ['null', null, 'root'],
    ['a list', [], 'root'],
    ['nothing in it', {}, 'name'],
    ['no scopes', { name: 'n' }, 'scopes'],
    ['an empty list of scopes', { name: 'n', scopes: [] }, 'scopes'],
    ['a text for scopes', { name: 'n', scopes: 'agents:read' }, 'scopes'],
    ['a number among scopes', { name: 'n', scopes: [1] }, 'scopes.0'],
    ['a key for a scope', { name: 'n', scopes: [createApiKey()] }, 'scopes.0'],
    ['a key in a scope', { name: 'n', scopes: [`agents:read:${createApiKey()}`] }, 'scopes.0'],
    ['too many scopes', { name: 'n', scopes: Array(101).fill('*') }, 'scopes'],
    ['an empty name', { name: '', scopes: ['*'] }, 'name'],
    ['a name of blanks', { name: '  ', scopes: ['*'] }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(101), scopes: ['*'] }, 'name'],
    ['a name with a control character', { name: 'a\u001b[2J', scopes: ['*'] }, 'name'],
    ['a name with NUL', { name: 'a\0', scopes: ['*'] }, 'name'],
    ['a name with half a character', { name: '\ud800', scopes: ['*'] }, 'name'],
    ['a name that is a number', { name: 7, scopes: ['*'] }, 'name'],
    ['0 days', { name: 'n', scopes: ['*'], expiresInDays: 0 }, 'expiresInDays'],
    ['days below 0', { name: 'n', scopes: ['*'], expiresInDays: -1 }, 'expiresInDays'],
    ['half a day', { name: 'n', scopes: ['*'], expiresInDays: 0.5 }, 'expiresInDays'],
    ['too many days', { name: 'n', scopes: ['*'], expiresInDays: 36_526 }, 'expiresInDays'],
    ['days as a text', { name: 'n', scopes: ['*'], expiresInDays: '90' }, 'expiresInDays'],
    ['a member that is misspelt', { name: 'n', scopes: ['*'], expiresInDay: 1 }, 'root'],
    ['a maker', { name: 'n', scopes: ['*'], maker: { sub: 'bob' } }, 'root'],
    ['a key', { name: 'n', scopes: ['*'], key: createApiKey() }, 'root'],
  ])('refuses a body with %s', async (_case, json, field) => {
    const app = serve()
    const { status, code, issues } = await refusal(app, PATH, { token: OWNER(), json })
    expect({ status, code }).toStrictEqual({ status: 400, code: 'request_invalid' })
    expect((issues as readonly { field: string }[]).map((issue) => issue.field)).toContain(field)
    expect((await list(app)).total).toBe(0)
  })

  it('keeps whatever names and subjects there are as they are', async () => {
    const app = serve()
    const name = 'ä天🌦 O\u2019Brien"; --'
    for (const sub of ['ä"\\', 'a\0b', 'x'.repeat(2000), '\ud800']) {
      const { key } = await make(app, tokenFor({ sub, role: 'owner' }), { name })
      expect((await list(app)).keys[0]).toMatchObject({ name, maker: { subject: sub } })
      expect(await isLetIn(app, key)).toBe(true)
      vi.setSystemTime(Date.now() + 1000)
    }
  })

  it('makes no key for a key, whatever it may do', async () => {
    const app = serve()
    const { key } = await make(app, OWNER(), { scopes: ['*'] })
    const json = { name: 'n', scopes: ['agents:read'] }
    expect(await refusal(app, PATH, { token: key, json })).toMatchObject({
      status: 403,
      code: 'access_denied',
    })
    expect((await list(app)).total).toBe(1)
  })

  it('makes none where nobody is told apart', async () => {
    const app = serve({ auth: false, roles: { member: ['*'] } })
    const json = { name: 'n', scopes: ['agents:read'] }
    expect(await refusal(app, PATH, { json })).toMatchObject({ status: 403, code: 'access_denied' })
  })

  it.each(['member', 'viewer'])('is not for a %s', async (role) => {
    const json = { name: 'n', scopes: ['agents:read'] }
    expect(await refusal(serve(), PATH, { token: tokenFor({ role }), json })).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
  })
})

describe('GET /api/auth/api-keys', () => {
  it('lists keys of everybody, the newest first, by pages', async () => {
    const app = serve()
    const made: string[] = []
    for (const sub of ['alice', 'bob', 'carol']) {
      vi.setSystemTime(Date.now() + 1000)
      made.unshift((await make(app, tokenFor({ sub, role: 'admin' }))).id)
    }
    const ids = ({ keys }: List) => keys.map(({ id }) => id)
    expect(ids(await list(app))).toStrictEqual(made)
    const first = await list(app, '?perPage=2')
    expect(ids(first)).toStrictEqual(made.slice(0, 2))
    expect(first).toMatchObject({ total: 3, page: 0, perPage: 2, hasMore: true })
    const second = await list(app, '?perPage=2&page=1')
    expect(ids(second)).toStrictEqual(made.slice(2))
    expect(second).toMatchObject({ total: 3, page: 1, perPage: 2, hasMore: false })
    expect(await list(app, '?page=1000000000')).toMatchObject({ keys: [], hasMore: false })
    expect(ids(await list(app, '?mine=true'))).toStrictEqual(made.slice(2))
    expect(ids(await list(app, '?mine=false'))).toStrictEqual(made)
  })

  it.each([
    '?page=-1',
    '?perPage=0',
    '?perPage=1001',
    '?page=x',
    '?mine=1',
    '?mine=',
    '?mine=true&mine=true',
  ])('refuses the query %s', async (query) => {
    expect(await refusal(serve(), PATH + query, { token: OWNER() })).toMatchObject({
      status: 400,
      code: 'request_invalid',
    })
  })

  it('tells what became of each', async () => {
    const app = serve()
    const [short, long] = [
      await make(app, OWNER(), { expiresInDays: 1 }),
      await make(app, OWNER(), { name: 'long' }),
    ]
    await ask(app, `${PATH}/${long.id}`, { token: OWNER(), method: 'DELETE' })
    vi.setSystemTime(START + DAY)
    const { keys } = await list(app)
    const statusOf = ({ id }: Made) => keys.find((key) => key.id === id)?.status
    expect([statusOf(short), statusOf(long)]).toStrictEqual(['expired', 'revoked'])
  })
})

describe('DELETE /api/auth/api-keys/:keyId', () => {
  const remove = (app: App, id: string, token = OWNER()) =>
    ask(app, `${PATH}/${id}`, { token, method: 'DELETE' })

  it('revokes a key for good, in this process and in others', async () => {
    const [app, other] = [serve(), serve()]
    const { key, id } = await make(app, OWNER())
    expect(await isLetIn(app, key)).toBe(true)
    expect(await isLetIn(other, key)).toBe(true)
    const response = await remove(app, id)
    expect(response.status).toBe(200)
    const view = { id, status: 'revoked', revokedAt: '2030-01-01T00:00:00.000Z' }
    expect(await response.json()).toMatchObject(view)
    for (const each of [app, other, serve()]) {
      expect(await refusal(each, '/api/agents', { token: key })).toMatchObject({
        status: 401,
        code: 'token_revoked',
      })
    }
  })

  it('changes nothing when it is done again', async () => {
    const app = serve()
    const { id } = await make(app, OWNER())
    await remove(app, id)
    vi.setSystemTime(START + DAY)
    const token = OWNER()
    expect(await (await remove(app, id, token)).json()).toMatchObject({
      revokedAt: '2030-01-01T00:00:00.000Z',
    })
  })

  it.each([
    '00000000-0000-4000-8000-000000000000',
    'x',
    'key:x',
    '%00',
    '%ff',
    '..%2f',
    'x'.repeat(300),
  ])('knows no key %s', async (id) => {
    expect(await readRefusal(await remove(serve(), id))).toMatchObject({
      status: 404,
      code: 'not_found',
    })
  })

  it('appends the revocation of the key to the log', async () => {
    const app = serve()
    const { id } = await make(app, OWNER(), { expiresInDays: 2 })
    await remove(app, id)
    const [entry, ...others] = await opened.state.revocations.readAfter(0, 10)
    expect(others).toStrictEqual([])
    expect(entry?.revocation).toStrictEqual({
      kind: 'subject',
      issuer: API_KEY_ISSUER,
      subject: `key:${id}`,
      at: START / 1000,
      forgetAt: (START + 3 * DAY) / 1000,
    })
  })

  it('is not for one who may only read and make keys', async () => {
    const app = serve()
    const { id } = await make(app, OWNER())
    const token = tokenFor({ scope: 'api-keys:read api-keys:write' })
    expect(await readRefusal(await remove(app, id, token))).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
  })
})

describe('an API key at the gate', () => {
  it('may do what it was given, and no more', async () => {
    const app = serve()
    const scopes = ['agents:execute:weather-agent', 'tools:*']
    const { key } = await make(app, OWNER(), { scopes })
    const generate = (agent: string) =>
      ask(app, `/api/agents/${agent}/generate`, { token: key, json: { messages: 'Hi' } })
    expect((await generate('weatherAgent')).status).toBe(200)
    expect(await readRefusal(await generate('otherAgent'))).toMatchObject({
      code: 'scope_insufficient',
    })
    expect(await refusal(app, PATH, { token: key })).toMatchObject({ code: 'scope_insufficient' })
  })

  it('is shown as who it is', async () => {
    const app = serve()
    const { key, id } = await make(app, OWNER())
    expect(await (await ask(app, '/api/auth/me', { token: key })).json()).toMatchObject({
      id: `key:${id}`,
      name: 'nightly report',
      roles: [],
      permissions: ['agents:read:*'],
      expiresAt: '2030-04-01T00:00:00.000Z',
    })
  })

  it.each<[string, Serving]>([
    ['is taken out of the table', { roles: { helper: [] } }],
    ['grants less', { roles: { helper: ['tools:read'] } }],
  ])('loses a role that %s', async (_case, serving) => {
    const before = serve({ roles: { helper: ['agents:read', 'api-keys:write'] } })
    const { key } = await make(before, tokenFor({ role: 'helper' }))
    const read = (app: App) => ask(app, '/api/agents/weatherAgent', { token: key })
    expect((await read(before)).status).toBe(200)
    expect(await readRefusal(await read(serve(serving)))).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
  })

  it('ends with its maker: what is revoked of them takes their keys along', async () => {
    const app = serve()
    const { key } = await make(app, OWNER())
    const { key: ofBob } = await make(app, tokenFor({ sub: 'bob', role: 'owner' }))
    const json = { subject: 'alice' }
    const token = tokenFor({ sub: 'root', role: 'owner' })
    expect((await ask(app, '/api/auth/revocations', { token, json })).status).toBe(201)
    expect(await refusal(app, '/api/agents', { token: key })).toMatchObject({
      status: 401,
      code: 'token_revoked',
    })
    expect(await isLetIn(app, ofBob)).toBe(true)
    // What alice is given later is good again, and so are the keys that she makes with it.
    vi.setSystemTime(START + 2000)
    expect(await isLetIn(app, (await make(app, OWNER())).key)).toBe(true)
    expect(await isLetIn(app, key)).toBe(false)
  })

  it('is revoked by logging out with it', async () => {
    const app = serve()
    const { key } = await make(app, OWNER())
    expect((await ask(app, '/api/auth/logout', { token: key, method: 'POST' })).status).toBe(200)
    expect(await isLetIn(app, key)).toBe(false)
    expect((await list(app)).keys[0]).toMatchObject({ status: 'revoked' })
    expect(await isLetIn(serve(), key)).toBe(false)
  })

  it.each([
    ['token_malformed', () => `${createApiKey()}0`],
    ['token_malformed', () => 'sgn_'],
    ['token_malformed', () => `sgn_${'0'.repeat(8000)}`],
    ['token_key_unknown', createApiKey],
  ])('is refused as %s where there is none such', async (code, key) => {
    expect(await refusal(serve(), '/api/agents', { token: key() })).toMatchObject({
      status: 401,
      code,
    })
  })

  it('is refused once it has expired, and told when', async () => {
    const app = serve()
    const { key } = await make(app, OWNER(), { expiresInDays: 1 })
    vi.setSystemTime(START + DAY - 1)
    expect(await isLetIn(app, key)).toBe(true)
    vi.setSystemTime(START + DAY)
    expect(await refusal(app, '/api/agents', { token: key })).toMatchObject({
      status: 401,
      code: 'token_expired',
      text: 'The token expired at 2030-01-02T00:00:00.000Z.',
    })
  })

  it('is refused where the store does not answer, while tokens go on', async () => {
    const { mastra } = createTestApplication({ server: { auth } })
    const { key } = await make(serve(), OWNER())
    await opened.state.close()
    const app = createApp(mastra, { state: { apiKeys: opened.state.apiKeys } })
    apps.push(app)
    for (const path of ['/api/agents', '/api/auth/me']) {
      expect(await refusal(app, path, { token: key })).toMatchObject({
        status: 503,
        code: 'storage_unavailable',
      })
    }
    expect((await ask(app, '/api/agents', { token: OWNER() })).status).toBe(200)
  })

  it('reaches the store of keys alone, and a token the provider alone', async () => {
    const seen: string[] = []
    const provider: AuthProvider = {
      authenticateToken(token) {
        seen.push(token)
        return { sub: 'alice', role: 'owner' }
      },
    }
    const lookups = vi.spyOn(opened.state.apiKeys, 'findByDigest')
    const app = serve({ auth: provider })
    await ask(app, '/api/agents', { token: createApiKey() })
    await ask(app, '/api/agents', { token: 'sgn_' })
    expect([seen, lookups.mock.calls.length]).toStrictEqual([[], 1])
    await ask(app, '/api/agents', { token: 'SGN_other' })
    expect([seen, lookups.mock.calls.length]).toStrictEqual([['SGN_other'], 1])
  })

  it('is the provider’s to judge where no keys are kept, and there are no routes for them', async () => {
    const app = serve({ isStateless: true })
    expect(await refusal(app, '/api/agents', { token: createApiKey() })).toMatchObject({
      status: 401,
      code: 'token_malformed',
    })
    expect(await refusal(app, PATH, { token: OWNER() })).toMatchObject({ status: 404 })
  })

  it('is nobody else: a token that names the issuer of keys is refused', async () => {
    const app = serve()
    const { id, key } = await make(app, OWNER())
    const forged = tokenFor({ iss: API_KEY_ISSUER, sub: `key:${id}`, role: 'owner' })
    for (const each of [app, serve({ isStateless: true })]) {
      expect(await refusal(each, '/api/agents', { token: forged })).toMatchObject({
        status: 401,
        code: 'token_issuer',
      })
    }
    const provider: AuthProvider = {
      authenticateToken: () => ({ iss: API_KEY_ISSUER, sub: `key:${id}`, role: 'owner' }),
    }
    expect(await refusal(serve({ auth: provider }), PATH, { token: 'x' })).toMatchObject({
      code: 'token_issuer',
    })
    expect(await isLetIn(app, key)).toBe(true)
  })

  it('is written down as used, once the server ends at the latest', async () => {
    const app = serve()
    const { key, id } = await make(app, OWNER())
    vi.setSystemTime(START + 5000)
    await isLetIn(app, key)
    expect((await opened.state.apiKeys.find(id))?.lastUsedAt).toBeUndefined()
    await app.close()
    expect((await opened.state.apiKeys.find(id))?.lastUsedAt).toBe(START + 5000)
  })
})
