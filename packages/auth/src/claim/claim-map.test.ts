import { describe, expect, it } from 'vitest'
import { deepFreeze } from '../lib/freeze.js'
import { MAX_ACTORS } from './actor.js'
import { createClaimMap, readStandardClaims, type ClaimPlaces } from './claim-map.js'
import { MAX_VISITS } from './claim-place.js'

const read = (places: ClaimPlaces, claims: object) => createClaimMap(places).read(claims)

/** Places that no type has checked. */
const untyped = (places: unknown): ClaimPlaces => places as ClaimPlaces

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

const CLAIMS = {
  sub: 'alice',
  id: 'other',
  sid: 's1',
  azp: 'web',
  client_id: 'other',
  scope: 'agents:read openid',
  scp: ['a b'],
  permissions: ['p'],
  role: 'night watch',
  roles: ['x', 7],
  act: { sub: 'bob', act: { sub: 'carol' } },
}

describe('claims at the standard names', () => {
  it('are read where nothing is mapped, and of each kind that is not', () => {
    const standard = {
      roles: [['night watch'], ['x', 7]],
      scopes: [['agents:read', 'openid'], ['a', 'b'], ['p']],
      subject: 'alice',
      sessionId: 's1',
      client: 'web',
      actors: { current: 'bob', names: ['bob', 'carol'], isThere: true },
    }
    expect(readStandardClaims(CLAIMS)).toStrictEqual(standard)
    expect(read({ roles: 'groups' }, CLAIMS)).toStrictEqual({ ...standard, roles: [] })
    expect(read({ scopes: 'x' }, CLAIMS)).toStrictEqual({ ...standard, scopes: [['p']] })
    expect(read({ permissions: 'x' }, CLAIMS).scopes).toStrictEqual(standard.scopes.slice(0, 2))
    expect(read({ subject: 'id' }, CLAIMS)).toStrictEqual({ ...standard, subject: 'other' })
  })

  it('say less where they are not texts', () => {
    const { subject, sessionId, client } = readStandardClaims({
      sub: 1,
      sid: 2,
      azp: 3,
      client_id: 'c',
    })
    expect([subject, sessionId, client]).toStrictEqual([undefined, undefined, undefined])
    expect(readStandardClaims({ id: 'robot', client_id: 'c' })).toMatchObject({
      subject: 'robot',
      client: 'c',
    })
  })
})

describe('role names at a place', () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ['a text, which is one name', 'night watch, chef', [['night watch, chef']]],
    ['a list', ['a', 'b c', null, ['d'], true], [['a', 'b c', null, ['d'], true]]],
    ['an empty list', [], [[]]],
    ['an object, whose keys are the names', { admin: { org: 'x' }, chef: '' }, [['admin', 'chef']]],
    ['members of an object that say no', { admin: false, chef: null, cook: true }, [['cook']]],
    ['true, whose name is the last segment', true, [['place']]],
    ['false, which says nothing', false, []],
    ['null, which is not a name', null, [[null]]],
    ['a number, which is not a name', 7, [[7]]],
  ])('are those of %s', (_case, value, roles) => {
    expect(read({ roles: ['in', 'place'] }, { in: { place: value } }).roles).toStrictEqual(roles)
  })

  it('are those of every place that has a value', () => {
    const roles = [['realm_access', 'roles'], ['resource_access', '*', 'roles'], 'admin'] as const
    const claims = {
      realm_access: { roles: ['engineer'] },
      resource_access: { mine: { roles: ['operator'] }, other: { roles: [] } },
      admin: true,
    }
    expect(read({ roles }, claims).roles).toStrictEqual([['engineer'], ['operator'], [], ['admin']])
  })

  it('are not made of what every object has', () => {
    const claims: object = JSON.parse('{"groups":{"__proto__":{"admin":true}}}')
    expect(read({ roles: 'groups' }, claims).roles).toStrictEqual([['__proto__']])
    expect(read({ roles: 'constructor' }, {}).roles).toStrictEqual([])
  })
})

