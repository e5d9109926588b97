import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../error.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'
import { auth0 } from './auth0.js'
import { betterAuth } from './better-auth.js'
import { clerk } from './clerk.js'
import { cloudflareAccess } from './cloudflare-access.js'
import { cognito } from './cognito.js'
import { entra } from './entra.js'
import { firebase } from './firebase.js'
import { google } from './google.js'
import { keycloak } from './keycloak.js'
import { okta } from './okta.js'
import { supabase } from './supabase.js'
import { workos } from './workos.js'

type Preset = (facts: never) => object

const GOOGLE = '123.apps.googleusercontent.com'
const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
const API = '6e74172b-be56-4843-9ff4-e66a39bb12e3'

/** Each preset with facts that it takes, and which of these it needs. */
const PRESETS: Readonly<
  Record<string, { make: Preset; facts: Readonly<Record<string, unknown>>; needed: string[] }>
> = {
  keycloak: {
    make: keycloak,
    facts: {
      url: 'https://kc.example/auth',
      realm: 'acme',
      audience: 'my-agents',
      clients: ['web'],
      roleClient: 'my-agents',
    },
    needed: ['url', 'realm'],
  },
  auth0: {
    make: auth0,
    facts: {
      domain: 'acme.eu.auth0.com',
      audience: 'https://agents.example',
      rolesClaim: 'https://acme.example/roles',
      clients: ['SPA1'],
    },
    needed: ['domain', 'audience'],
  },
  cognito: {
    make: cognito,
    facts: { userPoolId: 'eu-west-1_abc123', clientId: ['client'] },
    needed: ['userPoolId', 'clientId'],
  },
  clerk: {
    make: clerk,
    facts: { frontendApi: 'https://clerk.acme.example', authorizedParties: 'https://app.example' },
    needed: ['frontendApi', 'authorizedParties'],
  },
  okta: {
    make: okta,
    facts: {
      domain: 'acme.okta.com',
      authorizationServer: 'default',
      audience: 'api://default',
      clients: '0oabc',
    },
    needed: ['domain', 'authorizationServer', 'audience'],
  },
  workos: {
    make: workos,
    facts: {
      clientId: 'client_1',
      issuer: 'https://auth.acme.example',
      audience: 'https://agents.example',
    },
    needed: ['clientId'],
  },
  firebase: {
    make: firebase,
    facts: { projectId: 'acme-1', roleClaims: ['admin'], tenant: ['t1', 't2'] },
    needed: ['projectId'],
  },
  google: {
    make: google,
    facts: { clientId: GOOGLE, hostedDomain: 'acme.example', clients: [GOOGLE] },
    needed: ['clientId'],
  },
  betterAuth: {
    make: betterAuth,
    facts: {
      url: 'https://app.example',
      audience: 'https://agents.example',
      jwksUri: 'https://app.example/auth/jwks',
    },
    needed: ['url'],
  },
  cloudflareAccess: {
    make: cloudflareAccess,
    facts: {
      teamDomain: 'acme.cloudflareaccess.com',
      audience: ['32eafc7626e737a3f5e5a1c1a5d5b6a2'],
    },
    needed: ['teamDomain', 'audience'],
  },
  supabase: {
    make: supabase,
    facts: {
      url: 'https://ref.supabase.co',
      roleMember: 'agent_role',
      secret: 'a legacy secret of the tests, longer than thirty-two bytes',
    },
    needed: ['url'],
  },
  entra: {
    make: entra,
    facts: { tenant: TENANT, audience: API, clients: [API], version: '2.0' },
    needed: ['tenant', 'audience'],
  },
}

const call = (make: Preset, facts: unknown) => (): object => make(facts as never)

/** What a call throws. */
function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** Expects a refusal that names a fact and says what to write. */
function expectRefusal(run: () => unknown, name: string): void {
  const error = thrown(run)
  expect(ConfigurationError.isInstance(error)).toBe(true)
  expect(error).toMatchObject({ code: 'option_invalid' })
  expect(String(error)).toContain(`The fact ${name} of `)
  expect(String(error)).toContain('. Write ')
}

