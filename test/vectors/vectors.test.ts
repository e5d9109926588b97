import { describe, expect, it } from 'vitest'
import type { ConfigurationErrorCode } from '@signet/auth'
import { readVectors, runVector, type Vector, type VectorOutcome } from './vector.mjs'

/**
 * Vectors whose key must be refused before any token is looked at, and with which code. Whatever
 * else is refused at construction fails its test: there the token itself has to be refused.
 */
const KEY_REFUSALS: Readonly<Record<string, ConfigurationErrorCode>> = {
  'alg-none-039': 'secret_missing',
  'alg-none-040': 'secret_missing',
  'empty-secret-002': 'secret_missing',
  'empty-secret-005': 'secret_missing',
  'empty-secret-006': 'secret_missing',
  'empty-secret-009': 'secret_missing',
  'empty-secret-010': 'secret_missing',
  'hmac-key-size-001': 'secret_too_short',
  'hmac-key-size-002': 'secret_too_short',
  'hmac-key-size-003': 'secret_too_short',
  'hmac-key-size-004': 'secret_missing',
  'invalid-ec-point-001': 'key_invalid',
  'invalid-ec-point-002': 'key_invalid',
  'invalid-ec-point-003': 'key_invalid',
  'invalid-ec-point-006': 'key_invalid',
  'jwe-001': 'secret_too_short',
  'jwk-bad-key-016': 'key_invalid',
  'jwk-bad-key-018': 'option_invalid',
  'jwk-restrictions-005': 'key_invalid',
  'jwk-restrictions-009': 'key_invalid',
  'jwk-restrictions-011': 'key_invalid',
  'public-key-as-secret-001': 'secret_is_public_key',
  'public-key-as-secret-002': 'secret_is_public_key',
  'public-key-as-secret-004': 'secret_is_public_key',
  'public-key-as-secret-005': 'secret_is_public_key',
  'public-key-as-secret-006': 'secret_is_public_key',
  'public-key-as-secret-007': 'secret_is_public_key',
  'public-key-as-secret-009': 'secret_is_public_key',
  'public-key-as-secret-011': 'secret_is_public_key',
  'public-key-as-secret-013': 'secret_is_public_key',
  'rfc7520-024': 'secret_too_short',
  'weak-rsa-001': 'key_weak',
  'weak-rsa-002': 'key_weak',
  'weak-secret-001': 'secret_too_short',
  'weak-secret-002': 'secret_too_short',
  'weak-secret-004': 'secret_too_short',
  'weak-secret-005': 'secret_too_short',
  'weak-secret-009': 'secret_too_short',
  'wp-hmac-key-001': 'secret_too_short',
  'wp-hmac-key-003': 'secret_too_short',
  'wp-hmac-key-004': 'secret_missing',
  'wp-hmac-key-005': 'secret_missing',
  'wp-key-use-001': 'key_invalid',
  'wp-key-use-004': 'key_invalid',
}

/** What the file held when these tests were written: fewer lines would be a damaged copy. */
const KNOWN = { secret: 322, pem: 185, jwk: 308, jwks: 103 }

const vectors = readVectors(new URL('visible.jsonl', import.meta.url))
const ran = new Set<string>()

/** What has to become of a vector. Compared whole, so that a refusal of the other kind is a failure. */
function expectedOutcome({ id, expect: due }: Vector): VectorOutcome {
  const code = KEY_REFUSALS[id]
  if (code !== undefined) return { verdict: 'key refused', code }
  if (due === 'accept') return { verdict: 'accepted', wrong: [] }
  return { verdict: 'token refused', code: expect.stringMatching(/^token_/) }
}

describe('vectors of test/vectors/visible.jsonl', () => {
  for (const attack of new Set(vectors.map((vector) => vector.attack))) {
    const members = vectors.filter((vector) => vector.attack === attack)
    describe(`${attack} (${members.length})`, () => {
      for (const vector of members) {
        const { id, level, why, source } = vector
        const { verdict } = expectedOutcome(vector)
        it(`${id}: ${verdict} (${level}): ${why} (${source})`, async () => {
          ran.add(vector.id)
          expect(await runVector(vector)).toStrictEqual(expectedOutcome(vector))
        })
      }
    })
  }

  it(`ran all ${vectors.length} of them, and the file is whole`, () => {
    expect(ran.size).toBe(vectors.length)
    for (const [kind, count] of Object.entries(KNOWN)) {
      const members = vectors.filter(({ key }) => key.kind === kind)
      expect(members.length).toBeGreaterThanOrEqual(count)
    }
  })

  it('lists no key refusal but of vectors that must be refused', () => {
    const refusable = vectors.filter((vector) => vector.expect === 'reject')
    const ids = refusable.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(Object.keys(KEY_REFUSALS)))
  })
})

describe('vectors with earlier tokens, by a verifier that remembers tokens', () => {
  const cache = { maxBytes: 1_000_000 }

  for (const vector of vectors.filter(({ before }) => before !== undefined)) {
    it(`${vector.id}: ${expectedOutcome(vector).verdict}: ${vector.why}`, async () => {
      expect(await runVector(vector, { cache })).toStrictEqual(expectedOutcome(vector))
    })
  }
})