describe('scopes at a place', () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ['words with blanks', ' a  b\tc\nd ', [['a', 'b', 'c', 'd']]],
    ['words with commas', 'run,read, write', [['run', 'read', 'write']]],
    ['a list of words', ['a', 'b c', 7], [['a', 'b', 'c', 7]]],
    ['an empty text', '', [[]]],
    ['an object', { 'agents:read': true, 'agents:write': false }, [['agents:read']]],
    ['true', true, [['o']]],
  ])('are %s', (_case, value, scopes) => {
    expect(read({ scopes: 'o' }, { o: value }).scopes).toStrictEqual(scopes)
    expect(read({ permissions: 'o' }, { o: value }).scopes).toStrictEqual(scopes)
  })
})

describe('subject, session and client at a place', () => {
  it('are the text at the first place that has a value', () => {
    const places = [['oid'], ['sub']] as const
    expect(read({ subject: places }, { oid: 'o', sub: 's' }).subject).toBe('o')
    expect(read({ session: places }, { sub: 's' }).sessionId).toBe('s')
    expect(read({ client: ['a', 'b'] }, { a: { b: 'web' } }).client).toBe('web')
  })

  it.each([[''], [' '], [null], [7], [true], [['s']], [{ s: 's' }]])(
    'are none where that is %j, whatever the other places have',
    (oid) => {
      const map = createClaimMap({ subject: [['oid'], ['sub']], session: 'oid', client: 'oid' })
      const { subject, sessionId, client } = map.read({ oid, sub: 'alice', sid: 's', azp: 'c' })
      expect([subject, sessionId, client]).toStrictEqual([undefined, undefined, undefined])
    },
  )

  it('are none where no place has a value, and not that of the standard name', () => {
    const { subject, sessionId } = read({ subject: 'oid', session: 'session_id' }, CLAIMS)
    expect([subject, sessionId]).toStrictEqual([undefined, undefined])
  })
})

describe('actors (RFC 8693 section 4.1)', () => {
  const chain = (length: number): unknown =>
    length === 0 ? undefined : { sub: `a${length}`, act: chain(length - 1) }

  it.each<[string, unknown, object]>([
    ['one', { sub: 'bob' }, { current: 'bob', names: ['bob'], isThere: true }],
    ['nobody', undefined, { current: undefined, names: [], isThere: false }],
    ['null', null, { current: undefined, names: [], isThere: false }],
    ['one without a name', { iss: 'x' }, { current: undefined, names: [], isThere: true }],
    ['a text, which is no actor', 'bob', { current: undefined, names: [], isThere: true }],
    ['a list', [{ sub: 'bob' }], { current: undefined, names: [], isThere: true }],
    [
      'one without a name before another',
      { act: { sub: 'bob' } },
      { current: undefined, names: ['bob'], isThere: true },
    ],
  ])('of the claim act: %s', (_case, act, actors) => {
    expect(readStandardClaims({ act }).actors).toStrictEqual(actors)
  })

  it('are nearest first', () => {
    expect(readStandardClaims({ act: chain(3) }).actors.names).toStrictEqual(['a3', 'a2', 'a1'])
  })

  it(`are at most ${MAX_ACTORS}: a longer chain is refused, and not cut`, () => {
    expect(readStandardClaims({ act: chain(MAX_ACTORS) }).actors.names).toHaveLength(MAX_ACTORS)
    const many = refused('token_claim', /more than 16 actors/)
    expect(() => readStandardClaims({ act: chain(MAX_ACTORS + 1) })).toThrow(many)
    const actor = Array.from({ length: MAX_ACTORS + 1 }, () => 'a')
    expect(() => read({ actor: 'actors' }, { actors: actor })).toThrow(many)
  })

  it.each<[string, unknown, readonly string[]]>([
    ['a text', '3 9 11', ['3 9 11']],
    ['a list of texts and objects', ['a', { sub: 'b', act: { sub: 'c' } }], ['a', 'b', 'c']],
    ['an object', { sub: 'b' }, ['b']],
  ])('at a place are %s', (_case, value, names) => {
    const { actors } = read({ actor: 'xms_act_fct' }, { xms_act_fct: value, act: { sub: 'no' } })
    expect(actors).toStrictEqual({ current: names[0], names, isThere: true })
  })

  it('at several places are all of them, of the first place first', () => {
    const places = [['act'], ['xms_act_fct']] as const
    const { names } = read({ actor: places }, { act: { sub: 'a' }, xms_act_fct: '11' }).actors
    expect(names).toStrictEqual(['a', '11'])
  })

  it('at a place are there, also where they have no name', () => {
    for (const value of [7, '', {}, true]) {
      expect(read({ actor: 'a' }, { a: value }).actors).toMatchObject({ isThere: true, names: [] })
    }
    expect(read({ actor: 'a' }, { a: false }).actors.isThere).toBe(false)
  })
})