describe.each(Object.entries(PRESETS))('the facts of %s', (_name, { make, facts, needed }) => {
  it('make options that the provider takes', () => {
    expect(() => new MastraJwtAuth(make(facts as never))).not.toThrow()
  })

  it.each(needed)('are refused without %s', (name) => {
    const { [name]: _left, ...rest } = facts
    expectRefusal(call(make, rest), name)
  })

  const bad = [
    undefined,
    null,
    '',
    ' ',
    7,
    true,
    {},
    [],
    [''],
    [undefined],
    ['x', ' '],
    ' x',
    '*',
    ['x', '*'],
    'x\n',
  ]
  it.each(Object.keys(facts).flatMap((name) => bad.map((value) => [name, value] as const)))(
    'are refused with a bad %s: %j',
    (name, value) => {
      expectRefusal(call(make, { ...facts, [name]: value }), name)
    },
  )

  it.each([undefined, null, '', 'x', [], 7])(
    'are refused where they are not an object: %j',
    (all) => {
      expect(thrown(call(make, all))).toMatchObject({ code: 'option_invalid' })
    },
  )

  it('are refused with a name that is not known, also with a value that asks for nothing', () => {
    for (const value of ['x', undefined]) {
      const [name = ''] = needed
      const misspelt = { ...facts, [`${name}s`]: value }
      const error = thrown(call(make, misspelt))
      expect(error).toMatchObject({ code: 'option_invalid' })
      expect(String(error)).toContain(`Did you mean ${name}?`)
    }
    const proto = { ...facts, ...JSON.parse('{"x":1}') }
    Object.defineProperty(proto, '__proto__', { value: 'x', enumerable: true })
    expect(thrown(call(make, proto))).toMatchObject({ code: 'option_invalid' })
  })

  it('may be members of a class', () => {
    expect(make(Object.create(facts) as never)).toStrictEqual(make(facts as never))
  })
})

describe('what would accept too much', () => {
  const kc = { url: 'https://kc.example', realm: 'acme' }
  const tenant = { domain: 'acme.eu.auth0.com', audience: 'https://agents.example' }
  const org = { domain: 'acme.okta.com', authorizationServer: 'default', audience: 'api://default' }

  it.each<[string, string, () => object]>([
    ['any client and audience of a realm', 'audience', () => keycloak(kc)],
    ['what each token of a realm has', 'audience', () => keycloak({ ...kc, audience: 'account' })],
    [
      'what each token of a tenant has',
      'audience',
      () => auth0({ ...tenant, audience: 'https://acme.eu.auth0.com/userinfo' }),
    ],
    ['ID tokens of Auth0', 'audience', () => auth0({ ...tenant, clients: tenant.audience })],
    ['ID tokens of Okta', 'audience', () => okta({ ...org, clients: 'api://default' })],
    [
      'any origin',
      'authorizedParties',
      () => clerk({ frontendApi: 'https://c.example', authorizedParties: 'https://*' }),
    ],
    ['a name that users set', 'roleClaims', () => firebase({ projectId: 'p', roleClaims: 'name' })],
    ['an audience that anybody may ask for', 'clientId', () => google({ clientId: 'https://x' })],
    [
      'the tenants of everybody by their alias',
      'tenant',
      () => entra({ tenant: 'common', audience: API }),
    ],
    ['every tenant beside one', 'tenant', () => entra({ tenant: [TENANT, 'any'], audience: API })],
    [
      'tokens for Microsoft Graph',
      'audience',
      () => entra({ tenant: TENANT, audience: '00000003-0000-0000-c000-000000000000' }),
    ],
    [
      'an audience that is not a tag',
      'audience',
      () => cloudflareAccess({ teamDomain: 'acme.cloudflareaccess.com', audience: 'app' }),
    ],
  ])('is refused: %s', (_what, name, run) => {
    expectRefusal(run, name)
  })
})

