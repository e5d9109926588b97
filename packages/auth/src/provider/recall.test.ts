import { describe, expect, it } from 'vitest'
import { judgeMaker, rememberMaker } from '../api-key/maker.js'
import { DEFAULT_ROLES } from '../access/role.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { CompositeAuth } from './composite-auth.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { defineAuth } from './define-auth.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { SimpleAuth } from './simple-auth.js'

/** The token that the makers had. */
const TOKEN = 'a token that is nowhere in their claims'

const NOW = 1_900_000_000
const SECRETS = ['a', 'b', 'c'].map((letter) => `${letter} secret that is longer than 32 bytes`)
const [A = '', B = '', C = ''] = SECRETS
const request: AuthRequest = {
  raw: new Request('http://localhost/'),
  headers: new Headers(),
  header: () => undefined,
}

const jwt = (options: MastraJwtAuthOptions) =>
  new MastraJwtAuth({ now: () => NOW * 1000, ...options })
const sign = (secret: string, claims: object) =>
  jwt({ secret }).sign({ sub: 'alice', role: 'admin', ...claims }, { expiresInSeconds: 60 })

/** Whoever a token is of, as it is written down, and read again. */
async function remember(provider: AuthProvider, token: string) {
  const user = await provider.authenticateToken(token, request)
  if (!user) throw new Error('There is no user.')
  return JSON.parse(JSON.stringify(rememberMaker(provider, user, TOKEN))) as Record<string, unknown>
}

/** What they may do by another provider; undefined where it vouches for them no more. */
async function judge(provider: AuthProvider, maker: Record<string, unknown>) {
  try {
    const judged = await judgeMaker(maker, { provider, roles: DEFAULT_ROLES }, request)
    return judged.permissions.granted
  } catch (error) {
    expect(error).toMatchObject({ code: 'access_denied' })
    return undefined
  }
}

const ADMIN = DEFAULT_ROLES['admin']

describe('a maker is vouched for by MastraJwtAuth', () => {
  const partner = { issuer: 'partner', secret: B, grants: ['agents:read'] }
  const both = jwt({ issuers: [{ issuer: 'staff', secret: A }, partner] })
  const ofStaff = () => remember(both, sign(A, { iss: 'staff' }))
  const ofPartner = () => remember(both, sign(B, { iss: 'partner' }))

  it('as long as it knows the issuer, with what the issuer may grant now', async () => {
    expect(await judge(both, await ofStaff())).toStrictEqual(ADMIN)
    expect(await judge(both, await ofPartner())).toStrictEqual(['agents:read:*'])
    const narrowed = jwt({ issuers: [{ issuer: 'staff', secret: A, grants: ['memory:read'] }] })
    expect(await judge(narrowed, await ofStaff())).toStrictEqual(['memory:read:*'])
    const renamed = { issuer: 'staff', secret: A, roles: { admin: ['tools:read'] } }
    expect(await judge(jwt(renamed), await ofStaff())).toStrictEqual(['tools:read'])
  })

  it('also where its secret was changed, or it stands alone, or among others', async () => {
    const providers = [
      jwt({ issuer: 'staff', secret: C }),
      jwt({ issuer: ['other', 'staff'], secret: C }),
      jwt({ issuers: [partner, { issuer: 'staff', secret: C }] }),
    ]
    for (const provider of providers) {
      expect(await judge(provider, await ofStaff())).toStrictEqual(ADMIN)
    }
  })

  it('no more where another issuer is the only one, though its rules would fit any', async () => {
    const providers = [
      jwt({ issuer: 'staff', secret: A }),
      jwt({ issuer: ['staff', 'other'], secret: A }),
      jwt({ issuers: [{ issuer: 'staff', secret: A }] }),
      // These accept tokens of any name: and yet they never verified this one.
      jwt({ secret: A }),
      jwt({ secret: B }),
      jwt({ secret: B, issuer: false }),
    ]
    for (const provider of providers)
      expect(await judge(provider, await ofPartner())).toBe(undefined)
  })

  it('where it accepts any issuer, for as long as it does', async () => {
    const any = jwt({ secret: A })
    for (const claims of [{}, { iss: 'staff' }, { iss: 'partner' }]) {
      const maker = await remember(any, sign(A, claims))
      expect(await judge(jwt({ secret: C, issuer: false }), maker)).toStrictEqual(ADMIN)
      expect(await judge(both, maker)).toBe(undefined)
      expect(await judge(jwt({ secret: A, issuer: 'staff' }), maker)).toBe(undefined)
    }
  })

  it.each<[string, (list: MemoryRevocationList) => void]>([
    ['the token', (list) => list.revokeTokenId('local', 'token-1')],
    ['its session', (list) => list.revokeSession('local', 'session-1')],
    ['all that the subject was given', (list) => list.revokeSubject('local', 'alice')],
  ])('until its own list has revoked %s', async (_case, revoke) => {
    const revocation = new MemoryRevocationList(() => NOW * 1000)
    const provider = jwt({ secret: A, revocation })
    const maker = await remember(provider, sign(A, { jti: 'token-1', sid: 'session-1' }))
    revocation.revokeTokenId('local', 'token-2')
    revocation.revokeSession('local', 'session-2')
    revocation.revokeSubject('local', 'bob')
    expect(await judge(provider, maker)).toStrictEqual(ADMIN)
    revoke(revocation)
    const judged = judgeMaker(maker, { provider, roles: DEFAULT_ROLES }, request)
    await expect(judged).rejects.toMatchObject({ code: 'token_revoked' })
  })
})

