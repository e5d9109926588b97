import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '../access/role.js'
import { authenticate } from './authenticate.js'
import type { AuthRequest } from './auth-provider.js'
import { SimpleAuth, type SimpleAuthOptions } from './simple-auth.js'
import { readTokenForm } from './token-form.js'

const NOW = 1_700_000_000
const TOKEN = 'signet-0123456789-abcdefghijklmnop'
const OTHER_TOKEN = 'signet-9876543210-abcdefghijklmnop'
const ALICE = { sub: 'alice' }

const raw = new Request('http://localhost/')
const request: AuthRequest = { raw, headers: raw.headers, header: () => undefined }

const create = (options: Partial<SimpleAuthOptions> = {}) =>
  new SimpleAuth({ tokens: { [TOKEN]: ALICE }, now: () => NOW * 1000, ...options })

const principalOf = (options: Partial<SimpleAuthOptions>, token = TOKEN) =>
  authenticate(create(options), token, request, DEFAULT_ROLES)

/** Options as JavaScript may write them, which no compiler has looked at. */
const loose = (options: object): Partial<SimpleAuthOptions> => Object(options)

const refused = (code: string) => expect.objectContaining({ name: 'ConfigurationError', code })

/** What making a provider with this token says. */
function refusalOf(token: string): unknown {
  try {
    return create({ tokens: { [OTHER_TOKEN]: ALICE, [token]: ALICE } })
  } catch (error) {
    return error
  }
}

describe('SimpleAuth: a token', () => {
  it('is whose the table says', async () => {
    const auth = create({ tokens: { [TOKEN]: ALICE, [OTHER_TOKEN]: { id: 'bob', name: 'Bob' } } })
    await expect(auth.authenticateToken(TOKEN)).resolves.toStrictEqual(ALICE)
    await expect(auth.authenticateToken(OTHER_TOKEN)).resolves.toMatchObject({ id: 'bob' })
  })

  it.each([
    OTHER_TOKEN,
    '',
    'constructor',
    '__proto__',
    TOKEN.slice(1),
    `${TOKEN} `,
    ` ${TOKEN}`,
    TOKEN.toUpperCase(),
    `Bearer ${TOKEN}`,
    Object(undefined),
    Object([TOKEN]),
  ])('is unknown where the table does not have it: %j', async (token: string) => {
    await expect(create().authenticateToken(token)).rejects.toMatchObject({
      name: 'TokenError',
      code: 'token_key_unknown',
      message: 'SimpleAuth does not know the token.',
    })
  })

  it('is kept as a digest only', () => {
    const auth = create()
    expect(inspect(auth, { depth: null, showHidden: true })).not.toContain(TOKEN)
    expect(JSON.stringify(auth)).not.toContain(TOKEN)
  })

  it('counts as it was when the provider was made', async () => {
    const tokens: Record<string, object> = { [TOKEN]: { ...ALICE, roles: ['viewer'] } }
    const auth = create({ tokens })
    tokens[OTHER_TOKEN] = ALICE
    Reflect.set(tokens[TOKEN] ?? {}, 'sub', 'mallory')
    Reflect.get(tokens[TOKEN] ?? {}, 'roles').push('owner')
    const user = await auth.authenticateToken(TOKEN)
    expect(user).toStrictEqual({ sub: 'alice', roles: ['viewer'] })
    expect(Object.isFrozen(user) && Object.isFrozen(Reflect.get(user, 'roles'))).toBe(true)
    const unknown = { code: 'token_key_unknown' }
    await expect(auth.authenticateToken(OTHER_TOKEN)).rejects.toMatchObject(unknown)
  })
})

describe('SimpleAuth: tokens that it refuses to be made with', () => {
  it.each([
    ['too short', 'secret_too_short', 'x1'.repeat(15) + 'y'],
    ['empty', 'secret_too_short', ''],
    ['not set', 'secret_too_short', 'undefined'],
    ['printed in documentation', 'secret_is_sample', 'a-string-secret-at-least-256-bits-long'],
    [
      'printed as the example of this project',
      'secret_is_sample',
      'replace-me-with-a-secret-of-32-bytes-or-more',
    ],
    ['of one character', 'option_invalid', 'x'.repeat(64)],
    ['of digits', 'option_invalid', '0123456789'.repeat(4)],
    [
      'of the form of a JWT',
      'option_invalid',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.AAAAAAAAAAAAAAAA',
    ],
    ['what no header carries', 'option_invalid', 'signet 0123456789 abcdefghijklmnop'],
    ['a list in a header', 'option_invalid', 'signet,0123456789,abcdefghijklmnop'],
    ['beyond ASCII', 'option_invalid', 'sígnet-0123456789-abcdefghijklmnop'],
  ])('are %s: %s', (_case, code, token) => {
    const refusal = refusalOf(token)
    expect(refusal).toStrictEqual(refused(code))
    expect(String(refusal)).toContain('Token 2 of SimpleAuth')
    if (token.length > 9) expect(String(refusal)).not.toContain(token)
  })

  it.each([
    ['of 32 characters', 'x1'.repeat(16)],
    ['with dots, but no JWT', 'svc.prod.0123456789abcdefghijklmnop'],
    ['of all that a bearer token can have', `${'aZ0-._~+/'.repeat(4)}==`],
    ['of digits and one letter', `${'0123456789'.repeat(4)}a`],
  ])('are not %s', async (_case, token) => {
    const auth = create({ tokens: { [token]: ALICE } })
    await expect(auth.authenticateToken(token)).resolves.toStrictEqual(ALICE)
  })

  it.each([{}, null, undefined, [], 'x'.repeat(32)])('are none: %j', (tokens) => {
    expect(() => create(loose({ tokens }))).toThrow(/SimpleAuth/)
    expect(() => create(loose({ tokens }))).toThrow(
      expect.objectContaining({ name: 'ConfigurationError' }),
    )
  })
})

