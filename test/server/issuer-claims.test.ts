import { MastraJwtAuth, type IssuerOptions } from '@signet/auth'
import { registerApiRoute } from '@signet/core/server'
import { createApp } from '@signet/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
} from '@signet/test-support/application/application'
import { ISSUER_TOKENS, type IssuerToken } from '@signet/test-support/token/issuer-tokens'
import {
  createEcSigner,
  createEdSigner,
  createRsaSigner,
  signAs,
} from '@signet/test-support/token/signers'

const rsa = createRsaSigner()
const [ec, ed] = [createEcSigner(), createEdSigner()]

/** What a caller is told of themselves. */
const whoami = registerApiRoute('/whoami', {
  method: 'GET',
  handler(context) {
    const { principal } = context.get('requestContext')
    return context.json({
      subject: principal?.subject,
      owner: principal?.resourceId,
      client: principal?.client ?? null,
      session: principal?.sessionId ?? null,
      actors: principal?.actors,
      roles: principal?.roles,
      granted: principal?.permissions.granted,
      foreign: principal?.foreignScopes,
      claims: principal?.claims,
    })
  },
})

/** An issuer: its token, the options that map it, and who its caller then is. */
interface Case {
  readonly token: IssuerToken
  readonly options: IssuerOptions
  readonly signer?: typeof rsa
  readonly caller: {
    readonly client?: string
    readonly session?: string
    readonly subject?: string
    readonly roles?: readonly string[]
    readonly granted: readonly string[]
    readonly foreign?: readonly string[]
    readonly actors?: readonly string[]
  }
  /** Tokens that are refused: what they have otherwise, and with which code. */
  readonly refused: readonly (readonly [claims: object, code: string])[]
}

const T = ISSUER_TOKENS
const OPERATE = ['agents:read', 'agents:execute']