describe('a maker is vouched for by SimpleAuth', () => {
  const [token, second] = ['t'.padEnd(40, 'xyz'), 'u'.padEnd(40, 'xyz')]
  const alice = { sub: 'alice', role: 'admin' }
  const simple = (tokens: Record<string, object>) => new SimpleAuth({ tokens })

  it('by their subject, with the role that they have now', async () => {
    const maker = await remember(simple({ [token]: alice }), token)
    expect(await judge(simple({ [token]: alice }), maker)).toStrictEqual(ADMIN)
    const demoted = simple({ [second]: { sub: 'alice', role: 'viewer' } })
    expect(await judge(demoted, maker)).toStrictEqual(DEFAULT_ROLES['viewer'])
  })

  it('also once their token has expired', async () => {
    const maker = await remember(simple({ [token]: alice }), token)
    const expired = simple({ [token]: { user: alice, expiresAt: 1 } })
    expect(await judge(expired, maker)).toStrictEqual(ADMIN)
  })

  it('no more where nobody has the subject', async () => {
    const maker = await remember(simple({ [token]: alice }), token)
    expect(await judge(simple({ [token]: { sub: 'bob', role: 'owner' } }), maker)).toBe(undefined)
  })

  it('of several of a subject, as the one that they are', async () => {
    const viewer = { sub: 'alice', role: 'viewer' }
    const both = simple({ [token]: alice, [second]: viewer })
    expect(await judge(both, await remember(both, token))).toStrictEqual(ADMIN)
    expect(await judge(both, await remember(both, second))).toStrictEqual(DEFAULT_ROLES['viewer'])
    const other = simple({ [token]: { ...alice, role: 'owner' }, [second]: viewer })
    expect(await judge(other, await remember(both, token))).toBe(undefined)
  })
})

