import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { PublicKeyAlgorithm } from '../jws/algorithm.js'
import { signToken } from '../jwt/sign.js'
import { createVerifier } from '../jwt/verify.js'
import { createTestKeyPair, type TestKeyPair } from '../test/key-pair.js'
import { privateKey, type PrivateKeyInput, type PrivateKeyOptions } from './private-key.js'
import { publicKeys } from './public-keys.js'

const NOW = 1_700_000_000
const now = () => NOW * 1000
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const
const pairs = new Map(ALGORITHMS.map((name) => [name, createTestKeyPair(name, { keyId: name })]))

function pairOf(algorithm: (typeof ALGORITHMS)[number]): TestKeyPair {
  const pair = pairs.get(algorithm)
  if (pair === undefined) throw new Error('There is no such pair.')
  return pair
}

const rsa = pairOf('RS256')
const ec = pairOf('ES256')
const ed = pairOf('EdDSA')
const otherEc = createTestKeyPair('ES256')
const refusal = (code = 'key_invalid') =>
  expect.objectContaining({ name: 'ConfigurationError', code })

const without = (jwk: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))

/** For callers without types. */
const make = (input: unknown, options: object = {}) =>
  privateKey(Object({ input }).input, Object({ options }).options)

const sign = (input: PrivateKeyInput, options: PrivateKeyOptions = {}) =>
  signToken({ sub: 'alice' }, privateKey(input, options), { now, expiresInSeconds: 60 })

describe('privateKey: signatures', () => {
  it.each(ALGORITHMS)('signs %s that our verifier and jose take', async (algorithm) => {
    const { privateJwk, publicJwk, publicPem } = pairOf(algorithm)
    const token = sign(privateJwk)
    expect(decodeProtectedHeader(token)).toStrictEqual({
      alg: algorithm,
      typ: 'JWT',
      kid: algorithm,
    })
    const verified = createVerifier({ keys: publicKeys(publicPem), now }).verify(token)
    await expect(verified).resolves.toHaveProperty('claims.sub', 'alice')
    const jose = await importJWK({ ...publicJwk, key_ops: undefined }, algorithm)
    const options = { currentDate: new Date(now()), algorithms: [algorithm] }
    await expect(jwtVerify(token, jose, options)).resolves.toHaveProperty('payload.sub', 'alice')
    const other = createTestKeyPair(algorithm).publicPem
    const refused = createVerifier({ keys: publicKeys(other), now }).verify(token)
    await expect(refused).rejects.toHaveProperty('code', 'token_signature')
  })

  it.each([
    ['ES256', 64],
    ['ES384', 96],
    ['ES512', 132],
  ] as const)(
    'makes for %s a signature of %d bytes (RFC 7518 section 3.4)',
    (algorithm, length) => {
      const key = privateKey(pairOf(algorithm).privatePem)
      for (let count = 0; count < 20; count++)
        expect(key.sign(`input ${count}`)).toHaveLength(length)
    },
  )

  it.each([
    ['PS256', 'sha256', 32],
    ['PS384', 'sha384', 48],
    ['PS512', 'sha512', 64],
  ] as const)(
    'salts %s as long as its hash (RFC 7518 section 3.5)',
    (algorithm, hash, saltLength) => {
      const signature = privateKey(rsa.privatePem, { algorithm }).sign('input')
      const key = createPublicKey(rsa.publicPem)
      const isOf = (salt: number) =>
        verify(hash, Buffer.from('input'), { key, padding: 6, saltLength: salt }, signature)
      expect([isOf(saltLength), isOf(saltLength - 1), isOf(0)]).toStrictEqual([true, false, false])
    },
  )
})

