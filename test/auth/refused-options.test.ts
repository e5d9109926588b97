import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  createSecret,
  type GuardOptions,
  MastraJwtAuth,
  requireBearer,
  secretKeys,
  signToken,
} from '@signet/auth'
import { mcpVerifier } from '@signet/auth/mcp'
import type { ServerConfig } from '@signet/core'
import { createApp } from '@signet/server'
import { createTestApplication, createTestAuth } from '@signet/test-support/application/application'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PEM = publicKey.export({ format: 'pem', type: 'spki' }).toString()
const PRIVATE_PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const ISSUER = 'https://login.example.com'
const SECRET = createSecret()
const { signingKey } = secretKeys(SECRET)
const NAMED = { issuer: ISSUER, audience: 'my-api' }
const KEYED = { ...NAMED, publicKey: PEM }
const TEMPLATE = {
  issuer: `${ISSUER}/{tenant}`,
  audience: 'my-api',
  jwksUri: `${ISSUER}/keys`,
}
const TENANT = { claim: 'tid', allow: ['acme'] }
const CLIENT = { endpoint: `${ISSUER}/introspect`, clientId: 'agents' }
const INTROSPECTION = { ...CLIENT, clientSecret: 'the secret of the client' }
const ENTRY = { publicKey: PEM }
const REQUIRED = { claim: ['firebase', 'tenant'], values: ['acme', 1, true], optional: true }

/** What the options of a program without types may be. */
const VALUES = {
  undefined: undefined,
  null: null,
  'an empty text': '',
  'a blank': ' ',
  'an empty list': [],
  'a list of undefined': [undefined],
  'a list of null': [null],
  'a list of an empty text': [''],
  'a list with a hole': Array(1),
  'an empty object': {},
  'an object with a number': { value: 7 },
  'a Map': new Map([['roles', 'groups']]),
  'a date': new Date(0),
  true: true,
  false: false,
  'a number': 7,
  'not a number': NaN,
  'a bigint': 7n,
  'a list of a bigint': [7n],
  'a symbol': Symbol('roles'),
  'a function': () => 'roles',
} as const

type ValueName = keyof typeof VALUES

/** Makes something of options that its types may not know. */
type Make = (value: unknown) => unknown

const provider = (options: object) => new MastraJwtAuth(options)
const guard = (options: unknown) =>
  requireBearer(provider({ secret: SECRET }), options as GuardOptions)
const server = (options: object) => {
  const config: ServerConfig = { auth: createTestAuth(), ...options }
  return createApp(createTestApplication({ server: config }).mastra)
}
const member =
  (name: string): Make =>
  (value) =>
    provider({ ...KEYED, [name]: value })
const claim =
  (name: string): Make =>
  (value) =>
    provider({ ...KEYED, claims: { [name]: value } })
const required =
  (name: string): Make =>
  (value) =>
    provider({ ...KEYED, requiredValues: [{ ...REQUIRED, [name]: value }] })
const entry =
  (name: string, beside = {}): Make =>
  (value) =>
    provider({ ...NAMED, keys: [{ ...beside, [name]: value }] })
const introspection =
  (name: string, beside: object = INTROSPECTION): Make =>
  (value) =>
    provider({ ...KEYED, introspection: { ...beside, [name]: value } })

const dpop =
  (name: string): Make =>
  (value) =>
    provider({ ...KEYED, dpop: { mode: 'required', [name]: value } })