describe('a maker is vouched for by CompositeAuth', () => {
  const opaque = 'o'.padEnd(40, 'xyz')
  const simple = new SimpleAuth({ tokens: { [opaque]: { sub: 'alice', role: 'viewer' } } })
  const staff = jwt({ issuer: 'staff', secret: A })
  const partner = jwt({ issuer: 'partner', secret: B, grants: ['agents:read'] })
  const composite = new CompositeAuth([simple, staff, partner])

  it('as the provider says that authenticated them, wherever that stands', async () => {
    const cases = [
      [await remember(composite, opaque), DEFAULT_ROLES['viewer']],
      [await remember(composite, sign(A, { iss: 'staff' })), ADMIN],
      [await remember(composite, sign(B, { iss: 'partner' })), ['agents:read:*']],
    ] as const
    for (const [maker, granted] of cases) {
      for (const provider of [composite, new CompositeAuth([partner, staff, simple])]) {
        expect(await judge(provider, maker)).toStrictEqual(granted)
      }
    }
    expect(await judge(staff, cases[1][0])).toStrictEqual(ADMIN)
  })

  it('no more where their provider is gone', async () => {
    const maker = await remember(composite, sign(B, { iss: 'partner' }))
    expect(await judge(new CompositeAuth([simple, staff]), maker)).toBe(undefined)
    expect(await judge(staff, maker)).toBe(undefined)
    expect(await judge(simple, maker)).toBe(undefined)
  })

  it('not where two providers would vouch for them by one name', async () => {
    const twin = (role: string) => ({
      accepts: () => role === 'owner',
      authenticateToken: () => ({ sub: 'alice', role }),
    })
    const twins = new CompositeAuth([twin('owner'), twin('viewer')])
    expect(await judge(twins, await remember(twins, opaque))).toBe(undefined)
    const named = new CompositeAuth([
      { ...twin('owner'), name: 'first' },
      { ...twin('viewer'), name: 'second' },
    ])
    expect(await judge(named, await remember(named, opaque))).toStrictEqual(['*'])
  })
})

describe('a maker is vouched for by a provider of the application', () => {
  const user = { id: 'alice', role: 'admin' }
  const own = (members: Partial<AuthProvider> = {}) =>
    defineAuth<object>({ authenticateToken: () => user, ...members })

  it('under its name, as the user that it named then', async () => {
    const maker = await remember(own({ name: 'shop' }), 'x')
    expect(await judge(own({ name: 'shop' }), maker)).toStrictEqual(ADMIN)
    expect(await judge(own({ name: 'stock' }), maker)).toBe(undefined)
    expect(await judge(own(), maker)).toBe(undefined)
    expect(await judge(jwt({ secret: A }), maker)).toBe(undefined)
  })

  it('as the user that its recallUser gives, who is asked for by a copy', async () => {
    const asked: unknown[] = []
    const recallUser = async (...parameters: unknown[]) => {
      asked.push(...parameters)
      return { id: 'alice', role: 'viewer' }
    }
    const maker = await remember(own(), 'x')
    expect(await judge(own({ recallUser }), maker)).toStrictEqual(DEFAULT_ROLES['viewer'])
    expect(asked).toStrictEqual([user, '["provider",""]'])
  })

  it.each<[string, Partial<AuthProvider>]>([
    ['recalls nobody', { recallUser: () => null }],
    ['recalls what is no object', { recallUser: () => Object('alice').toString() }],
    ['fails to recall', { recallUser: () => Promise.reject(new Error('down')) }],
    ['vouches for nobody', { voucherOf: () => null }],
    ['vouches by no text', { voucherOf: () => Object(Promise.reject(new Error('late'))) }],
    [
      'fails to vouch',
      {
        voucherOf: () => {
          throw new Error('down')
        },
      },
    ],
  ])('no more where it %s', async (_case, members) => {
    const maker = await remember(own(), 'x')
    expect(await judge(own(members), maker)).toBe(undefined)
  })

  it.each<[string, object]>([
    [
      'has a circle',
      (() => {
        const o: Record<string, unknown> = { sub: 'a' }
        o['o'] = o
        return o
      })(),
    ],
    ['has a number that JSON has not', { sub: 'a', n: 1n }],
    ['is too large', { sub: 'a', text: 'x'.repeat(60_000) }],
    ['is no object as JSON', { sub: 'a', toJSON: () => 'a' }],
    ['is nothing as JSON', { sub: 'a', toJSON: () => undefined }],
  ])('not where the user %s', async (_case, odd) => {
    const provider = own({ authenticateToken: () => odd })
    await expect(remember(provider, 'x')).rejects.toMatchObject({ code: 'access_denied' })
  })
})

it('writes down no maker whose provider puts the token into the user', () => {
  const auth = new MastraJwtAuth({ secret: 'a secret that is long enough for these tests' })
  const user = { sub: 'alice', session: { accessToken: TOKEN } }
  expect(() => rememberMaker(auth, user, TOKEN)).toThrow(
    expect.objectContaining({ code: 'access_denied' }),
  )
  expect(rememberMaker(auth, { sub: 'alice' }, TOKEN)).toMatchObject({ user: { sub: 'alice' } })
})
