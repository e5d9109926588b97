import {
  MastraJwtAuth,
  type AuthProvider,
  type Claims,
  type MastraJwtAuthOptions,
} from '@signet/auth'
import { CompositeAuth, registerApiRoute, SimpleAuth } from '@signet/core/server'
import { createApp } from '@signet/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  invalidToken,
  makeRequest,
  readRefusal,
} from '@signet/test-support/application/application'

const A = 'https://a.example'
const B = 'https://b.example'
const SECRET_A = 'the secret of issuer a, longer than thirty-two bytes'
const SECRET_B = 'the secret of issuer b, longer than thirty-two bytes'
const MACHINE_TOKEN = 'signet-0123456789-abcdefghijklmnop'
const RETIRED_TOKEN = 'signet-9876543210-abcdefghijklmnop'
const HOUR = { expiresInSeconds: 3600 }

/** A provider of JSON Web Tokens of one issuer, which accepts by that issuer. */
function issuerAuth(issuer: string, options: MastraJwtAuthOptions): AuthProvider<Claims> {
  const auth = new MastraJwtAuth({ issuer, name: issuer, ...options })
  return {
    name: auth.name,
    defaultRole: auth.defaultRole,
    accepts: (form) => form.issuer === issuer,
    authenticateToken: (token) => auth.authenticateToken(token),
    authorizeUser: (claims, request) => auth.authorizeUser(claims, request),
    mapUserToResourceId: (claims) => auth.mapUserToResourceId(claims),
  }
}

const auth = new CompositeAuth([
  issuerAuth(A, {
    secret: SECRET_A,
    defaultRole: 'viewer',
    mapUserToResourceId: ({ sub }) => `a/${sub}`,
    authorizeUser: ({ sub }) => sub !== 'mallory',
  }),
  issuerAuth(B, { secret: SECRET_B, defaultRole: 'member' }),
  new SimpleAuth({
    defaultRole: null,
    tokens: {
      [MACHINE_TOKEN]: { id: 'machine' },
      [RETIRED_TOKEN]: { user: { id: 'retired' }, expiresAt: 1_700_000_000 },
    },
  }),
])

const whoami = registerApiRoute('/whoami', {
  method: 'GET',
  handler(context) {
    const { principal } = context.get('requestContext')
    return context.json({
      subject: principal?.subject,
      issuer: principal?.issuer,
      owner: principal?.resourceId,
      roles: principal?.roles,
    })
  },
})

const { mastra, log } = createTestApplication({ server: { auth, apiRoutes: [whoami] } })
const app = createApp(mastra)

const ask = (token: string, path = '/whoami') => app.fetch(makeRequest(path, { token }))
const refusalOf = async (token: string) => readRefusal(await ask(token))

const sign = (secret: string, claims: Claims) =>
  new MastraJwtAuth({ secret }).sign({ sub: 'alice', ...claims }, HOUR)

describe('a server behind CompositeAuth', () => {
  it.each([
    ['issuer A', sign(SECRET_A, { iss: A }), ['alice', A, 'a/alice', ['viewer']]],
    ['issuer B', sign(SECRET_B, { iss: B }), ['alice', B, 'alice', ['member']]],
    ['SimpleAuth', MACHINE_TOKEN, ['machine', 'local', 'machine', []]],
  ])('lets in a token of %s, with its owner and its default role', async (_case, token, who) => {
    const response = await ask(token)
    expect(response.status).toBe(200)
    const [subject, issuer, owner, roles] = who
    expect(await response.json()).toStrictEqual({ subject, issuer, owner, roles })
  })

  it('grants what the default role of its provider grants, and no more', async () => {
    const statuses = async (token: string) => {
      const read = await ask(token, '/api/agents/weather-agent')
      const execute = await app.fetch(
        makeRequest('/api/agents/weather-agent/generate', { token, json: { messages: 'Hello' } }),
      )
      return [read.status, execute.status]
    }
    expect(await statuses(sign(SECRET_A, { iss: A }))).toStrictEqual([200, 403])
    expect(await statuses(sign(SECRET_B, { iss: B }))).toStrictEqual([200, 200])
    expect(await statuses(MACHINE_TOKEN)).toStrictEqual([403, 403])
  })

  const nobody = { code: 'token_issuer', text: 'The issuer of the token is not accepted.' }
  const signature = { code: 'token_signature', text: 'The signature of the token is not valid.' }
  it.each([
    ["issuer A signed with B's secret", sign(SECRET_B, { iss: A }), signature],
    ["issuer B signed with A's secret", sign(SECRET_A, { iss: B }), signature],
    ['another issuer', sign(SECRET_A, { iss: 'https://c.example' }), nobody],
    ['no issuer', sign(SECRET_A, {}), nobody],
    [
      'nobody, opaque',
      `${MACHINE_TOKEN}x`,
      { code: 'token_key_unknown', text: 'No key of this server fits the token.' },
    ],
    [
      'issuer B before its time',
      sign(SECRET_B, { iss: B, nbf: 4_000_000_000 }),
      { code: 'token_not_active', text: 'The token is not active yet.' },
    ],
  ])('refuses a token of %s with the reason of its provider', async (_case, token, reason) => {
    expect(await refusalOf(token)).toStrictEqual({
      status: 401,
      challenge: invalidToken(reason.text),
      issues: undefined,
      ...reason,
    })
  })

  it('refuses an opaque token that has expired, and says when', async () => {
    expect(await refusalOf(RETIRED_TOKEN)).toMatchObject({
      status: 401,
      code: 'token_expired',
      text: 'The token expired at 2023-11-14T22:13:20.000Z.',
    })
  })

  it('refuses a user whom their provider does not authorize', async () => {
    const mallory = { sub: 'mallory' }
    const refusal = await refusalOf(sign(SECRET_A, { iss: A, ...mallory }))
    expect(refusal).toMatchObject({ status: 403, code: 'access_denied' })
    expect((await ask(sign(SECRET_B, { iss: B, ...mallory }))).status).toBe(200)
  })

  it('tells the log, and nobody else, what each provider said', async () => {
    const token = sign(SECRET_A, { iss: 'https://d.example' })
    const response = await ask(token)
    const line = log.at(-1)
    expect(line?.fields['reason']).toBe(
      `No provider accepts a JWT (issuer: "https://d.example", algorithm: "HS256"). ${A}: its accepts returned false; ${B}: its accepts returned false; simple: its accepts returned false.`,
    )
    expect(await response.text()).not.toContain('example')
    expect(JSON.stringify(log)).not.toContain(token)
  })
})
