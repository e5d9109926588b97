import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TokenHeader } from '../jws/compact.js'
import { signToken } from '../jwt/sign.js'
import { createVerifier } from '../jwt/verify.js'
import { createTestKeyPair } from '../test/key-pair.js'
import { privateKey } from './private-key.js'
import { PublicKey } from './public-key.js'
import { publicKeys, type PublicKeyInput } from './public-keys.js'

const NOW = 1_700_000_000
const now = () => NOW * 1000
const rsa = createTestKeyPair('RS256', { keyId: 'rsa' })
const ec = createTestKeyPair('ES256', { keyId: 'ec' })
const ed = createTestKeyPair('EdDSA', { keyId: 'ed' })
const ed25519 = createTestKeyPair('Ed25519', { keyId: 'ed25519' })
const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const

const refusal = (code: string) => expect.objectContaining({ name: 'ConfigurationError', code })
const make = (input: unknown) => publicKeys(Object({ input }).input)
const without = (jwk: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))

const verify = (input: PublicKeyInput | readonly PublicKeyInput[], token: string) =>
  createVerifier({ keys: publicKeys(input), now }).verify(token)

const exportRsa = (type: 'spki' | 'pkcs1') =>
  createPublicKey(rsa.publicPem).export({ format: 'pem', type }).toString()

