import { MastraJwtAuth, type NamedIssuerOptions } from '@signet/auth'
import { auth0, clerk, cognito, keycloak, okta, workos } from '@signet/auth/issuers'
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
  createRsaSigner,
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
  readonly preset: NamedIssuerOptions
  /** The role of the fixture. */
  readonly role: string
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
    ],
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
      ['the server of the organisation', { iss: 'https://acme.okta.com' }, 'token_issuer'],
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
    ],
  },
}

const NOW = 1_796_000_000

/** A server with the preset and a role table, and how its issuer signs. */
function serve({ token, preset, role, keysAt, isDiscovered, signer = rsa }: Case) {
  const issuer = String(token.claims['iss'])
  const metadata = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { fetch } = createDocumentFetch({
    [keysAt]: { keys: [signer.jwk] },
    ...(isDiscovered ? { [metadata]: { issuer, jwks_uri: keysAt } } : {}),
  })
  const roles = { [role]: ['agents:read'], other: ['*'] }
  const auth = new MastraJwtAuth({ ...preset, roles, fetch, now: () => NOW * 1000 })
  const app = createApp(createTestApplication({ server: { auth, apiRoutes: [whoami] } }).mastra)
  return (path: string, claims: object = {}, by = signer, json?: object) => {
    const all = { ...token.claims, iat: NOW - 10, exp: NOW + 50, ...claims }
    return app.fetch(makeRequest(path, { token: signAs(by, all, token.header), json }))
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
    const refusal = await readRefusal(await ask('/whoami', {}, foreign))
    expect(refusal.status).toBe(401)
  })

  it('may be spread and changed', () => {
    const changed = { ...issuer.preset, clients: ['new'], roles: {} }
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
    ] as const) {
      const issuer = CASES[name]
      if (issuer === undefined) throw new TypeError(`There is no case ${name}.`)
      const response = await serve(issuer)('/whoami', claims)
      expect(await response.json()).toMatchObject({ roles: [], granted: [] })
    }
  })
})