/** Each new option, with what makes something of a value for it, and those values that it may have. */
const OPTIONS: readonly (readonly [option: string, make: Make, may?: readonly ValueName[]])[] = [
  ['claims', member('claims')],
  ['claims.roles', claim('roles')],
  ['claims.scopes', claim('scopes')],
  ['claims.permissions', claim('permissions')],
  ['claims.subject', claim('subject')],
  ['claims.session', claim('session')],
  ['claims.client', claim('client')],
  ['claims.actor', claim('actor')],
  ['claims.roles', (value) => provider({ ...KEYED, claims: { roles: ['realm_access', value] } })],
  [
    'claims.roles',
    (value) => provider({ ...KEYED, claims: { roles: ['orgs', { claim: value }] } }),
  ],
  ['scopeMap', member('scopeMap')],
  ['scopeMap', (value) => provider({ ...KEYED, scopeMap: { read: value } })],
  ['scopeMap', (value) => provider({ ...KEYED, scopeMap: { read: ['agents:read', value] } })],
  ['unknownRoles', member('unknownRoles')],
  ['clients', member('clients')],
  ['clients', (value) => provider({ ...KEYED, clients: ['web', value] })],
  ['requiredValues', member('requiredValues'), ['an object with a number']],
  [
    'requiredValues',
    (value) => provider({ ...KEYED, requiredValues: { token_use: value } }),
    ['true', 'false', 'a number'],
  ],
  ['requiredValues.0', (value) => provider({ ...KEYED, requiredValues: [value] })],
  ['requiredValues.1', (value) => provider({ ...KEYED, requiredValues: [REQUIRED, value] })],
  ['requiredValues.0.claim', required('claim')],
  ['requiredValues.0.values', required('values'), ['true', 'false', 'a number']],
  ['requiredValues.0.optional', required('optional'), ['true', 'false']],
  ['actors', member('actors'), ['false']],
  ['actors', (value) => provider({ ...KEYED, actors: ['helper', value] })],
  ['keys', (value) => provider({ ...NAMED, keys: value })],
  ['keys.0', (value) => provider({ ...NAMED, keys: [value] })],
  ['keys.1', (value) => provider({ ...NAMED, keys: [ENTRY, value] })],
  ['keys.0.secret', entry('secret')],
  ['keys.0.publicKey', entry('publicKey')],
  ['keys.0.jwks', entry('jwks')],
  ['keys.0.jwksUri', entry('jwksUri')],
  ['keys.0.algorithms', entry('algorithms', ENTRY)],
  ['tenant', (value) => provider({ ...TEMPLATE, tenant: value })],
  ['tenant.claim', (value) => provider({ ...TEMPLATE, tenant: { ...TENANT, claim: value } })],
  ['tenant.allow', (value) => provider({ ...TEMPLATE, tenant: { ...TENANT, allow: value } })],
  ['tokenHeader', member('tokenHeader')],
  ['dpop', member('dpop')],
  ['dpop.mode', dpop('mode')],
  ['dpop.windowSeconds', dpop('windowSeconds'), ['a number']],
  ['dpop.nonce', dpop('nonce')],
  ['dpop.proofs', dpop('proofs')],
  ['introspection', member('introspection')],
  ['introspection.endpoint', introspection('endpoint')],
  ['introspection.clientId', introspection('clientId')],
  ['introspection.clientSecret', introspection('clientSecret')],
  ['introspection.privateKey', introspection('privateKey', CLIENT)],
  ['issuers', (value) => provider({ issuers: value })],
  ['scopeMap', (value) => provider({ issuers: [{ ...KEYED, scopeMap: value }] })],
  ['requireBearer', guard, ['undefined', 'null', 'an empty object']],
  ['roles', (value) => guard({ roles: value })],
  ['roles', (value) => guard({ roles: { reader: value } }), ['an empty list']],
  ['access', (value) => guard({ access: value }), ['a function']],
  ['access', (value) => guard({ access: ['agents:read', value] })],
  ['publicUrl', (value) => guard({ publicUrl: value })],
  ['onRefusal', (value) => guard({ onRefusal: value }), ['a function']],
  ['server.publicUrl', (value) => server({ publicUrl: value })],
]

/** What a key cannot be is told by the codes of keys, which say more. */
const KEY_CODES = [
  'option_invalid',
  'secret_missing',
  'secret_too_short',
  'key_invalid',
  'key_set_invalid',
  'algorithm_unknown',
]
const IS_KEY =
  /^(?:keys\.\d+|introspection|dpop)\.(?:secret|publicKey|jwks|algorithms|privateKey|nonce)$/