describe('a map', () => {
  it('reads claims that are frozen once, and gives the same object again', () => {
    let reads = 0
    const claims = deepFreeze({
      sub: 'alice',
      groups: ['a'],
    })
    const counted = new Proxy(claims, {
      getOwnPropertyDescriptor(target, name) {
        reads += 1
        return Reflect.getOwnPropertyDescriptor(target, name)
      },
    })
    const map = createClaimMap({ roles: 'groups' })
    const first = map.read(counted)
    const once = reads
    for (let again = 0; again < 10; again++) expect(map.read(counted)).toBe(first)
    expect(reads).toBe(once)
  })

  it('reads claims anew that may change', () => {
    const claims = { groups: ['a'] }
    const map = createClaimMap({ roles: 'groups' })
    expect(map.read(claims).roles).toStrictEqual([['a']])
    claims.groups = ['b']
    expect(map.read(claims).roles).toStrictEqual([['b']])
  })

  it('does not remember by one map what another read', () => {
    const claims = deepFreeze({ a: 'x', b: 'y' })
    expect(read({ subject: 'a' }, claims).subject).toBe('x')
    expect(read({ subject: 'b' }, claims).subject).toBe('y')
  })

  it('gives nothing that can be changed', () => {
    const map = createClaimMap({ roles: 'groups' })
    const mapped = map.read({ groups: ['a'] })
    expect(
      [map, mapped, mapped.roles, mapped.roles[0], mapped.scopes, mapped.actors].every(
        Object.isFrozen,
      ),
    ).toBe(true)
  })

  it('refuses a token for all of whose places together there are too many members', () => {
    const claims = { all: Array.from({ length: MAX_VISITS / 2 }, () => 'a') }
    expect(read({ roles: 'all' }, claims).roles[0]).toHaveLength(MAX_VISITS / 2)
    const both = createClaimMap({ roles: 'all', scopes: 'all' })
    expect(() => both.read(claims)).toThrow(refused('token_claim', /more than 10000 members/))
  })

  it('names its places', () => {
    const map = createClaimMap({ roles: [['realm_access', 'roles'], 'groups'] })
    expect(map.placeText('roles')).toBe('realm_access.roles or groups')
    expect(map.placeText('client')).toBe('azp or client_id')
  })

  it.each<[string, unknown, string, RegExp]>([
    ['a text', 'groups', 'option_invalid', /claims must be an object/],
    ['a list', ['groups'], 'option_invalid', /claims must be an object/],
    ['null', null, 'option_invalid', /claims must be/],
    ['no kind', {}, 'option_invalid', /claims is empty/],
    ['an undefined place', { roles: undefined }, 'option_invalid', /claims\.roles must be/],
    ['a kind that is not known', { rolls: 'a' }, 'option_unknown', /claims\.rolls.*mean roles/],
    ['a kind of every object', { constructor: 'a' }, 'option_unknown', /claims\.constructor/],
    ['several subjects', { subject: ['a', '*'] }, 'option_invalid', /claims\.subject has.*'\*'/],
  ])('is refused for %s', (_case, places, code, message) => {
    expect(() => createClaimMap(untyped(places))).toThrow(refused(code, message))
  })
})
