import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  tokenOf,
  type TestApplicationOptions,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'

const { auth } = createTestApplication()

/** What an answer of a path looks like, by the table that the OpenAPI document is made of. */
function checkShape(app: App, path: string, answer: unknown): void {
  const { pathname } = new URL(path, 'http://localhost')
  const shape = app.table.find('GET', pathname)?.route.response
  expect(shape?.safeParse(answer).success).toBe(true)
}

async function ask(path: string, token?: string, server: TestApplicationOptions['server'] = {}) {
  const app = createApp(createTestApplication({ server }).mastra)
  const response = await app.fetch(makeRequest(path, { token }))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('www-authenticate')).toBeNull()
  const answer: unknown = await response.json()
  checkShape(app, path, answer)
  return answer
}

const EXPIRED = auth.sign({ sub: 'alice', role: 'owner', exp: 1_700_000_000 })
const FORGED = `${tokenOf('owner').slice(0, -4)}AAAA`
const EXP = Math.floor(Date.now() / 1000) + 600
const ALICE = auth.sign({
  sub: 'alice',
  name: 'Alice',
  email: 'alice@example.org',
  picture: 'https://example.org/a.png',
  role: ['viewer', 'emperor'],
  exp: EXP,
})

const BAD: readonly [string, string | undefined][] = [
  ['without a token', undefined],
  ['with an expired token', EXPIRED],
  ['with a changed signature', FORGED],
  ['with no token at all in it', 'nonsense'],
]

describe('GET /auth/capabilities', () => {
  it.each(BAD)('says that a token is needed, and no user, %s', async (_, token) => {
    expect(await ask('/api/auth/capabilities', token)).toStrictEqual({ enabled: true, login: null })
  })

  it('names the user of a good token and what they may do', async () => {
    expect(await ask('/api/auth/capabilities', ALICE)).toStrictEqual({
      enabled: true,
      login: null,
      user: {
        id: 'alice',
        name: 'Alice',
        email: 'alice@example.org',
        avatarUrl: 'https://example.org/a.png',
      },
      capabilities: { user: true, session: false, sso: false, rbac: true, acl: false, fga: false },
      access: {
        roles: ['viewer'],
        permissions: ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
      },
    })
  })

  it('says that none is needed where the server is open by choice', async () => {
    const open = { auth: false } as const
    expect(await ask('/api/auth/capabilities', undefined, open)).toStrictEqual({
      enabled: false,
      login: null,
    })
    expect(await ask('/api/auth/capabilities', ALICE, open)).toStrictEqual({
      enabled: false,
      login: null,
    })
  })
})

describe('GET /auth/me', () => {
  it.each(BAD)('is null %s', async (_, token) => {
    expect(await ask('/api/auth/me', token)).toBeNull()
  })

  it('is the user of a good token, what they may do and until when', async () => {
    expect(await ask('/api/auth/me', ALICE)).toStrictEqual({
      id: 'alice',
      name: 'Alice',
      email: 'alice@example.org',
      avatarUrl: 'https://example.org/a.png',
      roles: ['viewer'],
      permissions: ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
      subject: 'alice',
      issuer: 'local',
      resourceId: 'alice',
      ignoredGrants: ['emperor'],
      expiresAt: new Date(EXP * 1000).toISOString(),
    })
  })

  it('tells the owner of what they store, where it is not the subject, and the issuer', async () => {
    const provider = {
      authenticateToken: () => ({ sub: 'bob', iss: 'https://issuer.example' }),
      mapUserToResourceId: () => 'org:7',
    }
    expect(await ask('/api/auth/me', 'x', { auth: provider })).toStrictEqual({
      id: 'bob',
      roles: [],
      permissions: [],
      subject: 'bob',
      issuer: 'https://issuer.example',
      resourceId: 'org:7',
      ignoredGrants: [],
    })
  })

  it('tells claims only where they are texts', async () => {
    const odd = auth.sign({ sub: 'bob', name: 7, email: {}, picture: null, exp: EXP, role: [] })
    expect(await ask('/api/auth/me', odd)).toStrictEqual({
      id: 'bob',
      roles: [],
      permissions: [],
      subject: 'bob',
      issuer: 'local',
      resourceId: 'bob',
      ignoredGrants: [],
      expiresAt: new Date(EXP * 1000).toISOString(),
    })
  })

  it('is null where the server is open by choice', async () => {
    expect(await ask('/api/auth/me', ALICE, { auth: false })).toBeNull()
  })

  it('is null for a token in the query, and for two credentials', async () => {
    expect(await ask(`/api/auth/me?apiKey=${ALICE}`)).toBeNull()
    expect(await ask(`/api/auth/me?apiKey=${ALICE}`, ALICE)).toBeNull()
  })

  it('is null for a user that is not authorized', async () => {
    const authenticateToken = () => ({ sub: 'bob' })
    const provider = { authenticateToken, authorizeUser: () => false }
    expect(await ask('/api/auth/me', 'x', { auth: provider })).toBeNull()
  })
})
