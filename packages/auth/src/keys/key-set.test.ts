import { describe, expect, it } from 'vitest'
import { createTestKeyPair } from '../test/key-pair.js'
import { keyIdOf, readKeySet } from './key-set.js'

const es256 = createTestKeyPair('ES256', { keyId: 'es' }).publicJwk
const otherEs256 = createTestKeyPair('ES256').publicJwk
const es384 = createTestKeyPair('ES384', { keyId: 'es384' }).publicJwk
const edDsa = createTestKeyPair('EdDSA', { keyId: 'ed' }).publicJwk
const { privateJwk } = createTestKeyPair('ES256', { keyId: 'private' })
const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'key_set_invalid' })

const without = (jwk: object, name: string): object =>
  Object.fromEntries(Object.entries(jwk).filter(([each]) => each !== name))

describe('readKeySet (RFC 7517 section 5)', () => {
  it('has its keys by their kid', async () => {
    const set = readKeySet({ keys: [es256, es384, edDsa] })
    expect([set.size, set.ignored]).toStrictEqual([3, []])
    expect(await set.find({ alg: 'ES384', kid: 'es384' })).toMatchObject([{ keyId: 'es384' }])
    for (const kid of ['other', '', 'ES384', 'toString', '__proto__']) {
      expect(await set.find({ alg: 'ES384', kid })).toStrictEqual([])
    }
  })

  it.each([5, null, ['es'], { kid: 'es' }])('has no key for the kid %j', async (kid) => {
    const set = readKeySet({ keys: [es256] })
    expect(await set.find({ alg: 'ES256', kid })).toStrictEqual([])
  })

  it('has for a token without kid the one key that fits, and tries none of several', async () => {
    const other = { ...createTestKeyPair('ES256').publicJwk, kid: 'other' }
    const one = readKeySet({ keys: [es256, es384] })
    expect(await one.find({ alg: 'ES256' })).toMatchObject([{ keyId: 'es' }])
    expect(await one.find({ alg: 'RS256' })).toStrictEqual([])
    expect(await one.find({ alg: 'none' })).toStrictEqual([])
    expect(await one.find({})).toStrictEqual([])
    const several = readKeySet({ keys: [es256, other] })
    expect(await several.find({ alg: 'ES256' })).toStrictEqual([])
  })

  it('has keys without kid only for tokens without', async () => {
    const set = readKeySet({ keys: [without(es256, 'kid'), without(es384, 'kid')] })
    expect(await set.find({ alg: 'ES256' })).toHaveLength(1)
    expect(await set.find({ alg: 'ES256', kid: 'es' })).toStrictEqual([])
  })

  it.each([
    ['an encryption key', { ...es384, use: 'enc' }, 'use must be sig'],
    ['one that may not verify', { ...es384, key_ops: ['sign'] }, 'key_ops'],
    ['a private key', privateJwk, 'has the member d'],
    ['a kty that is not known', { kty: 'AKP', kid: 'pq', pub: 'AA' }, 'kty and crv'],
    ['a curve that is not known', { ...es384, crv: 'secp256k1' }, 'kty and crv'],
    ['a point off its curve', { ...es384, y: es384.x }, 'point'],
    ['an alg that does not fit', { ...es384, alg: 'RS256' }, 'alg does not fit'],
    [
      'a weak key',
      { kty: 'RSA', kid: 'weak', n: Buffer.alloc(128, 0xab).toString('base64url'), e: 'AQAB' },
      'bits',
    ],
    ['a kid that is no text', { ...es384, kid: 5 }, 'kid is not a text'],
    ['a key that is no object', null, 'not an object'],
    ['a key that is a list', [], 'not an object'],
    ['a key that is text', JSON.stringify(es384), 'not an object'],
    ['a symmetric key', { kty: 'oct', k: 'AAAA', kid: 'secret' }, 'has the member k'],
    ['a symmetric key for something else', { kty: 'oct', use: 'enc' }, 'use must be sig'],
    ['nothing but a name', { kid: 'only' }, 'kty and crv'],
  ])('leaves out %s, says why, and takes the others', async (_case, bad, reason) => {
    const set = readKeySet({ keys: [bad, es256] })
    expect(set.size).toBe(1)
    expect(set.ignored).toStrictEqual([
      {
        keyId: keyIdOf(Object(bad)) ?? undefined,
        reason: expect.stringContaining(reason),
      },
    ])
    expect(await set.find({ alg: 'ES256', kid: 'es' })).toHaveLength(1)
    const { d, k } = Object(bad)
    for (const secret of [d, k])
      if (secret) expect(JSON.stringify(set.ignored)).not.toContain(secret)
  })

  it.each([
    ['no object', null],
    ['a list', [es256]],
    ['text', JSON.stringify({ keys: [es256] })],
    ['no keys', {}],
    ['keys that are inherited', Object.create({ keys: [es256] })],
    ['keys that are no list', { keys: { 0: es256 } }],
  ])('refuses whole: %s', (_case, set) => {
    expect(() => readKeySet(set)).toThrow(refusal)
  })

  it.each([
    ['once more', es256],
    ['with an alg', { ...es256, alg: 'ES256' }],
    ['with a use', { ...es256, use: 'sig' }],
    ['with other members', { ...es256, x5t: 'AAAA' }],
  ])('takes the same key %s for one key', async (_, again) => {
    const set = readKeySet({ keys: [es256, again, es384] })
    expect([set.size, set.ignored]).toStrictEqual([2, []])
    expect(await set.find({ alg: 'ES256', kid: 'es' })).toHaveLength(1)
    expect(await set.find({ alg: 'ES256' })).toHaveLength(1)
  })

  it('takes one key under several names', async () => {
    const set = readKeySet({ keys: [es256, { ...es256, kid: 'new' }, without(es256, 'kid')] })
    expect([set.size, set.ignored]).toStrictEqual([3, []])
    for (const kid of ['es', 'new']) {
      expect(await set.find({ alg: 'ES256', kid })).toMatchObject([{ keyId: kid }])
    }
    expect(await set.find({ alg: 'ES256' })).toHaveLength(1)
    expect(await set.find({ alg: 'ES256', kid: 'other' })).toStrictEqual([])
  })

  it('takes one RSA key for two algorithms', async () => {
    const { alg: _, ...rsa } = createTestKeyPair('RS256', { keyId: 'rsa' }).publicJwk
    const set = readKeySet({
      keys: [
        { ...rsa, alg: 'RS256' },
        { ...rsa, alg: 'PS256' },
      ],
    })
    expect([set.size, set.ignored]).toStrictEqual([2, []])
    for (const alg of ['RS256', 'PS256']) {
      const found = await set.find({ alg, kid: 'rsa' })
      expect(
        found.filter(({ algorithms }) => algorithms.some((each) => each === alg)),
      ).toHaveLength(1)
    }
  })

  it('leaves out other keys of one kid and algorithm, and keeps out no token of a third', async () => {
    const set = readKeySet({ keys: [es256, { ...otherEs256, kid: 'es' }, es256, es384] })
    expect(set.size).toBe(1)
    expect(set.ignored).toHaveLength(2)
    expect(set.ignored[0]).toStrictEqual({ keyId: 'es', reason: expect.stringContaining('kid') })
    expect(await set.find({ alg: 'ES256', kid: 'es' })).toStrictEqual([])
    expect(await set.find({ alg: 'ES256' })).toStrictEqual([])
    expect(await set.find({ alg: 'ES384', kid: 'es384' })).toHaveLength(1)
  })

  it('reads thousands of entries, whatever they share', () => {
    const keys = Array.from({ length: 2_000 }, (_, index) => [
      es256,
      { ...es384, kid: `${index}` },
    ]).flat()
    expect(readKeySet({ keys })).toMatchObject({ size: 2_001, ignored: [] })
    expect(readKeySet({ keys: keys.map(() => ({ kid: 'es' })) }).ignored).toHaveLength(4_000)
  })

  it('takes keys of one kid where the algorithm tells them apart (section 4.5)', async () => {
    const unusable = { kty: 'AKP', kid: 'es' }
    const set = readKeySet({ keys: [es256, { ...es384, kid: 'es' }, unusable] })
    expect(set).toMatchObject({ size: 2, ignored: [{ keyId: 'es' }] })
    const found = await set.find({ alg: 'ES384', kid: 'es' })
    expect(found.filter(({ algorithms }) => algorithms.includes('ES384'))).toHaveLength(1)
  })

  it('takes an empty set: it has no keys', async () => {
    const set = readKeySet({ keys: [] })
    expect(set.size).toBe(0)
    expect(await set.find({ alg: 'ES256', kid: 'es' })).toStrictEqual([])
  })
})

describe('keyIdOf', () => {
  it('tells no kid from one that is no text, and takes only an own one', () => {
    expect(keyIdOf({})).toBeUndefined()
    expect(keyIdOf(Object.create({ kid: 'es' }))).toBeUndefined()
    expect([keyIdOf({ kid: 5 }), keyIdOf({ kid: undefined })]).toStrictEqual([null, null])
    expect([keyIdOf({ kid: 'es' }), keyIdOf({ kid: '' })]).toStrictEqual(['es', ''])
  })
})