const CASES: Readonly<Record<string, Case>> = {
  'Keycloak: nested roles, its own audience': {
    token: T.keycloak,
    options: {
      clients: ['web'],
      claims: {
        roles: [
          ['realm_access', 'roles'],
          ['resource_access', 'my-agents', 'roles'],
        ],
      },
      roles: { engineer: ['tools:*'], operator: OPERATE },
      unknownRoles: 'ignore',
    },
    caller: {
      client: 'web',
      session: T.keycloak.claims.sid,
      roles: ['engineer', 'operator'],
      granted: ['tools:*', ...OPERATE],
      foreign: ['profile', 'email'],
    },
    refused: [
      [{ azp: 'other' }, 'token_claim'],
      [{ azp: undefined }, 'token_claim'],
      [{ azp: ['web'] }, 'token_claim'],
      [{ iss: 'https://kc.example/realms/other' }, 'token_issuer'],
    ],
  },
  'Auth0: roles below a URL, permissions of its own': {
    token: T.auth0,
    options: {
      audience: 'https://agents.example',
      claims: { roles: 'https://acme.example/roles' },
      roles: { operator: ['tools:execute'] },
      scopeMap: {
        'read:weather': ['agents:read'],
        'run:weather-agent': ['agents:execute:weather-agent'],
      },
    },
    caller: {
      client: 'SPA1',
      roles: ['operator'],
      granted: ['agents:read', 'agents:execute:weather-agent', 'tools:execute'],
      foreign: ['openid', 'profile', 'email', 'offline_access'],
    },
    refused: [[{ aud: 'https://acme.eu.auth0.com/userinfo' }, 'token_audience']],
  },
  'Cognito, access token: no audience, groups, scopes of a resource server': {
    token: T.cognitoAccess,
    options: {
      clients: T.cognitoAccess.claims.client_id,
      requiredValues: { token_use: 'access' },
      claims: { roles: 'cognito:groups' },
      roles: { operators: ['tools:execute'] },
      scopeMap: { 'agents/execute': ['agents:execute'] },
    },
    caller: {
      client: T.cognitoAccess.claims.client_id,
      roles: ['operators'],
      granted: ['agents:execute', 'tools:execute'],
      foreign: ['aws.cognito.signin.user.admin', 'openid'],
    },
    refused: [
      [{ client_id: 'other' }, 'token_claim'],
      [{ token_use: 'id' }, 'token_claim'],
      [{ token_use: undefined }, 'token_claim'],
      [{ ...T.cognitoId.claims, client_id: undefined }, 'token_claim'],
    ],
  },
  'Cognito, ID token': {
    token: T.cognitoId,
    options: {
      audience: T.cognitoId.claims.aud,
      requiredValues: { token_use: ['id'] },
      claims: { roles: 'cognito:groups' },
      roles: { operators: OPERATE },
    },
    caller: { roles: ['operators'], granted: OPERATE },
    refused: [
      [{ token_use: 'access' }, 'token_claim'],
      [{ aud: 'other' }, 'token_audience'],
    ],
  },
  'Clerk: role and permissions of the organisation, permissions with commas': {
    token: T.clerk,
    options: {
      clients: ['https://app.example'],
      claims: { roles: ['o', 'rol'], permissions: ['o', 'per'] },
      roles: { admin: ['memory:*'] },
      scopeMap: { run: ['agents:execute'], read: ['agents:read'] },
    },
    caller: {
      client: 'https://app.example',
      session: 'sess_2abc',
      roles: ['admin'],
      granted: ['agents:execute', 'agents:read', 'memory:*'],
    },
    refused: [
      [{ azp: undefined }, 'token_claim'],
      [{ azp: 'https://evil.example' }, 'token_claim'],
    ],
  },
  'Supabase: role in app_metadata, nobody anonymous': {
    token: T.supabase,
    signer: ec,
    options: {
      audience: 'authenticated',
      requiredValues: { is_anonymous: false },
      claims: { roles: ['app_metadata', 'agent_role'], session: 'session_id' },
      roles: { operator: OPERATE },
    },
    caller: { session: T.supabase.claims.session_id, roles: ['operator'], granted: OPERATE },
    refused: [
      [{ is_anonymous: true }, 'token_claim'],
      [{ is_anonymous: 'false' }, 'token_claim'],
      [{ is_anonymous: undefined }, 'token_claim'],
    ],
  },
  'Firebase: a claim that is true is a role by its name': {
    token: T.firebase,
    options: {
      audience: 'acme-1',
      claims: { roles: ['admin'] },
      roles: { admin: ['agents:*'] },
    },
    caller: { roles: ['admin'], granted: ['agents:*'] },
    refused: [[{ aud: 'acme-2' }, 'token_audience']],
  },
  'Entra v2: the subject is oid': {
    token: T.entraV2,
    options: {
      audience: T.entraV2.claims.aud,
      clients: ['web-client'],
      requiredValues: { tid: T.entraV2.claims.tid, ver: '2.0' },
      claims: { subject: 'oid' },
      roles: { Operator: ['tools:execute'] },
      scopeMap: { 'Agents.Run': ['agents:execute'] },
    },
    caller: {
      subject: T.entraV2.claims.oid,
      client: 'web-client',
      roles: ['Operator'],
      granted: ['agents:execute', 'tools:execute'],
      foreign: ['access_as_user'],
    },
    refused: [
      [{ oid: undefined }, 'token_claim'],
      [{ oid: '' }, 'token_claim'],
      [{ tid: 'other' }, 'token_claim'],
      [{ azp: 'other' }, 'token_claim'],
    ],
  },
  'Entra v1: the client is appid, agents are marked by their facets': {
    token: {
      ...T.entraV1,
      claims: { ...T.entraV1.claims, xms_act_fct: '3 9 11' },
    },
    options: {
      audience: T.entraV1.claims.aud,
      clients: ['web-client'],
      claims: { subject: 'oid', client: 'appid', actor: 'xms_act_fct' },
      actors: ['3 9 11'],
      scopeMap: { user_impersonation: OPERATE },
    },
    caller: {
      subject: T.entraV1.claims.oid,
      client: 'web-client',
      granted: OPERATE,
      actors: ['3 9 11'],
    },
    refused: [
      [{ appid: undefined, azp: 'web-client' }, 'token_claim'],
      [{ xms_act_fct: '11' }, 'token_claim'],
    ],
  },
  'Okta: names of groups with blanks, scopes in a list': {
    token: T.okta,
    options: {
      audience: 'api://default',
      clients: ['0oabc'],
      claims: { roles: 'groups', client: 'cid', subject: 'uid' },
      roles: { 'Agent Operators': ['tools:execute'] },
      unknownRoles: 'ignore',
      scopeMap: { 'agents.run': ['agents:execute'] },
    },
    caller: {
      subject: T.okta.claims.uid,
      client: '0oabc',
      roles: ['Agent Operators'],
      granted: ['agents:execute', 'tools:execute'],
      foreign: ['openid'],
    },
    refused: [
      [{ cid: 'other' }, 'token_claim'],
      [{ aud: 'api://other' }, 'token_audience'],
    ],
  },
  'Better Auth: the standard names': {
    token: T.betterAuth,
    signer: ed,
    options: { audience: 'https://app.example', roles: { admin: ['agents:*'] } },
    caller: { roles: ['admin'], granted: ['agents:*'] },
    refused: [[{ aud: 'https://other.example' }, 'token_audience']],
  },
  'WorkOS: no audience, an actor who impersonates': {
    token: T.workos,
    options: {
      audience: false,
      actors: ['admin@example.com'],
      roles: { member: ['agents:read'] },
      scopeMap: { 'agents:run': ['agents:execute'] },
    },
    caller: {
      session: 'session_1',
      roles: ['member', 'member'],
      granted: ['agents:execute', 'agents:read'],
      actors: ['admin@example.com'],
    },
    refused: [
      [{ act: { sub: 'mallory@example.com' } }, 'token_claim'],
      [{ act: { sub: 'mallory', act: { sub: 'admin@example.com' } } }, 'token_claim'],
      [{ act: {} }, 'token_claim'],
    ],
  },
  'Google: no roles, one organisation': {
    token: T.google,
    options: {
      audience: T.google.claims.aud,
      requiredValues: { hd: 'acme.example', email_verified: true },
      roles: { guest: OPERATE },
      defaultRole: 'guest',
    },
    caller: { client: T.google.claims.azp, roles: ['guest'], granted: OPERATE },
    refused: [
      [{ hd: 'evil.example' }, 'token_claim'],
      [{ hd: undefined }, 'token_claim'],
      [{ email_verified: 'true' }, 'token_claim'],
    ],
  },
  'Cloudflare Access: people by sub, services by common_name': {
    token: T.cloudflareAccess,
    options: {
      audience: T.cloudflareAccess.claims.aud[0],
      claims: { subject: [['common_name'], ['sub']] },
      roles: { guest: OPERATE },
      defaultRole: 'guest',
    },
    caller: { roles: ['guest'], granted: OPERATE },
    refused: [
      [{ sub: '' }, 'token_claim'],
      [{ common_name: '' }, 'token_claim'],
      [{ common_name: null }, 'token_claim'],
    ],
  },
}

