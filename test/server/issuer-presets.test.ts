import { MastraJwtAuth, type NamedIssuerOptions } from '@signet/auth'
import {
  auth0,
  betterAuth,
  clerk,
  cloudflareAccess,
  cognito,
  entra,
  firebase,
  google,
  keycloak,
  okta,
  supabase,
  workos,
} from '@signet/auth/issuers'
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
  createDocumentFetch,
  createEcSigner,
  createEdSigner,
  createRsaSigner,
  hmacSigner,
  craftToken,
  signAs,
  type KeySigner,
} from '@signet/test-support/token/signers'

const rsa = createRsaSigner()
/** The key of another issuer, with the same `kid`. */
const foreign = createRsaSigner()

/** What a caller is told of themselves. */
const whoami = registerApiRoute('/whoami', {
  method: 'GET',
  handler(context) {
    const { principal } = context.get('requestContext')
    return context.json({
      subject: principal?.subject,
      client: principal?.client ?? null,
      session: principal?.sessionId ?? null,
      actors: principal?.actors,
      roles: principal?.roles,
      granted: principal?.permissions.granted,
    })
  },
})

/** What changes in a token, and how it is then refused. */
type Refused = readonly [what: string, claims: object, code: string]

interface Case {
  readonly token: IssuerToken
  /** The preset alone. */
  readonly preset: NamedIssuerOptions & { readonly tokenHeader?: string | undefined }
  /** The role of the fixture. */
  readonly role: string
  /** Whether its tokens do not have roles, so that it is the default role. */
  readonly isDefault?: boolean
  readonly caller: {
    readonly subject?: string
    readonly client?: string
    readonly session?: string
  }
  /** Where the keys are. */
  readonly keysAt: string
  /** Whether the metadata of the issuer names that place. */
  readonly isDiscovered: boolean
  readonly signer?: KeySigner
  readonly refused: readonly Refused[]
}

const T = ISSUER_TOKENS
const [ec, ed] = [createEcSigner(), createEdSigner()]
const NOW = 1_796_000_000
const OTHER_TENANT = 'aaaaaaaa-6c67-4c5b-b112-36a304b66dad'