describe('SimpleAuth: a user', () => {
  it.each([
    ['no subject', {}],
    ['an empty subject', { sub: '' }],
    ['a blank subject', { id: ' ' }],
    ['a subject that is no text', { sub: 7, id: 'alice' }],
    ['a list', []],
    ['a text', 'alice'],
    ['null', null],
    ['a function', () => ALICE],
    ['what is no plain data', { ...ALICE, run: () => 1 }],
    ['an expiry within the user', { ...ALICE, exp: NOW }],
    ['an expiry of the token within the user', { ...ALICE, expiresAt: NOW }],
    ['a user without a subject, and expiry', { user: {}, expiresAt: NOW }],
    ['an unknown member beside it', { user: ALICE, expires: NOW }],
    ['a role beside it', { user: ALICE, role: 'owner' }],
  ])('is refused at construction: %s', (_case, user) => {
    expect(() => create(loose({ tokens: { [TOKEN]: user } }))).toThrow(refused('option_invalid'))
  })

  it('may have a member user of its own, where it has a subject', async () => {
    const user = { id: 'alice', user: { name: 'Alice' } }
    const auth = create({ tokens: { [TOKEN]: user } })
    await expect(auth.authenticateToken(TOKEN)).resolves.toStrictEqual(user)
  })

  it('may call where it is one of its own, unless the option says otherwise', async () => {
    const auth = create()
    const user = await auth.authenticateToken(TOKEN)
    expect(await auth.authorizeUser(user, request)).toBe(true)
    expect(await auth.authorizeUser({ ...user }, request)).toBe(false)
    expect(await auth.authorizeUser(ALICE, request)).toBe(false)
    const refusal = { name: 'AuthError', code: 'access_denied' }
    await expect(principalOf({ authorizeUser: () => false })).rejects.toMatchObject(refusal)
    expect(() => create(loose({ authorizeUser: undefined }))).toThrow(refused('option_invalid'))
  })

  it('owns by its subject, unless the option says otherwise', async () => {
    await expect(principalOf({})).resolves.toMatchObject({ resourceId: 'alice' })
    const tenant = { mapUserToResourceId: () => 'acme' }
    await expect(principalOf(tenant)).resolves.toMatchObject({ resourceId: 'acme' })
  })

  it('is a member where it names no role, unless the option says otherwise', async () => {
    await expect(principalOf({})).resolves.toHaveProperty('roles', ['member'])
    await expect(principalOf({ defaultRole: 'viewer' })).resolves.toHaveProperty('roles', [
      'viewer',
    ])
    await expect(principalOf({ defaultRole: null })).resolves.toHaveProperty('roles', [])
    const chef = { tokens: { [TOKEN]: { ...ALICE, role: 'chef' } } }
    await expect(principalOf(chef)).resolves.toMatchObject({ roles: [], ignoredGrants: ['chef'] })
  })
})

describe('SimpleAuth: expiry', () => {
  const until = (expiresAt: unknown) =>
    loose({ tokens: { [TOKEN]: { user: ALICE, expiresAt }, [OTHER_TOKEN]: { user: ALICE } } })

  it('is exclusive, and the principal has it', async () => {
    await expect(principalOf(until(NOW + 1))).resolves.toMatchObject({
      subject: 'alice',
      expiresAt: NOW + 1,
    })
    for (const expiresAt of [NOW, NOW - 1, 1]) {
      await expect(principalOf(until(expiresAt))).rejects.toMatchObject({
        name: 'TokenError',
        code: 'token_expired',
        expiredAt: expiresAt,
      })
    }
  })

  it('is of its token alone', async () => {
    const options = until(NOW - 1)
    await expect(principalOf(options, OTHER_TOKEN)).resolves.toHaveProperty('expiresAt', undefined)
  })

  it('counts by a clock that gives a number, and no other', async () => {
    const options = { ...until(NOW + 1), now: () => Number.NaN }
    await expect(principalOf(options)).rejects.toHaveProperty('code', 'token_expired')
  })

  it.each([undefined, null, '1700000000', Number.NaN, Infinity, -1, 0, NOW * 1000, new Date(0)])(
    'is refused at construction where it is no seconds since 1970: %o',
    (expiresAt) => {
      expect(() => create(until(expiresAt))).toThrow(refused('option_invalid'))
    },
  )
})

describe('SimpleAuth: where a token comes from', () => {
  it.each([undefined, 'Authorization', 'authorization', ['AUTHORIZATION'], []])(
    'is Authorization alone: headers may be %j',
    (headers) => {
      expect(() => create({ headers })).not.toThrow()
    },
  )

  it.each(['X-Playground-Access', 'cookie', '', ['Authorization', 'X-Token'], 7, {}, [null]])(
    'is no other header: headers cannot be %j',
    (headers) => {
      expect(() => create(loose({ headers }))).toThrow(refused('option_invalid'))
      expect(() => create(loose({ headers }))).toThrow(/Authorization: Bearer/)
    },
  )

  it('accepts what is no JWT, known or not', () => {
    const auth = create()
    for (const token of [TOKEN, OTHER_TOKEN, '', 'x']) {
      expect(auth.accepts(readTokenForm(token))).toBe(true)
    }
    for (const token of ['e30.e30.AAAA', 'eyJhbGciOiJIUzI1NiJ9.x']) {
      expect(auth.accepts(readTokenForm(token))).toBe(false)
    }
  })

  it('is marked for the server of Mastra', () => {
    expect(create().isSimpleAuth).toBe(true)
    expect(create().name).toBe('simple')
    expect(create({ name: 'machines' }).name).toBe('machines')
  })
})