const NOW = 1_796_000_000

/** A server that has one issuer, and how its tokens are signed. */
function serve({ token, options, signer = rsa }: Case) {
  const keys = { issuer: token.claims['iss'] as string, jwks: { keys: [signer.jwk] } }
  const auth = new MastraJwtAuth({ ...keys, ...options, now: () => NOW * 1000 })
  const app = createApp(createTestApplication({ server: { auth, apiRoutes: [whoami] } }).mastra)
  return async (claims: object, by = signer) => {
    const all = { ...token.claims, iat: NOW - 10, exp: NOW + 50, ...claims }
    return app.fetch(makeRequest('/whoami', { token: signAs(by, all, token.header) }))
  }
}

describe.each(Object.entries(CASES))('a token of %s', (_name, issuer) => {
  const { token, caller, refused } = issuer
  const ask = serve(issuer)

  it('says who calls, from where and with what, by the options alone', async () => {
    const response = await ask({})
    expect(response.status).toBe(200)
    const subject = caller.subject ?? token.claims['sub']
    expect(await response.json()).toStrictEqual({
      subject,
      owner: subject,
      client: caller.client ?? null,
      session: caller.session ?? null,
      actors: caller.actors ?? [],
      roles: caller.roles ?? [],
      granted: caller.granted,
      foreign: caller.foreign ?? [],
      claims: { ...token.claims, iat: NOW - 10, exp: NOW + 50 },
    })
  })

  it('is refused where it has something else', async () => {
    for (const [claims, code] of refused) {
      expect(await readRefusal(await ask(claims))).toMatchObject({ status: 401, code })
    }
  })

  it('is refused where another key has signed it', async () => {
    const other = { ...createRsaSigner(), jwk: rsa.jwk }
    const by = issuer.signer === undefined ? other : rsa
    const { status } = await readRefusal(await ask({}, by))
    expect(status).toBe(401)
  })
})

