import { describe, expect, it } from 'vitest'
import { createClaimMap } from '../claim/claim-map.js'
import { createPrincipal, type PrincipalOptions } from './create-principal.js'
import { DEFAULT_ROLES } from './role.js'

const create = (user: object, options: Partial<PrincipalOptions> = {}) =>
  createPrincipal(user, { roles: DEFAULT_ROLES, ...options })

const noSubject = expect.objectContaining({ name: 'TokenError', code: 'token_claim', claim: 'sub' })
const denied = expect.objectContaining({ name: 'AuthError', code: 'access_denied' })

describe('createPrincipal', () => {
  it('tells who calls, for whom, with what, and until when', () => {
    const claims = {
      sub: 'alice',
      iss: 'https://issuer',
      jti: 't1',
      sid: 's1',
      azp: 'web',
      exp: 1_700_000_000,
      act: { sub: 'assistant', act: { sub: 'planner' } },
      role: 'viewer',
      scope: 'unknown',
    }
    const { permissions, ...principal } = create(claims)
    expect(principal).toStrictEqual({
      subject: 'alice',
      issuer: 'https://issuer',
      resourceId: 'alice',
      roles: ['viewer'],
      ignoredGrants: ['unknown'],
      foreignScopes: ['unknown'],
      tokenId: 't1',
      sessionId: 's1',
      client: 'web',
      expiresAt: 1_700_000_000,
      actor: 'assistant',
      actors: ['assistant', 'planner'],
      claims,
    })
    expect(permissions.granted).toStrictEqual(DEFAULT_ROLES['viewer'])
  })

  it('leaves undefined what the claims do not tell, and calls no issuer local', () => {
    expect(create({ sub: 'alice' })).toMatchObject({ issuer: 'local', claims: { sub: 'alice' } })
    const { tokenId, expiresAt, actor } = create({ sub: 'alice', iss: '' })
    expect([tokenId, expiresAt, actor]).toStrictEqual([undefined, undefined, undefined])
  })

  it('is frozen through and through, and no change of the user reaches it', () => {
    const user = { sub: 'alice', role: 'member', tags: ['a'] }
    const principal = create(user)
    const { claims, permissions, roles, ignoredGrants, foreignScopes, actors } = principal
    const lists = [roles, ignoredGrants, foreignScopes, actors]
    const parts = [principal, claims, claims['tags'], permissions, ...lists]
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
    user.sub = 'mallory'
    expect(principal).toMatchObject({ subject: 'alice', claims: { sub: 'alice' } })
  })

  it('takes users with members that cannot be frozen', () => {
    const user = { id: 'alice', avatar: Buffer.from('png'), since: new Date(0) }
    expect(create(user)).toMatchObject({ subject: 'alice', claims: { avatar: user.avatar } })
  })
})

describe('createPrincipal: the subject (RFC 7519 section 4.1.2)', () => {
  it('is sub, or id where there is no sub', () => {
    expect(create({ sub: 'alice', id: 'bob' }).subject).toBe('alice')
    expect(create({ id: 'bob' }).subject).toBe('bob')
  })

  it.each([
    '{}',
    '{"sub":""}',
    '{"sub":" \\t\\n"}',
    '{"sub":"\u00a0"}',
    '{"sub":1}',
    '{"sub":["alice"]}',
    '{"sub":{"a":1},"id":"bob"}',
    '{"sub":"","id":"bob"}',
    '{"sub":null}',
    '{"id":7}',
    '[]',
    '["alice"]',
  ])('refuses the user %s, who has none', (text) => {
    expect(() => create(JSON.parse(text))).toThrow(noSubject)
  })

  it('is not taken from what __proto__ says in a token', () => {
    expect(() => create(JSON.parse('{"__proto__":{"sub":"mallory"}}'))).toThrow(noSubject)
  })
})