describe('a fact that is true or false', () => {
  const project = { projectId: 'acme-1' }
  const ref = { url: 'https://ref.supabase.co' }

  it.each([undefined, null, '', 'true', 1, [], {}])('is not %j', (value) => {
    expectRefusal(call(firebase, { ...project, verifiedEmail: value }), 'verifiedEmail')
    expectRefusal(call(supabase, { ...ref, anonymous: value }), 'anonymous')
  })

  it('opens only where it is true', () => {
    const values = { is_anonymous: false }
    expect(supabase(ref).requiredValues).toStrictEqual(values)
    expect(supabase({ ...ref, anonymous: false }).requiredValues).toStrictEqual(values)
    expect(supabase({ ...ref, anonymous: true }).requiredValues).toBeUndefined()
  })
})

describe('what goes into the name of an issuer', () => {
  it.each([
    'https://kc.example/realms/acme',
    'https://kc.example/auth/realms/',
    'https://kc.example/realms',
  ])('is the URL of Keycloak without a realm, and not %s', (url) => {
    expectRefusal(call(keycloak, { url, realm: 'acme', clients: 'web' }), 'url')
  })

  it('is a path of Keycloak that only looks like one of a realm', () => {
    const { issuer } = keycloak({
      url: 'https://kc.example/my-realms',
      realm: 'acme',
      clients: 'web',
    })
    expect(issuer).toBe('https://kc.example/my-realms/realms/acme')
  })

  it('is the domain of Okta, and not that of its Admin Console', () => {
    const server = { authorizationServer: 'default', audience: 'api://default' }
    for (const domain of ['acme-admin.okta.com', 'acme-admin.oktapreview.com']) {
      expectRefusal(call(okta, { ...server, domain }), 'domain')
    }
    for (const domain of ['admin.okta.com', 'acme-admin.example', 'login-admin.acme.com']) {
      expect(okta({ ...server, domain }).issuer).toBe(`https://${domain}/oauth2/default`)
    }
  })

  it.each([
    'http://kc.example',
    'https://KC.example',
    'https://kc.example:443',
    'https://user@kc.example',
    'https://kc.example?x',
    'https://kc.example/#x',
    'https://kc.example/../x',
    'https://{tenant}.example',
    'https://kc.example/{tenant}',
    'kc.example',
  ])('is not a URL such as %s', (url) => {
    expectRefusal(call(keycloak, { url, realm: 'acme', clients: 'web' }), 'url')
  })

  it('may be on this machine without TLS, and may end with a slash', () => {
    const { issuer } = keycloak({ url: 'http://localhost:8080/', realm: 'acme', clients: 'web' })
    expect(issuer).toBe('http://localhost:8080/realms/acme')
  })

  it.each(['.', '..', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', '{tenant}', 'a\\b'])(
    'does not have the segment %s',
    (realm) => {
      expectRefusal(call(keycloak, { url: 'https://kc.example', realm, clients: 'web' }), 'realm')
    },
  )

  it.each(['https://acme.auth0.com', 'acme.auth0.com/', 'ACME.auth0.com', 'a@b', 'a:80', '-a'])(
    'does not have the host %s',
    (domain) => {
      expectRefusal(call(auth0, { domain, audience: 'https://agents.example' }), 'domain')
    },
  )

  it.each(['abc123', 'eu-west-1', 'eu-west-1_', 'evil.example/eu-west-1_a', '1_a'])(
    'does not have the user pool %s',
    (userPoolId) => {
      expectRefusal(call(cognito, { userPoolId, clientId: 'c' }), 'userPoolId')
    },
  )

  it('is that of the region, also in China', () => {
    const { issuer } = cognito({ userPoolId: 'cn-north-1_abc', clientId: 'c' })
    expect(issuer).toBe('https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc')
  })
})

describe('keycloak', () => {
  it('accepts tokens of the types Bearer and DPoP, and no others', () => {
    const { requiredValues } = keycloak({
      url: 'https://kc.example',
      realm: 'acme',
      clients: 'web',
    })
    expect(requiredValues).toStrictEqual({ typ: ['Bearer', 'DPoP'] })
  })
})