describe('what users say of themselves', () => {
  it('grants nothing: the place in app_metadata is not that in user_metadata', async () => {
    const supabase = CASES['Supabase: role in app_metadata, nobody anonymous']
    if (supabase === undefined) throw new TypeError('There is no such case.')
    const claims = {
      app_metadata: { provider: 'email' },
      user_metadata: { agent_role: 'operator', app_metadata: { agent_role: 'operator' } },
    }
    expect(await (await serve(supabase)(claims)).json()).toMatchObject({ roles: [], granted: [] })
  })

  it('names no role by what every object has', async () => {
    const firebase = CASES['Firebase: a claim that is true is a role by its name']
    if (firebase === undefined) throw new TypeError('There is no such case.')
    for (const admin of [false, 'true', { constructor: true }, ['__proto__']]) {
      const response = await serve(firebase)({ admin })
      expect(await response.json()).toMatchObject({ roles: [], granted: [] })
    }
  })
})

describe('a mapped subject and a mapped session', () => {
  const secret = 'a secret of the mapped subjects, longer than thirty-two bytes'
  const claims = { subject: 'oid', session: 'session_id' } as const
  const auth = new MastraJwtAuth({ secret, issuer: 'entra', claims })
  const app = createApp(createTestApplication({ server: { auth, apiRoutes: [whoami] } }).mastra)

  const sign = (more: object) =>
    auth.sign({ sub: 'pairwise', role: 'member', ...more }, { expiresInSeconds: 600 })
  const operator = sign({ oid: 'operator', role: 'owner' })
  const ask = (token: string) => app.fetch(makeRequest('/whoami', { token }))
  const revoke = async (json: object) => {
    const request = makeRequest('/api/auth/revocations', { token: operator, json })
    expect((await app.fetch(request)).status).toBe(201)
  }

  it.each<[string, object, object, number]>([
    ['the mapped subject', { oid: 'alice' }, { subject: 'alice' }, 401],
    ['what sub says, which is nobody', { oid: 'bob' }, { subject: 'pairwise' }, 200],
    ['the mapped session', { oid: 'carol', session_id: 's1' }, { session: 's1' }, 401],
    ['what sid says, which is no session', { oid: 'dave', sid: 's2' }, { session: 's2' }, 200],
  ])('are what is revoked: %s', async (_case, more, target, status) => {
    const token = sign(more)
    expect((await ask(token)).status).toBe(200)
    await revoke(target)
    expect((await ask(token)).status).toBe(status)
  })

  it('is who signs out', async () => {
    const token = sign({ oid: 'erin' })
    const out = await app.fetch(makeRequest('/api/auth/logout', { token, json: {} }))
    expect(out.status).toBe(200)
    expect(await readRefusal(await ask(token))).toMatchObject({
      status: 401,
      code: 'token_revoked',
    })
  })
})
