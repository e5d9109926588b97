import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEAR_RUNS } from '@signet/test-support/time/property-runs'
import { ALPHABET } from '@signet/test-support/token/token-arbitraries'
import { readBearerToken } from '../bearer/header.js'
import { AuthError, ConfigurationError } from '../error.js'
import { decode } from '../jws/decode.js'
import { parseStrictJson, StrictJsonError } from '../lib/strict-json.js'
import { readTokenForm } from '../provider/token-form.js'
import { readKeySet } from './key-set.js'
import { publicKeys } from './public-keys.js'
import { secretKeys } from './secret.js'

const numRuns = DEAR_RUNS

const publicKeysOfKinds: readonly KeyObject[] = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
  generateKeyPairSync('ed25519').publicKey,
]

/** What a parser makes of anything: whether it took it. Any error that is not ours is thrown on. */
function takes(parse: () => unknown, isOurs: (error: unknown) => boolean): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (!isOurs(error)) throw error
    return false
  }
}

const isConfiguration = (error: unknown) => ConfigurationError.isInstance(error)

/** Any value where the types want another. */
const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true })

const wrong = fc.oneof(
  fc.constantFrom<unknown>(null, true, 7, '', 'AQAB', 'AA', 'sig', 'P-256', 'RSA', [], {}, [
    'verify',
  ]),
  fc.string({ unit: fc.constantFrom(...ALPHABET, '=', '+'), maxLength: 90 }),
  anything,
)

const members = ['kty', 'crv', 'n', 'e', 'x', 'y', 'd', 'k', 'kid', 'alg', 'use', 'key_ops', 'oth']

/** A JWK of a good key with some of its members made wrong or left out. */
const brokenJwk = fc
  .tuple(
    fc.constantFrom(...publicKeysOfKinds),
    fc.array(fc.tuple(fc.constantFrom(...members), fc.oneof(wrong, fc.constant(undefined))), {
      maxLength: 2,
    }),
  )
  .map(([key, changes]): Record<string, unknown> => {
    const jwk: Record<string, unknown> = { ...key.export({ format: 'jwk' }) }
    return { ...jwk, ...Object.fromEntries(changes) }
  })

/** A good PEM with characters of it changed, left out or added. */
const brokenPem = fc
  .tuple(
    fc.constantFrom(...publicKeysOfKinds),
    fc.constantFrom('spki' as const, 'pkcs1' as const),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 })), { maxLength: 3 }),
  )
  .map(([key, form, changes]) => {
    const type = key.asymmetricKeyType === 'rsa' ? form : 'spki'
    let text = String(key.export({ type, format: 'pem' }))
    for (const [at, removed, inserted] of changes) {
      const index = at % (text.length + 1)
      text = text.slice(0, index) + inserted + text.slice(index + removed)
    }
    return text
  })

/** DER with bytes changed, in a PEM that is spelt right. */
const brokenDer = fc
  .tuple(
    fc.constantFrom(...publicKeysOfKinds),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
  )
  .map(([key, changes]) => {
    const der = Buffer.from(key.export({ type: 'spki', format: 'der' }))
    for (const [at, value] of changes) der[at % der.length] = value
    return `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`
  })

describe('whatever comes as a key, only a ConfigurationError comes of it', () => {
  it.each([
    ['a JWK', brokenJwk],
    ['a PEM', brokenPem],
    ['DER', brokenDer],
  ])('for %s that is nearly good', (_kind, broken) => {
    let taken = 0
    fc.assert(
      fc.property(broken, (input: unknown) => {
        if (takes(() => publicKeys(Object(input).valueOf()), isConfiguration)) taken++
      }),
      { numRuns },
    )
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(numRuns)
  })

  it('for a key set of such keys, and for any value in place of one', () => {
    const sets = fc.oneof(
      fc.record({ keys: fc.array(fc.oneof(brokenJwk, wrong), { maxLength: 4 }) }),
      fc.record({ keys: anything }),
      anything,
    )
    fc.assert(
      fc.property(sets, (set) => void takes(() => readKeySet(set), isConfiguration)),
      { numRuns },
    )
  })

  it('for any value in place of a public key or a list of them', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(takes(() => publicKeys(Object({ value }).value), isConfiguration)).toBe(false)
      }),
      { numRuns },
    )
  })

  it('for any value in place of a secret or a list of them', () => {
    const octets = fc.record(
      { kty: fc.constantFrom('oct', 'RSA', 7), k: wrong, alg: wrong, use: wrong, key_ops: wrong },
      { requiredKeys: ['kty', 'k'] },
    )
    const values = fc.oneof(anything, octets, fc.array(octets), fc.uint8Array({ maxLength: 80 }))
    fc.assert(
      fc.property(values, (value) => {
        takes(() => secretKeys(Object({ value }).value), isConfiguration)
      }),
      { numRuns },
    )
  })
})

describe('whatever comes as a text, only our errors come of it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0 \n1e-.trueflsn') }),
  )
  const dotted = fc
    .array(
      fc.oneof(
        text,
        text.map((part) => Buffer.from(part).toString('base64url')),
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('.'))

  it('strict JSON: what JSON.parse reads, or a StrictJsonError (RFC 8259)', () => {
    fc.assert(
      fc.property(text, (content) => {
        const isOurs = (error: unknown) => error instanceof StrictJsonError
        if (takes(() => parseStrictJson(content), isOurs)) {
          expect(parseStrictJson(content)).toStrictEqual(JSON.parse(content))
        }
      }),
      { numRuns },
    )
  })

  it('a token taken apart, and its form: never an error', () => {
    fc.assert(
      fc.property(fc.oneof(text, dotted), (token) => {
        decode(token)
        expect(readTokenForm(token).token).toBe(token)
      }),
      { numRuns },
    )
  })

  it('an Authorization header: a token, or an AuthError', () => {
    const header = fc
      .tuple(fc.constantFrom('Bearer ', 'bearer', 'Basic ', ''), text)
      .map((all) => all.join(''))
    fc.assert(
      fc.property(header, (value) => {
        takes(
          () => readBearerToken(value),
          (error) => AuthError.isInstance(error),
        )
      }),
      { numRuns },
    )
  })
})