const REMEDY =
  /\b(?:Write|Give|Make|Leave|Name|Begin|Did you mean|must be|must have|needs|(?:It|A path) has 1 to|A segment is)\b/

function refusalOf(make: () => unknown): ConfigurationError {
  try {
    make()
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was accepted.')
}

/** Objects of options: a value of another kind has members that they do not know. */
const HAS_MEMBERS =
  /^(?:claims|tenant|introspection|dpop|requireBearer|keys\.\d+|requiredValues\.\d+)$/

/** What is wrong with how a value is refused; undefined where nothing is. */
function faultOf(option: string, make: () => unknown): string | undefined {
  let refusal: ConfigurationError
  try {
    refusal = refusalOf(make)
  } catch (error) {
    return String(error)
  }
  const { code, message } = refusal
  const codes = IS_KEY.test(option) ? KEY_CODES : ['option_invalid']
  const isKnown = codes.includes(code) || (HAS_MEMBERS.test(option) && code === 'option_unknown')
  if (isKnown && message.includes(option) && REMEDY.test(message)) return undefined
  return `${code}: ${message}`
}

describe('a new option', () => {
  it.each(OPTIONS.map(([option, make, may = []]) => [option, make, may] as const))(
    '%s is refused by its name, with what to write, where its value cannot be',
    (option, make, may) => {
      const faults = Object.entries(VALUES).flatMap(([name, value]) => {
        const isMeant = may.some((each) => each === name)
        const fault = isMeant ? undefined : faultOf(option, () => make(value))
        if (isMeant) make(value)
        return fault === undefined ? [] : [`${name}: ${fault}`]
      })
      expect(faults).toStrictEqual([])
    },
  )

  it.each<[string, Make, unknown]>([
    ['claims', member('claims'), { roles: ['realm_access', 'roles'], subject: 'oid' }],
    ['scopeMap', member('scopeMap'), { 'weather.read': ['agents:read'] }],
    ['unknownRoles', member('unknownRoles'), 'ignore'],
    ['clients', member('clients'), 'web'],
    ['requiredValues', member('requiredValues'), { token_use: ['access', 1, true] }],
    ['requiredValues.0', (value) => provider({ ...KEYED, requiredValues: [value] }), REQUIRED],
    ['actors', member('actors'), 'any'],
    ['keys', (keys) => provider({ ...NAMED, keys }), [ENTRY, { secret: SECRET }]],
    ['tenant', (tenant) => provider({ ...TEMPLATE, tenant }), TENANT],
    ['tokenHeader', member('tokenHeader'), 'Cf-Access-Jwt-Assertion'],
    ['introspection', member('introspection'), INTROSPECTION],
    ['introspection.privateKey', introspection('privateKey', CLIENT), PRIVATE_PEM],
    ['dpop', member('dpop'), { mode: 'required', windowSeconds: 60, nonce: SECRET }],
    ['roles', (roles) => guard({ roles }), { reader: ['agents:read'] }],
    ['access', (access) => guard({ access }), ['agents:read', 'tools:execute:clock']],
    ['publicUrl', (publicUrl) => guard({ publicUrl }), 'https://api.example.com/tools/agent'],
    [
      'server.publicUrl',
      (publicUrl) => server({ publicUrl }),
      'https://api.example.com/tools/agent',
    ],
  ])('%s is accepted where its value is one that it can have', (_option, make, value) => {
    expect(() => make(value)).not.toThrow()
  })
})

describe('a member that an option does not have', () => {
  const objects: readonly (readonly [string, Make])[] = [
    ['', (each) => provider({ ...KEYED, ...Object(each) })],
    ['issuers.0.', (each) => provider({ issuers: [{ ...KEYED, ...Object(each) }] })],
    ['claims.', (each) => provider({ ...KEYED, claims: { roles: 'groups', ...Object(each) } })],
    ['keys.0.', (each) => provider({ ...NAMED, keys: [{ ...ENTRY, ...Object(each) }] })],
    [
      'requiredValues.0.',
      (each) => provider({ ...KEYED, requiredValues: [{ ...REQUIRED, ...Object(each) }] }),
    ],
    ['tenant.', (each) => provider({ ...TEMPLATE, tenant: { ...TENANT, ...Object(each) } })],
    [
      'introspection.',
      (each) => provider({ ...KEYED, introspection: { ...INTROSPECTION, ...Object(each) } }),
    ],
    ['dpop.', (each) => provider({ ...KEYED, dpop: { mode: 'optional', ...Object(each) } })],
    ['', (each) => guard({ access: 'agents:read', ...Object(each) })],
  ]
  const names = ['audiances', '__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const cases = objects.flatMap(([path, make]) =>
    names.map((name): [string, string, Make] => [path, name, make]),
  )

  it.each(cases)('is refused whatever its value: %s%s', (path, name, make) => {
    for (const value of [undefined, null, false, 'x', {}]) {
      // A member of its own, also of the name __proto__, which an assignment would not make.
      const given = Object.fromEntries([[name, value]])
      const refusal = refusalOf(() => make(given))
      expect(refusal.code).toBe('option_unknown')
      expect(refusal.message).toContain(`: ${path}${name}. There is no such option.`)
    }
  })
})

describe('words that objects have of themselves', () => {
  const words = ['__proto__', 'constructor', 'toString']

  it.each(words)('grant nothing where no map has them: %s', async (word) => {
    const auth = new MastraJwtAuth({
      secret: SECRET,
      defaultRole: null,
      scopeMap: { read: ['agents:read'] },
    })
    const caller = async (scope: string) => {
      const token = signToken({ sub: 'alice', scope }, signingKey, { expiresInSeconds: 60 })
      const headers = { authorization: `Bearer ${token}` }
      const admitted = await requireBearer(auth, { access: 'agents:read', onRefusal() {} })(
        new Request('http://localhost/', { headers }),
      )
      return admitted instanceof Response ? admitted.status : 200
    }
    expect(await caller('read')).toBe(200)
    expect(await caller(word)).toBe(403)
  })

  it.each(words)('are asked of a token where requiredValues has them: %s', async (word) => {
    const auth = new MastraJwtAuth({
      secret: SECRET,
      requiredValues: Object.fromEntries([[word, 'yes']]),
    })
    const judge = (claims: object) =>
      auth.authenticateToken(
        signToken({ sub: 'alice', ...claims }, signingKey, { expiresInSeconds: 60 }),
      )
    await expect(judge({})).rejects.toMatchObject({ code: 'token_claim' })
    await expect(judge(Object.fromEntries([[word, 'yes']]))).resolves.toMatchObject({
      sub: 'alice',
    })
  })
})

describe('options that contradict each other', () => {
  const jwksUri = `${ISSUER}/keys`
  it.each<[string, () => unknown, RegExp]>([
    ...(['secret', 'publicKey', 'jwks', 'jwksUri'] as const).map(
      (name): [string, () => unknown, RegExp] => [
        `keys and ${name}`,
        () => provider({ ...NAMED, keys: [ENTRY], [name]: PEM }),
        new RegExp(`The option ${name} cannot stand beside keys. Write it as an entry`),
      ],
    ),
    [
      'two sources of one algorithm',
      () => provider({ ...NAMED, keys: [ENTRY, { jwksUri }] }),
      /Two entries of the option keys serve ES256: keys\.0 .* and keys\.1 .* Give each/,
    ],
    [
      'two kinds of key in one source',
      () => provider({ ...NAMED, keys: [{ publicKey: PEM, jwksUri }] }),
      /keys\.0 must have one of .* and has publicKey and jwksUri\. Give each source/,
    ],
    [
      'keys without issuer',
      () => provider({ audience: 'my-api', keys: [{ secret: SECRET }, { jwksUri }] }),
      /issuer is missing/,
    ],
    [
      'tenant and an issuer without a variable',
      () => provider({ ...KEYED, tenant: TENANT }),
      /option tenant it must have the variable \{tenant\} exactly once/,
    ],
    [
      'an issuer with a variable and no tenant',
      () => provider(TEMPLATE),
      /option issuer is .* which has a variable\. Add the option tenant/,
    ],
    [
      'tenant and an issuer with two variables',
      () => provider({ ...TEMPLATE, issuer: `${ISSUER}/{tenant}/{tenant}`, tenant: TENANT }),
      /must have the variable \{tenant\} exactly once/,
    ],
    [
      'tenant and a secret',
      () => provider({ issuer: TEMPLATE.issuer, secret: SECRET, tenant: TENANT }),
      /option tenant needs public keys, and the issuer has a secret\. Name/,
    ],
    [
      'tenant and no keys',
      () => provider({ issuer: TEMPLATE.issuer, audience: 'my-api', tenant: TENANT }),
      /option tenant needs public keys\. Name the key set/,
    ],
    [
      'introspection and two issuers',
      () => provider({ ...KEYED, issuer: [ISSUER, 'b'], introspection: INTROSPECTION }),
      /option introspection needs the option issuer with one name/,
    ],
    [
      'introspection and no issuer',
      () => provider({ secret: SECRET, introspection: INTROSPECTION }),
      /option introspection needs the option issuer with one name/,
    ],
    [
      'introspection with two proofs',
      () => provider({ ...KEYED, introspection: { ...INTROSPECTION, privateKey: PRIVATE_PEM } }),
      /option introspection needs either clientSecret or privateKey, and not both/,
    ],
    [
      'introspection without a proof',
      () => provider({ ...KEYED, introspection: CLIENT }),
      /option introspection needs either clientSecret or privateKey/,
    ],
    ...(
      [
        'claims',
        'scopeMap',
        'unknownRoles',
        'clients',
        'requiredValues',
        'actors',
        'keys',
        'tenant',
        'introspection',
      ] as const
    ).map((name): [string, () => unknown, RegExp] => [
      `issuers and ${name}`,
      () => provider({ issuers: [KEYED], [name]: undefined }),
      new RegExp(`The option ${name} cannot stand beside issuers. Write it in each entry`),
    ]),
    [
      'tokenHeader in an entry of issuers',
      () => provider({ issuers: [{ ...KEYED, tokenHeader: 'X-Token' }] }),
      /issuers\.0\.tokenHeader\. There is no such option/,
    ],
    ...['Authorization', 'authorization', 'Cookie', 'Host', 'Sec-Fetch-Site'].map(
      (name): [string, () => unknown, RegExp] => [
        `tokenHeader and the meaning of ${name}`,
        () => provider({ ...KEYED, tokenHeader: name }),
        /option tokenHeader is .* which has another meaning\. Name a header of its own/,
      ],
    ),
    [
      'a subject and every member of a place',
      () => provider({ ...KEYED, claims: { subject: ['orgs', '*'] } }),
      /option claims\.subject has the segment '\*', and wants one value\. Name/,
    ],
    [
      'tokenHeader and the MCP SDK',
      () =>
        mcpVerifier(provider({ secret: SECRET, tokenHeader: 'X-Token' }), {
          errors: { InvalidTokenError: Error, InsufficientScopeError: Error },
        }),
      /provider has tokenHeader, and the SDK reads Authorization alone\. Use/,
    ],
    ...[
      'https://api.example.com/a%2fb',
      'https://api.example.com/a//b',
      'https://api.example.com/:id',
      'https://api.example.com/*',
    ].flatMap((publicUrl): [string, () => unknown, RegExp][] => [
      [
        `publicUrl of a guard and the path of ${publicUrl}`,
        () => guard({ publicUrl }),
        /path of the option publicUrl is not plain\. Write/,
      ],
      [
        `server.publicUrl and the path of ${publicUrl}`,
        () => server({ publicUrl }),
        /path of the option server\.publicUrl is not plain\. Write/,
      ],
    ]),
  ])('are refused: %s', (_case, make, message) => {
    const refusal = refusalOf(make)
    expect(refusal.message).toMatch(message)
    expect(['option_invalid', 'option_unknown']).toContain(refusal.code)
  })
})