describe('privateKey: spellings', () => {
  it.each([
    ['PKCS#8', createPrivateKey(rsa.privatePem).export({ format: 'pem', type: 'pkcs8' })],
    ['PKCS#1', createPrivateKey(rsa.privatePem).export({ format: 'pem', type: 'pkcs1' })],
    ['SEC 1', createPrivateKey(ec.privatePem).export({ format: 'pem', type: 'sec1' })],
    ['Ed25519', ed.privatePem],
    ['blanks around it', `\n \t${ec.privatePem}\r\n\n`],
    ['CRLF', ec.privatePem.replaceAll('\n', '\r\n')],
  ])('takes PEM: %s', (_case, pem) => {
    expect(() => privateKey(String(pem))).not.toThrow()
  })

  it('takes a key of node:crypto', async () => {
    const token = sign(createPrivateKey(ec.privatePem), { keyId: 'ES256' })
    const verified = createVerifier({ keys: publicKeys(ec.publicJwk), now }).verify(token)
    await expect(verified).resolves.toHaveProperty('claims.sub', 'alice')
  })

  it.each([
    ['RSA', rsa.privatePem, 'RS256'],
    ['P-256', ec.privatePem, 'ES256'],
    ['P-384', pairOf('ES384').privatePem, 'ES384'],
    ['P-521', pairOf('ES512').privatePem, 'ES512'],
    ['Ed25519', ed.privatePem, 'EdDSA'],
    ['an Ed25519 JWK whose alg is Ed25519', pairOf('Ed25519').privateJwk, 'Ed25519'],
    ['a JWK with alg', pairOf('PS256').privateJwk, 'PS256'],
  ])('signs by default with %s by what it is for', (_case, input, algorithm) => {
    expect(privateKey(input).algorithm).toBe(algorithm)
  })

  it('has the kid of its JWK, unless it is told another', () => {
    expect(privateKey(ec.privateJwk).keyId).toBe('ES256')
    expect(privateKey(ec.privateJwk, { keyId: 'other' }).keyId).toBe('other')
    expect(privateKey(ec.privatePem, { keyId: 'other' }).keyId).toBe('other')
    expect(privateKey(ec.privatePem).keyId).toBeUndefined()
  })

  it.each([
    ['a public PEM', ec.publicPem],
    ['a public JWK', ec.publicJwk],
    ['a public key of node:crypto', createPublicKey(ec.publicPem)],
    ['a private PEM after a public one', ec.publicPem + ec.privatePem],
    ['two private PEMs', ec.privatePem + otherEc.privatePem],
    ['text before it', `key: ${ec.privatePem}`],
    ['a label that is not of its bytes', ec.privatePem.replaceAll('PRIVATE', 'RSA PRIVATE')],
    ['no PEM', 'hunter2'],
    ['nothing', ''],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['a list', [ec.privateJwk]],
    ['bytes', Buffer.from(ec.privatePem)],
    ['an oct JWK', { kty: 'oct', k: 'AAAA' }],
    ['a JWK without d', without(ec.privateJwk, 'd')],
    ['a JWK with a short d', { ...ec.privateJwk, d: 'AAAA' }],
    ['a JWK with d in padding', { ...ec.privateJwk, d: `${ec.privateJwk.d}=` }],
    ['a JWK whose d is 0', { ...ec.privateJwk, d: Buffer.alloc(32).toString('base64url') }],
    ['a JWK with the d of another', { ...ec.privateJwk, d: otherEc.privateJwk.d }],
    [
      'an Ed25519 JWK with the d of another',
      { ...ed.privateJwk, d: createTestKeyPair('EdDSA').privateJwk.d },
    ],
    ['an RSA JWK with the n of another', { ...rsa.privateJwk, n: pairOf('PS256').privateJwk.n }],
    ['an RSA JWK without its primes', without(rsa.privateJwk, 'p', 'q', 'dp', 'dq', 'qi')],
    ['an RSA JWK of three primes', { ...rsa.privateJwk, oth: [] }],
    ['a JWK that is inherited', Object.create(ec.privateJwk)],
    ['a JWK for encryption', { ...ec.privateJwk, use: 'enc' }],
    ['a JWK that may only verify', { ...ec.privateJwk, key_ops: ['verify'] }],
    ['a JWK with key_ops twice', { ...ec.privateJwk, key_ops: ['sign', 'sign'] }],
    ['a JWK that is also for another purpose', { ...ec.privateJwk, key_ops: ['sign', 'decrypt'] }],
    ['a JWK whose alg does not fit', { ...ec.privateJwk, alg: 'ES384' }],
    ['a JWK whose kid is no text', { ...ec.privateJwk, kid: 5 }],
    [
      'a curve that is not known',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
    ],
    ['a key for agreement', generateKeyPairSync('x25519').privateKey],
    ['a key bound to PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
  ])('refuses %s', (_case, input) => {
    expect(() => make(input)).toThrow(refusal())
  })

  it('takes a JWK that may sign', () => {
    expect(() => make({ ...ec.privateJwk, key_ops: ['sign'] })).not.toThrow()
  })

  it('refuses an encrypted PEM by name', () => {
    const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const secret = { cipher: 'aes-256-cbc', passphrase: 'hunter2' }
    const pkcs8 = key.export({ format: 'pem', type: 'pkcs8', ...secret })
    const sec1 = key.export({ format: 'pem', type: 'sec1', ...secret })
    for (const pem of [pkcs8, sec1]) expect(() => make(pem)).toThrow(/encrypted/)
  })

  it('refuses weak keys as the verifier does', () => {
    const { privateKey: small } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expect(() => privateKey(small)).toThrow(refusal('key_weak'))
    const pem = small.export({ format: 'pem', type: 'pkcs8' }).toString()
    expect(() => privateKey(pem)).toThrow(refusal('key_weak'))
    expect(() => make(small.export({ format: 'jwk' }))).toThrow(refusal('key_weak'))
  })

  it.each<[string, PrivateKeyInput, string]>([
    ['RSA', rsa.privatePem, 'ES256'],
    ['P-256', ec.privatePem, 'ES384'],
    ['P-256', ec.privatePem, 'HS256'],
    ['Ed25519', ed.privatePem, 'RS256'],
    ['Ed25519', ed.privatePem, 'Ed448'],
    ['an Ed25519 JWK whose alg is EdDSA', ed.privateJwk, 'Ed25519'],
    ['P-256', ec.privatePem, 'Ed25519'],
    ['a JWK of another alg', rsa.privateJwk, 'PS256'],
    ['P-256', ec.privatePem, 'none'],
  ])('refuses for %s an algorithm that does not fit', (_case, input, algorithm) => {
    expect(() => make(input, { algorithm })).toThrow(refusal())
  })

  it.each<PublicKeyAlgorithm>(['RS384', 'RS512', 'PS256'])(
    'signs with RSA by %s where asked',
    (algorithm) => {
      expect(privateKey(rsa.privatePem, { algorithm }).algorithm).toBe(algorithm)
    },
  )

  it('refuses a keyId that is no text', () => {
    expect(() => make(ec.privatePem, { keyId: 5 })).toThrow(refusal())
  })

  it('never prints the key', () => {
    const { d } = ec.privateJwk
    for (const input of [
      { ...ec.privateJwk, d: `${d}=` },
      { ...ec.privateJwk, use: 'enc' },
      `x${ec.privatePem}`,
    ]) {
      expect(() => make(input)).not.toThrow(d)
      expect(() => make(input)).not.toThrow(ec.privatePem.split('\n')[1])
    }
  })
})