describe('publicKeys: spellings', () => {
  it.each([
    ['SPKI', exportRsa('spki'), rsa],
    ['PKCS#1', exportRsa('pkcs1'), rsa],
    ['SPKI of P-256', ec.publicPem, ec],
    ['SPKI of Ed25519', ed.publicPem, ed],
    ['PEM with blanks around it', `\n\t ${ec.publicPem}\r\n`, ec],
    ['PEM with CRLF', ec.publicPem.replaceAll('\n', '\r\n'), ec],
    ['an RSA JWK', rsa.publicJwk, rsa],
    ['a P-256 JWK', ec.publicJwk, ec],
    ['an Ed25519 JWK', ed.publicJwk, ed],
    ['an Ed25519 JWK whose alg is Ed25519 (RFC 9864 section 2.2)', ed25519.publicJwk, ed25519],
    ['SPKI of Ed25519, for a token that says Ed25519', ed25519.publicPem, ed25519],
    ['a JWK that may verify', { ...ec.publicJwk, key_ops: ['verify'] }, ec],
  ])('takes %s, and refuses what another key signed', async (_case, input, pair) => {
    const token = signToken({ sub: 'alice' }, pair.signingKey, { now })
    await expect(verify(input, token)).resolves.toHaveProperty('claims.sub', 'alice')
    const other = createTestKeyPair(pair.algorithm, { keyId: pair.keyId })
    const forged = signToken({ sub: 'alice' }, other.signingKey, { now })
    await expect(verify(input, forged)).rejects.toHaveProperty('code', 'token_signature')
  })

  it.each([
    ['an empty list', []],
    ['no PEM', 'hunter2'],
    ['nothing', ''],
    ['null', null],
    ['a number', 5],
    ['a list in a list', [[ec.publicPem]]],
    ['undefined in a list', [ec.publicPem, undefined]],
    ['two PEMs in one text', ec.publicPem + ed.publicPem],
    ['text before the PEM', `key: ${ec.publicPem}`],
    ['a label that is not of its bytes', ec.publicPem.replaceAll('PUBLIC', 'RSA PUBLIC')],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['an oct JWK without k', { kty: 'oct' }],
    ['a JWK without kty', without(ec.publicJwk, 'kty')],
    ['a JWK without y', without(ec.publicJwk, 'y')],
    ['a JWK that is inherited', Object.create(ec.publicJwk)],
    ['a JWK with padding', { ...ec.publicJwk, x: `${ec.publicJwk.x}=` }],
    ['a point off the curve (CVE-2015-7940)', { ...ec.publicJwk, y: ec.publicJwk.x }],
    ['a short coordinate', { ...ec.publicJwk, x: 'AAAA' }],
    ['a curve that is not known', { ...ec.publicJwk, crv: 'secp256k1' }],
    ['a curve of another type', { ...ec.publicJwk, crv: 'Ed25519' }],
    ['a JWK for encryption', { ...ec.publicJwk, use: 'enc' }],
    ['a JWK that may only sign', { ...ec.publicJwk, key_ops: ['sign'] }],
    ...[['verify', 'verify'], ['encrypt', 'verify'], ['sign', 'verify'], [], ['VERIFY'], 'verify']
      .concat([Object(['verify', 7]), Object([['verify']]), Object({ 0: 'verify', length: 1 })])
      .map((key_ops): [string, unknown] => [
        `a JWK whose key_ops are ${JSON.stringify(key_ops)} (RFC 7517 section 4.3)`,
        { ...ec.publicJwk, key_ops },
      ]),
    ['a JWK whose alg does not fit', { ...ec.publicJwk, alg: 'RS256' }],
    ['a JWK whose alg is symmetric', { ...rsa.publicJwk, alg: 'HS256' }],
    ['a JWK whose alg is no text', { ...ec.publicJwk, alg: 5 }],
    ['a JWK whose kid is no text', { ...ec.publicJwk, kid: 5 }],
  ])('refuses %s', (_case, input) => {
    expect(() => make(input)).toThrow(refusal('key_invalid'))
  })

  it.each([
    ['a private PEM', rsa.privatePem],
    [
      'a private PEM in PKCS#1',
      createPrivateKey(rsa.privatePem).export({ format: 'pem', type: 'pkcs1' }),
    ],
    ['a private PEM after a public one', rsa.publicPem + rsa.privatePem],
    ['a private JWK', ec.privateJwk],
    ['a JWK with a secret', { ...ec.publicJwk, k: 'AAAA' }],
    ['an oct JWK', { kty: 'oct', k: 'AAAA' }],
  ])('refuses %s: whoever verifies needs no private key', (_case, input) => {
    expect(() => make(input)).toThrow(refusal('key_is_private'))
    expect(() => make(input)).not.toThrow(ec.privateJwk.d)
  })

  const weak = (modulusLength: number) =>
    generateKeyPairSync('rsa', { modulusLength })
      .publicKey.export({ format: 'pem', type: 'spki' })
      .toString()

  it.each([
    ['RSA of 1024 bits (RFC 7518 section 3.3)', weak(1024)],
    ['RSA of 2047 bits', weak(2047)],
    ['RSA with e = 1', { kty: 'RSA', n: rsa.publicJwk.n, e: 'AQ' }],
    ['RSA with an even e', { kty: 'RSA', n: rsa.publicJwk.n, e: 'Ag' }],
    [
      'RSA with an even modulus',
      { kty: 'RSA', n: `${rsa.publicJwk.n?.slice(0, -2)}AA`, e: 'AQAB' },
    ],
    ['Ed25519 of small order: 1', { kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}` }],
    ['Ed25519 of small order: 0', { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }],
  ])('refuses %s', (_case, input) => {
    expect(() => make(input)).toThrow(refusal('key_weak'))
  })

  it('refuses a list for each of its keys', () => {
    expect(() => make([ec.publicPem, 'hunter2'])).toThrow(refusal('key_invalid'))
    expect(() => make([ec.publicPem, ec.privatePem])).toThrow(refusal('key_is_private'))
  })
})

describe('publicKeys: which key a token may be signed with', () => {
  const find = async (input: PublicKeyInput | readonly PublicKeyInput[], header: TokenHeader) =>
    (await publicKeys(input).find(header)).map((key) => key.keyId)

  it('lets a kid count only between a header and a key that both have one', async () => {
    const keys = [rsa.publicJwk, ec.publicJwk, ed.publicPem]
    expect(await find(keys, { kid: 'rsa' })).toStrictEqual(['rsa', undefined])
    expect(await find(keys, {})).toStrictEqual(['rsa', 'ec', undefined])
    expect(await find(keys, { kid: 'other' })).toStrictEqual([undefined])
    expect(await find(keys, { kid: 5 })).toStrictEqual([])
  })

  it('takes any of several keys', async () => {
    const keys = [ec.publicPem, rsa.publicPem, ed.publicPem]
    for (const { signingKey } of [rsa, ec, ed]) {
      const token = signToken({ sub: 'alice' }, signingKey, { now })
      await expect(verify(keys, token)).resolves.toHaveProperty('claims.sub', 'alice')
    }
  })
})

describe('PublicKey: bound to its algorithms when it is made (RFC 8725 section 3.1)', () => {
  const read = (pem: string, algorithm?: string) =>
    new PublicKey(createPublicKey(pem), { algorithm })

  it('fits by its kind and curve', () => {
    expect(read(rsa.publicPem).algorithms).toStrictEqual(RSA_ALGORITHMS)
    expect(read(ec.publicPem).algorithms).toStrictEqual(['ES256'])
    expect(read(createTestKeyPair('ES384').publicPem).algorithms).toStrictEqual(['ES384'])
    expect(read(createTestKeyPair('ES512').publicPem).algorithms).toStrictEqual(['ES512'])
    expect(read(ed.publicPem).algorithms).toStrictEqual(['EdDSA', 'Ed25519'])
  })

  it('serves a key with alg by that one only (RFC 7517 section 4.4)', async () => {
    expect(read(rsa.publicPem, 'PS256').algorithms).toStrictEqual(['PS256'])
    const token = signToken({ sub: 'alice' }, rsa.signingKey, { now })
    await expect(verify({ ...rsa.publicJwk, alg: 'PS256' }, token)).rejects.toHaveProperty(
      'code',
      'token_algorithm',
    )
  })

  it.each(['EdDSA', 'Ed25519'] as const)(
    'serves an Ed25519 key whose alg is %s by that name only (RFC 9864 section 2.2)',
    async (alg) => {
      const { privatePem, publicJwk } = ed
      const [own = 'EdDSA', other = 'EdDSA'] = (['EdDSA', 'Ed25519'] as const).toSorted((name) =>
        name === alg ? -1 : 1,
      )
      const tokenOf = (algorithm: typeof own) =>
        signToken({ sub: 'alice' }, privateKey(privatePem, { algorithm }), { now })
      await expect(verify({ ...publicJwk, alg }, tokenOf(own))).resolves.toBeDefined()
      await expect(verify({ ...publicJwk, alg }, tokenOf(other))).rejects.toHaveProperty(
        'code',
        'token_algorithm',
      )
    },
  )

  it('serves an Ed25519 key without alg by both names, of which a policy may name one', async () => {
    const keys = publicKeys(ed.publicPem)
    for (const algorithm of ['EdDSA', 'Ed25519'] as const) {
      const token = signToken({ sub: 'alice' }, privateKey(ed.privatePem, { algorithm }), { now })
      for (const name of ['EdDSA', 'Ed25519'] as const) {
        const outcome = createVerifier({ keys, algorithms: [name], now }).verify(token)
        if (name === algorithm) await expect(outcome).resolves.toHaveProperty('header.alg', name)
        else await expect(outcome).rejects.toHaveProperty('code', 'token_algorithm')
      }
    }
  })

  it.each(['Ed448', 'ed25519', 'Ed25519ph', 'ESP256', 'HS256'])(
    'refuses an Ed25519 key whose alg is %s',
    (alg) => {
      expect(() => make({ ...ed.publicJwk, alg })).toThrow(refusal('key_invalid'))
    },
  )

  it('refuses for Ed25519 a key of another kind', () => {
    expect(() => make({ ...ec.publicJwk, alg: 'Ed25519' })).toThrow(refusal('key_invalid'))
    expect(() => make({ ...rsa.publicJwk, alg: 'Ed25519' })).toThrow(refusal('key_invalid'))
    const { publicKey } = generateKeyPairSync('ed448')
    const jwk = publicKey.export({ format: 'jwk' })
    expect(() => make({ ...jwk, alg: 'Ed25519' })).toThrow(refusal('key_invalid'))
    expect(() => make(publicKey.export({ format: 'pem', type: 'spki' }))).toThrow(
      refusal('key_invalid'),
    )
  })

  it.each(RSA_ALGORITHMS)('verifies %s, and no other by the same signature', (algorithm) => {
    const signature = privateKey(rsa.privatePem, { algorithm }).sign('input')
    const key = read(rsa.publicPem)
    const taken = RSA_ALGORITHMS.filter((name) => key.verify(name, 'input', signature))
    expect(taken).toStrictEqual([algorithm])
    expect(key.verify(algorithm, 'inpuT', signature)).toBe(false)
  })

  it('never verifies by an algorithm that it was not made for', () => {
    const signature = privateKey(rsa.privatePem, { algorithm: 'RS256' }).sign('input')
    const key = read(rsa.publicPem, 'PS256')
    for (const name of ['RS256', 'HS256', 'ES256', 'EdDSA', 'Ed25519'] as const) {
      expect(key.verify(name, 'input', signature)).toBe(false)
    }
  })

  it('throws for no signature, however wrong', () => {
    for (const [{ publicPem }, algorithm] of [
      [rsa, 'RS256'],
      [rsa, 'PS256'],
      [ec, 'ES256'],
      [ed, 'EdDSA'],
      [ed, 'Ed25519'],
    ] as const) {
      for (const length of [0, 1, 63, 64, 65, 255, 256, 257, 4096]) {
        expect(read(publicPem).verify(algorithm, 'input', Buffer.alloc(length))).toBe(false)
      }
    }
  })

  it('takes no DER in place of the two numbers of ECDSA (RFC 7518 section 3.4)', () => {
    const signature = ec.signingKey.sign('input')
    const half = (bytes: Buffer) => Buffer.concat([Buffer.from([2, 33, 0]), bytes])
    const der = Buffer.concat([
      Buffer.from([0x30, 70]),
      half(signature.subarray(0, 32)),
      half(signature.subarray(32)),
    ])
    expect(read(ec.publicPem).verify('ES256', 'input', signature)).toBe(true)
    expect(read(ec.publicPem).verify('ES256', 'input', der)).toBe(false)
  })

  it('refuses a private key', () => {
    expect(() => new PublicKey(createPrivateKey(ec.privatePem))).toThrow(refusal('key_is_private'))
  })
})
