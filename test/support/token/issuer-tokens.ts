/** What an issuer puts into a token: the header and the claims, without the times that change. */
export interface IssuerToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123'
const COGNITO_CLIENT = '3n4b5urk1ft4fl3mg5e62d9ado'
const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
const ENTRA_API = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
const ENTRA_USER = '690222be-ff1a-4d56-abd1-7e4f7d38e474'

/** Tokens as issuers give them, with invented names and ids: each by its issuer and its kind. */
export const ISSUER_TOKENS = {
  keycloak: {
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://kc.example/realms/acme',
      sub: 'f2a1c9d0-0b3c-4a52-9d5e-6c9d9a1b2c3d',
      aud: 'account',
      azp: 'web',
      typ: 'Bearer',
      sid: '5b1f6b0e-4a0e-4d50-8f6f-2f1a7c9d3e11',
      scope: 'profile email',
      realm_access: {
        roles: ['default-roles-acme', 'offline_access', 'uma_authorization', 'engineer'],
      },
      resource_access: {
        'my-agents': { roles: ['operator'] },
        account: { roles: ['view-profile'] },
      },
    },
  },
  /** An access token of RFC 9068, with groups. */
  openidProvider: {
    header: { typ: 'at+jwt' },
    claims: {
      iss: 'https://login.example',
      sub: 'alice',
      aud: 'https://agents.example',
      client_id: 'web-app',
      jti: 'kUBaN3rO0VAWlqnZ',
      groups: ['everyone', 'operators'],
    },
  },
  auth0: {
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://acme.eu.auth0.com/',
      sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
      aud: ['https://agents.example', 'https://acme.eu.auth0.com/userinfo'],
      azp: 'SPA1',
      scope: 'openid profile email offline_access',
      permissions: ['read:weather', 'run:weather-agent'],
      'https://acme.example/roles': ['operator'],
    },
  },
  cognitoAccess: {
    header: {},
    claims: {
      iss: COGNITO,
      sub: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
      client_id: COGNITO_CLIENT,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin openid agents/execute',
      'cognito:groups': ['operators'],
    },
  },
  cognitoId: {
    header: {},
    claims: {
      iss: COGNITO,
      sub: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
      aud: COGNITO_CLIENT,
      token_use: 'id',
      'cognito:groups': ['operators'],
    },
  },
  clerk: {
    header: { typ: 'JWT', cat: 'cl_B7d4PD111AAA' },
    claims: {
      iss: 'https://clerk.acme.example',
      sub: 'user_2abc',
      sid: 'sess_2abc',
      azp: 'https://app.example',
      v: 2,
      fva: [0, -1],
      o: { id: 'org_1', slg: 'acme', rol: 'admin', per: 'run,read' },
    },
  },
  supabase: {
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://ref.supabase.co/auth/v1',
      sub: '11111111-1111-4111-8111-111111111111',
      aud: 'authenticated',
      role: 'authenticated',
      session_id: '22222222-2222-4222-8222-222222222222',
      is_anonymous: false,
      app_metadata: { provider: 'email', agent_role: 'operator' },
      user_metadata: {},
    },
  },
  firebase: {
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://securetoken.google.com/acme-1',
      aud: 'acme-1',
      sub: 'uid1',
      user_id: 'uid1',
      admin: true,
      firebase: { sign_in_provider: 'password', tenant: 't1', identities: {} },
    },
  },
  entraV2: {
    header: { typ: 'JWT' },
    claims: {
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      aud: ENTRA_API,
      sub: 'pairwise-1',
      oid: ENTRA_USER,
      tid: TENANT,
      azp: 'web-client',
      scp: 'access_as_user Agents.Run',
      roles: ['Operator'],
      ver: '2.0',
    },
  },
  entraV1: {
    header: { typ: 'JWT', x5t: 'k1' },
    claims: {
      iss: `https://sts.windows.net/${TENANT}/`,
      aud: `api://${ENTRA_API}`,
      sub: 'pairwise-1',
      oid: ENTRA_USER,
      tid: TENANT,
      appid: 'web-client',
      scp: 'user_impersonation',
      ver: '1.0',
    },
  },
  okta: {
    header: {},
    claims: {
      iss: 'https://acme.okta.com/oauth2/default',
      aud: 'api://default',
      sub: 'alice@example.com',
      uid: '00uid4BxXw6I6TV4m0g3',
      cid: '0oabc',
      scp: ['openid', 'agents.run'],
      groups: ['Everyone', 'Agent Operators'],
    },
  },
  betterAuth: {
    header: {},
    claims: {
      iss: 'https://app.example',
      aud: 'https://app.example',
      sub: 'u1',
      id: 'u1',
      email: 'alice@example.com',
      role: 'admin',
    },
  },
  workos: {
    header: {},
    claims: {
      iss: 'https://api.workos.com/user_management/client_1',
      sub: 'user_1',
      sid: 'session_1',
      org_id: 'org_1',
      role: 'member',
      roles: ['member'],
      permissions: ['agents:run'],
      act: { sub: 'admin@example.com' },
    },
  },
  google: {
    header: { typ: 'JWT' },
    claims: {
      iss: 'https://accounts.google.com',
      aud: '123.apps.googleusercontent.com',
      azp: '123.apps.googleusercontent.com',
      sub: '110169484474386276334',
      hd: 'acme.example',
      email: 'alice@acme.example',
      email_verified: true,
    },
  },
  cloudflareAccess: {
    header: {},
    claims: {
      iss: 'https://acme.cloudflareaccess.com',
      aud: ['32eafc7626e737a3f5e5a1c1a5d5b6a2'],
      sub: '7335d417-61da-459d-899c-0a01c76a2f94',
      email: 'alice@acme.example',
      type: 'app',
      country: 'DE',
    },
  },
} as const satisfies Readonly<Record<string, IssuerToken>>