const CASES: Readonly<Record<string, Case>> = {
  'keycloak, by its client': {
    token: T.keycloak,
    preset: keycloak({ url: 'https://kc.example', realm: 'acme', clients: 'web' }),
    role: 'engineer',
    caller: { client: 'web', session: T.keycloak.claims.sid },
    keysAt: 'https://kc.example/realms/acme/protocol/openid-connect/certs',
    isDiscovered: true,
    refused: [
      ['another client', { azp: 'other' }, 'token_claim'],
      ['a client that is not said', { azp: undefined, client_id: 'web' }, 'token_claim'],
      ['an ID token', { aud: 'web', typ: 'ID' }, 'token_claim'],
      ['a refresh token', { typ: 'Refresh' }, 'token_claim'],
      ['a token without its kind', { typ: undefined }, 'token_claim'],
      ['another realm', { iss: 'https://kc.example/realms/other' }, 'token_issuer'],
    ],
  },
  'keycloak, by its audience, with the roles of a client': {
    token: { ...T.keycloak, claims: { ...T.keycloak.claims, aud: ['account', 'my-agents'] } },
    preset: keycloak({
      url: 'https://kc.example/',
      realm: 'acme',
      audience: 'my-agents',
      roleClient: 'my-agents',
    }),
    role: 'operator',
    caller: { client: 'web', session: T.keycloak.claims.sid },
    keysAt: 'https://kc.example/realms/acme/protocol/openid-connect/certs',
    isDiscovered: true,
    refused: [
      ['another audience', { aud: 'account' }, 'token_audience'],
      ['an audience that is not said', { aud: undefined }, 'token_audience'],
      ['an ID token', { typ: 'ID' }, 'token_claim'],
    ],
  },
  auth0: {
    token: T.auth0,
    preset: auth0({
      domain: 'acme.eu.auth0.com',
      audience: 'https://agents.example',
      rolesClaim: 'https://acme.example/roles',
      clients: ['SPA1'],
    }),
    role: 'operator',
    caller: { client: 'SPA1' },
    keysAt: 'https://acme.eu.auth0.com/.well-known/jwks.json',
    isDiscovered: true,
    refused: [
      ['another audience', { aud: 'https://acme.eu.auth0.com/userinfo' }, 'token_audience'],
      ['another client', { azp: 'SPA2' }, 'token_claim'],
      ['an ID token', { aud: 'SPA1' }, 'token_audience'],
      ['another tenant', { iss: 'https://evil.eu.auth0.com/' }, 'token_issuer'],
      ['the name without its slash', { iss: 'https://acme.eu.auth0.com' }, 'token_issuer'],
    ],
  },
  cognito: {
    token: T.cognitoAccess,
    preset: cognito({
      userPoolId: 'eu-west-1_abc123',
      clientId: T.cognitoAccess.claims.client_id,
    }),
    role: 'operators',
    caller: { client: T.cognitoAccess.claims.client_id },
    keysAt: `${T.cognitoAccess.claims.iss}/.well-known/jwks.json`,
    isDiscovered: true,
    refused: [
      ['another client', { client_id: 'other' }, 'token_claim'],
      [
        'another client with the right azp',
        { client_id: 'other', azp: T.cognitoAccess.claims.client_id },
        'token_claim',
      ],
      ['an ID token', { ...T.cognitoId.claims, client_id: undefined }, 'token_claim'],
      ['an ID token with a client', { token_use: 'id' }, 'token_claim'],
      [
        'another user pool',
        { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_evil' },
        'token_issuer',
      ],
    ],
  },
  clerk: {
    token: T.clerk,
    preset: clerk({
      frontendApi: 'https://clerk.acme.example',
      authorizedParties: ['https://app.example', 'https://admin.example'],
    }),
    role: 'admin',
    caller: { client: 'https://app.example', session: 'sess_2abc' },
    keysAt: 'https://clerk.acme.example/.well-known/jwks.json',
    isDiscovered: false,
    refused: [
      ['another origin', { azp: 'https://evil.example' }, 'token_claim'],
      ['an origin that is not said', { azp: undefined }, 'token_claim'],
      ['several origins', { azp: ['https://app.example'] }, 'token_claim'],
      ['an ID token', { azp: undefined, sid: undefined, aud: 'app1' }, 'token_claim'],
      ['a token of a template, without a session', { sid: undefined }, 'token_claim'],
      ['another instance', { iss: 'https://clerk.evil.example' }, 'token_issuer'],
      ['a session with tasks to do', { sts: 'pending' }, 'token_claim'],
      ['a state that is not known', { sts: 'frozen' }, 'token_claim'],
      ['a state that is not a text', { sts: ['active'] }, 'token_claim'],
    ],
  },
  'clerk, with the state of the session': {
    token: { ...T.clerk, claims: { ...T.clerk.claims, sts: 'active' } },
    preset: clerk({
      frontendApi: 'https://clerk.acme.example',
      authorizedParties: 'https://app.example',
    }),
    role: 'admin',
    caller: { client: 'https://app.example', session: 'sess_2abc' },
    keysAt: 'https://clerk.acme.example/.well-known/jwks.json',
    isDiscovered: false,
    refused: [['a session with tasks to do', { sts: 'pending' }, 'token_claim']],
  },
  okta: {
    token: T.okta,
    preset: okta({
      domain: 'acme.okta.com',
      authorizationServer: 'default',
      audience: 'api://default',
      clients: ['0oabc'],
    }),
    role: 'Agent Operators',
    caller: { subject: T.okta.claims.uid, client: '0oabc' },
    keysAt: 'https://acme.okta.com/oauth2/default/v1/keys',
    isDiscovered: true,
    refused: [
      ['another audience', { aud: 'api://other' }, 'token_audience'],
      ['another client', { cid: '0oevil' }, 'token_claim'],
      ['an ID token', { aud: '0oabc', cid: undefined, uid: undefined }, 'token_audience'],
      ['an ID token for the audience', { cid: undefined }, 'token_claim'],
      ['another server', { iss: 'https://acme.okta.com/oauth2/other' }, 'token_issuer'],
      ['the server of the organization', { iss: 'https://acme.okta.com' }, 'token_issuer'],
    ],
  },
  workos: {
    token: T.workos,
    preset: workos({ clientId: 'client_1' }),
    role: 'member',
    caller: { session: 'session_1' },
    keysAt: 'https://api.workos.com/sso/jwks/client_1',
    isDiscovered: false,
    refused: [
      [
        'another client',
        { iss: 'https://api.workos.com/user_management/client_2' },
        'token_issuer',
      ],
      ['a token without a session', { sid: undefined }, 'token_claim'],
      ['a token that names another client', { client_id: 'client_2' }, 'token_claim'],
    ],
  },
  'workos, with an audience': {
    token: {
      ...T.workos,
      claims: { ...T.workos.claims, aud: 'https://agents.example', client_id: 'client_1' },
    },
    preset: workos({ clientId: 'client_1', audience: 'https://agents.example' }),
    role: 'member',
    caller: { session: 'session_1', client: 'client_1' },
    keysAt: 'https://api.workos.com/sso/jwks/client_1',
    isDiscovered: false,
    refused: [
      ['another audience', { aud: 'https://other.example' }, 'token_audience'],
      ['an audience that is not said', { aud: undefined }, 'token_audience'],
      ['another client', { client_id: 'client_2' }, 'token_claim'],
      ['a client that is empty', { client_id: '' }, 'token_claim'],
    ],
  },
  firebase: {
    token: T.firebase,
    preset: firebase({ projectId: 'acme-1', roleClaims: 'admin' }),
    role: 'admin',
    caller: {},
    keysAt:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    isDiscovered: true,
    refused: [
      ['another project', { iss: 'https://securetoken.google.com/acme-2' }, 'token_issuer'],
      ['another audience', { aud: 'acme-2' }, 'token_audience'],
      ['a session cookie', { iss: 'https://session.firebase.google.com/acme-1' }, 'token_issuer'],
    ],
  },
  'firebase, with an email address': {
    token: { ...T.firebase, claims: { ...T.firebase.claims, email_verified: true } },
    preset: firebase({ projectId: 'acme-1', roleClaims: ['admin'], verifiedEmail: true }),
    role: 'admin',
    caller: {},
    keysAt:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    isDiscovered: true,
    refused: [
      ['an anonymous user', { email_verified: undefined, provider_id: 'anonymous' }, 'token_claim'],
      ['an address that is not verified', { email_verified: false }, 'token_claim'],
      ['an address that is said to be verified', { email_verified: 'true' }, 'token_claim'],
    ],
  },
  'firebase, of a tenant': {
    token: { ...T.firebase, claims: { ...T.firebase.claims, email_verified: true } },
    preset: firebase({
      projectId: 'acme-1',
      roleClaims: ['admin'],
      verifiedEmail: true,
      tenant: ['t1', 't2'],
    }),
    role: 'admin',
    caller: {},
    keysAt:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    isDiscovered: true,
    refused: [
      ['another tenant', { firebase: { tenant: 't3' } }, 'token_claim'],
      [
        'a user of the project itself',
        { firebase: { sign_in_provider: 'password' } },
        'token_claim',
      ],
      ['a tenant that the user claims', { firebase: {}, tenant: 't1' }, 'token_claim'],
      ['several tenants', { firebase: { tenant: ['t1'] } }, 'token_claim'],
      ['an address that is not verified', { email_verified: false }, 'token_claim'],
    ],
  },
  google: {
    token: T.google,
    preset: google({ clientId: T.google.claims.aud, hostedDomain: 'acme.example' }),
    role: 'guest',
    isDefault: true,
    caller: { client: T.google.claims.azp },
    keysAt: 'https://www.googleapis.com/oauth2/v3/certs',
    isDiscovered: true,
    refused: [
      ['another audience', { aud: '456.apps.googleusercontent.com' }, 'token_audience'],
      ['another client', { azp: '456.apps.googleusercontent.com' }, 'token_claim'],
      [
        'a service account',
        { azp: '110169484474386276334', hd: undefined, email: 'x@y.iam.gserviceaccount.com' },
        'token_claim',
      ],
      ['another organization', { hd: 'evil.example' }, 'token_claim'],
      ['a private account', { hd: undefined }, 'token_claim'],
    ],
  },
  betterAuth: {
    token: T.betterAuth,
    preset: betterAuth({ url: 'https://app.example' }),
    role: 'admin',
    caller: {},
    keysAt: 'https://app.example/api/auth/jwks',
    isDiscovered: false,
    signer: ed,
    refused: [
      ['another audience', { aud: 'https://other.example' }, 'token_audience'],
      ['another server', { iss: 'https://other.example' }, 'token_issuer'],
      ['a user without a subject', { sub: undefined }, 'token_claim'],
    ],
  },
  cloudflareAccess: {
    token: T.cloudflareAccess,
    preset: cloudflareAccess({
      teamDomain: 'acme.cloudflareaccess.com',
      audience: T.cloudflareAccess.claims.aud[0],
    }),
    role: 'guest',
    isDefault: true,
    caller: {},
    keysAt: 'https://acme.cloudflareaccess.com/cdn-cgi/access/certs',
    isDiscovered: false,
    refused: [
      ['another application', { aud: ['0'.repeat(32)] }, 'token_audience'],
      ['another team', { iss: 'https://evil.cloudflareaccess.com' }, 'token_issuer'],
      ['a token of the team', { type: 'org' }, 'token_claim'],
      ['nobody', { sub: '' }, 'token_claim'],
    ],
  },
  supabase: {
    token: T.supabase,
    preset: supabase({ url: 'https://ref.supabase.co', roleMember: 'agent_role' }),
    role: 'operator',
    caller: { session: T.supabase.claims.session_id },
    keysAt: 'https://ref.supabase.co/auth/v1/.well-known/jwks.json',
    isDiscovered: false,
    signer: ec,
    refused: [
      ['an anonymous user', { is_anonymous: true }, 'token_claim'],
      ['a user who may be anonymous', { is_anonymous: undefined }, 'token_claim'],
      ['another audience', { aud: 'anon' }, 'token_audience'],
      ['an ID token', { aud: 'client' }, 'token_audience'],
      ['another project', { iss: 'https://evil.supabase.co/auth/v1' }, 'token_issuer'],
      ['a key of the project', { iss: 'supabase', role: 'service_role' }, 'token_issuer'],
      ['a token without a session', { session_id: undefined }, 'token_claim'],
    ],
  },
  'entra, version 2.0, one tenant': {
    token: T.entraV2,
    preset: entra({
      tenant: T.entraV2.claims.tid,
      audience: T.entraV2.claims.aud,
      clients: ['web-client'],
    }),
    role: 'Operator',
    caller: { subject: T.entraV2.claims.oid, client: 'web-client' },
    keysAt: `https://login.microsoftonline.com/${T.entraV2.claims.tid}/discovery/v2.0/keys`,
    isDiscovered: false,
    refused: [
      ['another audience', { aud: OTHER_TENANT }, 'token_audience'],
      ['another client', { azp: 'other' }, 'token_claim'],
      ['an ID token', { azp: undefined, scp: undefined }, 'token_claim'],
      [
        'another tenant',
        { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`, tid: OTHER_TENANT },
        'token_issuer',
      ],
      ['the tenant of another', { tid: OTHER_TENANT }, 'token_claim'],
      ['another version', { ver: '1.0' }, 'token_claim'],
      ['a user without an id', { oid: undefined }, 'token_claim'],
    ],
  },
  'entra, version 1.0': {
    token: { ...T.entraV1, claims: { ...T.entraV1.claims, roles: ['Operator'] } },
    preset: entra({
      tenant: T.entraV1.claims.tid,
      audience: T.entraV1.claims.aud,
      version: '1.0',
    }),
    role: 'Operator',
    caller: { subject: T.entraV1.claims.oid, client: 'web-client' },
    keysAt: `https://login.microsoftonline.com/${T.entraV1.claims.tid}/discovery/keys`,
    isDiscovered: false,
    refused: [
      ['an ID token', { appid: undefined, azp: 'web-client' }, 'token_claim'],
      ['another tenant', { iss: `https://sts.windows.net/${OTHER_TENANT}/` }, 'token_issuer'],
      ['another audience', { aud: 'api://other' }, 'token_audience'],
    ],
  },
  'entra, several tenants': {
    token: T.entraV2,
    preset: entra({
      tenant: [T.entraV2.claims.tid, 'bbbbbbbb-6c67-4c5b-b112-36a304b66dad'],
      audience: T.entraV2.claims.aud,
    }),
    role: 'Operator',
    caller: { subject: T.entraV2.claims.oid, client: 'web-client' },
    keysAt: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    isDiscovered: false,
    refused: [
      [
        'another tenant',
        { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`, tid: OTHER_TENANT },
        'token_issuer',
      ],
      ['a tenant in the name of another', { tid: OTHER_TENANT }, 'token_claim'],
      ['a tenant that is not said', { tid: undefined }, 'token_claim'],
      ['an ID token', { azp: undefined }, 'token_claim'],
    ],
  },
  'entra, every tenant': {
    token: T.entraV2,
    preset: entra({ tenant: 'any', audience: T.entraV2.claims.aud }),
    role: 'Operator',
    caller: { subject: T.entraV2.claims.oid, client: 'web-client' },
    keysAt: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    isDiscovered: false,
    refused: [
      ['a tenant in the name of another', { tid: OTHER_TENANT }, 'token_claim'],
      ['a name that is not one of Entra', { iss: 'https://evil.example/v2.0' }, 'token_issuer'],
    ],
  },
}

/** A request with a token, in the header of the preset. */
function requestWith(
  path: string,
  token: string,
  header: string | undefined,
  json?: object,
): Request {
  if (header === undefined) return makeRequest(path, { token, json })
  const request = makeRequest(path, { json })
  request.headers.set(header, token)
  return request
}

/** A server with the preset and a role table, and how its issuer signs. */
function serve(issuer: Case) {
  const { token, preset, role, keysAt, isDiscovered, signer = rsa } = issuer
  const name = String(token.claims['iss'])
  const metadata = `${name.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { fetch } = createDocumentFetch({
    [keysAt]: { keys: [signer.jwk] },
    ...(isDiscovered ? { [metadata]: { issuer: name, jwks_uri: keysAt } } : {}),
  })
  const roles = { [role]: ['agents:read'], other: ['*'] }
  const defaultRole = issuer.isDefault === true ? { defaultRole: role } : {}
  const auth = new MastraJwtAuth({
    ...preset,
    ...defaultRole,
    roles,
    fetch,
    now: () => NOW * 1000,
  })
  const app = createApp(createTestApplication({ server: { auth, apiRoutes: [whoami] } }).mastra)
  return (path: string, claims: object = {}, by = signer, json?: object) => {
    const all = { ...token.claims, iat: NOW - 10, exp: NOW + 50, ...claims }
    return app.fetch(requestWith(path, signAs(by, all, token.header), preset.tokenHeader, json))
  }
}

describe.each(Object.entries(CASES))('the preset %s', (_name, issuer) => {
  const ask = serve(issuer)

  it('lets the caller do what the role says, and nothing else', async () => {
    const { caller, token } = issuer
    expect(await (await ask('/whoami')).json()).toMatchObject({
      subject: caller.subject ?? token.claims['sub'],
      client: caller.client ?? null,
      session: caller.session ?? null,
      granted: ['agents:read'],
    })
    expect((await ask('/api/agents')).status).toBe(200)
    const revoke = await ask('/api/auth/revocations', {}, undefined, { subject: 'alice' })
    expect((await readRefusal(revoke)).status).toBe(403)
  })

  it.each(issuer.refused)('refuses %s', async (_what, claims, code) => {
    expect(await readRefusal(await ask('/whoami', claims))).toMatchObject({ status: 401, code })
  })

  it('refuses the key of another issuer', async () => {
    const by = issuer.signer === undefined ? foreign : rsa
    const refusal = await readRefusal(await ask('/whoami', {}, by))
    expect(refusal.status).toBe(401)
  })

  it('may be spread and changed', () => {
    const { tokenHeader: _header, ...options } = issuer.preset
    const changed = { ...options, clients: ['new'], roles: {} }
    expect(() => new MastraJwtAuth({ issuers: [changed] })).not.toThrow()
    expect(issuer.preset.clients).not.toStrictEqual(['new'])
  })
})

describe('the groups and roles of a token', () => {
  it('count at the place that the issuer writes, and not elsewhere', async () => {
    for (const [name, claims] of [
      ['keycloak, by its client', { realm_access: {}, roles: ['engineer'] }],
      ['keycloak, by its client', { realm_access: {}, role: 'engineer' }],
      ['auth0', { 'https://acme.example/roles': [], roles: ['operator'] }],
      ['cognito', { 'cognito:groups': [], roles: ['operators'] }],
      ['clerk', { o: {}, role: 'admin' }],
      ['okta', { groups: [], roles: ['Agent Operators'] }],
      ['firebase', { admin: false, roles: ['admin'], name: 'admin' }],
      [
        'supabase',
        { app_metadata: {}, user_metadata: { agent_role: 'operator' }, role: 'operator' },
      ],
      ['betterAuth', { role: 'user', roles: ['admin'], name: 'admin' }],
      ['entra, version 2.0, one tenant', { roles: [], role: 'Operator', scope: 'agents:read' }],
    ] as const) {
      const issuer = CASES[name]
      if (issuer === undefined) throw new TypeError(`There is no case ${name}.`)
      const response = await serve(issuer)('/whoami', claims)
      expect(await response.json()).toMatchObject({ roles: [], granted: [] })
    }
  })
})

describe('the facets of entra', () => {
  const versions = ['entra, version 2.0, one tenant', 'entra, version 1.0'] as const

  function caseOf(name: string): Case {
    const issuer = CASES[name]
    if (issuer === undefined) throw new TypeError(`There is no case ${name}.`)
    return issuer
  }

  it.each(versions)(
    'are an actor of the subject, also beside the standard one: %s',
    async (name) => {
      const ask = serve(caseOf(name))
      for (const [claims, actors] of [
        [{}, []],
        [{ xms_sub_fct: '3 9 11' }, []],
        [{ xms_act_fct: '3 9 11' }, ['3 9 11']],
        [{ xms_act_fct: '3 9 11', act: { sub: 'agent' } }, ['agent', '3 9 11']],
      ] as const) {
        expect(await (await ask('/whoami', claims)).json()).toMatchObject({ actors })
      }
    },
  )

  it.each(versions)('are refused where nobody may act: %s', async (name) => {
    const issuer = caseOf(name)
    const ask = serve({ ...issuer, preset: { ...issuer.preset, actors: false } })
    expect((await ask('/whoami')).status).toBe(200)
    for (const claims of [{ xms_act_fct: '3 9 11' }, { xms_act_fct: 11 }, { act: {} }]) {
      const refusal = await readRefusal(await ask('/whoami', claims))
      expect(refusal).toMatchObject({ status: 401, code: 'token_claim' })
    }
  })
})

describe('the legacy secret of supabase', () => {
  const secret = 'a legacy secret of the tests, longer than thirty-two bytes'
  const supabaseUrl = 'https://ref.supabase.co'
  const claims = { ...T.supabase.claims, iat: NOW - 10, exp: NOW + 50 }
  const { fetch } = createDocumentFetch({
    'https://ref.supabase.co/auth/v1/.well-known/jwks.json': { keys: [ec.jwk] },
  })
  const create = (preset: NamedIssuerOptions) =>
    new MastraJwtAuth({ ...preset, fetch, now: () => NOW * 1000 })
  const header = JSON.stringify({ alg: 'HS256', typ: 'JWT' })
  const legacy = (by: string, more: object = {}) =>
    craftToken(hmacSigner(by), header, JSON.stringify({ ...claims, ...more }))

  it('signs beside the key set, as long as it is a fact', async () => {
    const auth = create(supabase({ url: supabaseUrl, secret }))
    expect(await auth.authenticateToken(legacy(secret))).toMatchObject({ sub: claims.sub })
    expect(await auth.authenticateToken(signAs(ec, claims))).toMatchObject({ sub: claims.sub })
    const refused = [legacy(`${secret}!`), legacy(ec.pem), legacy(secret, { is_anonymous: true })]
    for (const token of refused) {
      await expect(auth.authenticateToken(token)).rejects.toThrow()
    }
  })

  it('does not sign where it is not a fact', async () => {
    const auth = create(supabase({ url: supabaseUrl }))
    await expect(auth.authenticateToken(legacy(secret))).rejects.toMatchObject({
      code: 'token_key_unknown',
    })
  })
})

describe('the header of cloudflareAccess', () => {
  it('is the only one that is looked at', async () => {
    const issuer = CASES['cloudflareAccess']
    if (issuer === undefined) throw new TypeError('There is no such case.')
    const { tokenHeader, ...rest } = issuer.preset
    expect(tokenHeader).toBe('Cf-Access-Jwt-Assertion')
    expect((await serve({ ...issuer, preset: rest })('/whoami')).status).toBe(200)
    const { fetch } = createDocumentFetch({ [issuer.keysAt]: { keys: [rsa.jwk] } })
    const auth = new MastraJwtAuth({ ...issuer.preset, fetch, now: () => NOW * 1000 })
    const app = createApp(createTestApplication({ server: { auth, apiRoutes: [whoami] } }).mastra)
    const token = signAs(rsa, { ...issuer.token.claims, iat: NOW - 10, exp: NOW + 50 })
    expect((await app.fetch(makeRequest('/whoami', { token }))).status).toBe(401)
  })

  it('counts for all issuers of a provider, and is refused in one of them with what to write', () => {
    const facts = { teamDomain: 'acme.cloudflareaccess.com', audience: '0'.repeat(32) }
    const { tokenHeader, ...access } = cloudflareAccess(facts)
    expect(new MastraJwtAuth({ tokenHeader, issuers: [access] }).tokenHeader).toBe(
      'cf-access-jwt-assertion',
    )
    const entry: NamedIssuerOptions = { ...access, ...Object({ tokenHeader }) }
    expect(() => new MastraJwtAuth({ issuers: [entry] })).toThrow(
      expect.objectContaining({
        code: 'option_unknown',
        message: expect.stringMatching(
          /issuers\.0\.tokenHeader\. There is no such option here\. Write it beside issuers: .*\{ tokenHeader, issuers: \[access\] \}\.$/,
        ),
      }),
    )
  })
})