describe('createPrincipal: the owner', () => {
  it('is what mapUserToResourceId says, else the subject', () => {
    const users: unknown[] = []
    const mapUserToResourceId = (user: { tenant?: string }) => {
      users.push(user)
      return user.tenant
    }
    const user = { sub: 'alice', tenant: 'acme' }
    expect(create(user, { mapUserToResourceId }).resourceId).toBe('acme')
    expect(users).toStrictEqual([user])
    expect(create({ sub: 'alice' }, { mapUserToResourceId }).resourceId).toBe('alice')
    expect(create({ sub: 'alice' }, { mapUserToResourceId: () => null }).resourceId).toBe('alice')
  })

  it.each([
    ['an empty text', ''],
    ['a blank text', ' \n'],
    ['a number', 7],
    ['zero', 0],
    ['false', false],
    ['NaN', Number.NaN],
    ['an object', { id: 'acme' }],
    ['a list', ['acme']],
    ['a text object', Object('acme')],
    ['a function', () => 'acme'],
    ['a promise', Promise.resolve('acme')],
  ])('is refused where it is %s', (_case, resourceId: unknown) => {
    expect(() => create({ sub: 'alice' }, { mapUserToResourceId: () => resourceId })).toThrow(
      denied,
    )
  })

  it('is refused where mapUserToResourceId throws, and the log learns why', () => {
    const cause = new Error('no database')
    const mapUserToResourceId = () => {
      throw cause
    }
    const refusal = expect.objectContaining({ code: 'access_denied', cause })
    expect(() => create({ sub: 'alice' }, { mapUserToResourceId })).toThrow(refusal)
  })

  it('handles the failure of a promise that it refuses, which would end the process', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const options = { mapUserToResourceId: () => Promise.reject(new Error('no database')) }
    expect(() => create({ sub: 'alice' }, options)).toThrow(denied)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toStrictEqual([])
  })
})

describe('createPrincipal: actor, token and expiry', () => {
  it.each([
    '{"act":"x"}',
    '{"act":null}',
    '{"act":{}}',
    '{"act":{"sub":7}}',
    '{"act":{"sub":""}}',
    '{"act":["x"]}',
    '{"act":{"__proto__":{"sub":"x"}}}',
  ])('has no actor in %s (RFC 8693 section 4.1)', (text) => {
    expect(create({ sub: 'alice', ...JSON.parse(text) }).actor).toBeUndefined()
  })

  it('names the one who acts now, not who acted before (RFC 8693 section 4.1)', () => {
    const act = { sub: 'tool', act: { sub: 'assistant' } }
    expect(create({ sub: 'alice', act }).actor).toBe('tool')
  })

  it('takes from a provider without claims only what has the right type', () => {
    const user = { id: 'alice', jti: 7, exp: 'never', iss: ['x'] }
    const { tokenId, expiresAt, issuer } = create(user)
    expect([tokenId, expiresAt, issuer]).toStrictEqual([undefined, undefined, 'local'])
  })

  it('takes nothing that is only inherited', () => {
    const user = Object.assign(Object.create({ jti: 'x', exp: 1, iss: 'x', act: { sub: 'x' } }), {
      sub: 'a',
    })
    const { tokenId, expiresAt, issuer, actor } = create(user)
    expect([tokenId, expiresAt, issuer, actor]).toStrictEqual([
      undefined,
      undefined,
      'local',
      undefined,
    ])
  })
})

describe('createPrincipal: the default role', () => {
  it('counts only where the claims name neither role nor scope', () => {
    const options = { defaultRole: 'member' }
    expect(create({ sub: 'alice' }, options).roles).toStrictEqual(['member'])
    expect(create({ sub: 'alice', role: 'viewer' }, options).roles).toStrictEqual(['viewer'])
    expect(create({ sub: 'alice', scope: '' }, options).permissions.granted).toStrictEqual([])
    expect(create({ sub: 'alice' }).permissions.granted).toStrictEqual([])
  })
})

describe('createPrincipal: a map of claims', () => {
  const claimMap = createClaimMap({
    roles: ['realm_access', 'roles'],
    subject: 'oid',
    session: 'session_id',
    client: 'cid',
    actor: 'agent',
  })
  const user = {
    sub: 'pairwise',
    oid: 'alice',
    sid: 'no',
    session_id: 's1',
    azp: 'no',
    cid: 'web',
    act: { sub: 'no' },
    agent: 'helper',
    role: 'owner',
    realm_access: { roles: ['viewer'] },
  }

  it('says where each stands, and the claims stay what the issuer signed', () => {
    expect(create(user, { claimMap })).toMatchObject({
      subject: 'alice',
      resourceId: 'alice',
      sessionId: 's1',
      client: 'web',
      actor: 'helper',
      actors: ['helper'],
      roles: ['viewer'],
      claims: user,
    })
  })

  it('gives the standard names nothing to say', () => {
    const { realm_access: _roles, ...without } = user
    expect(create(without, { claimMap }).permissions.granted).toStrictEqual([])
    expect(create(user).subject).toBe('pairwise')
  })

  it.each([undefined, null, '', ' ', 7, ['alice']])('refuses the mapped subject %j', (oid) => {
    expect(() => create({ ...user, oid }, { claimMap })).toThrow(
      expect.objectContaining({ name: 'TokenError', code: 'token_claim', claim: 'oid' }),
    )
  })
})
