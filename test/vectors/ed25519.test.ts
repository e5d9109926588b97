import { readFileSync } from 'node:fs'
import { compactVerify, createLocalJWKSet, importJWK, importSPKI } from 'jose'
import { describe, expect, it } from 'vitest'
import { makeEd25519Vectors } from './make-ed25519.mjs'
import { readVectors, runVector, type Vector, type VectorOutcome } from './vector.mjs'

const FILE = new URL('ed25519.jsonl', import.meta.url)
const vectors = readVectors(FILE)

/** Vectors whose key must be refused before any token is looked at. */
const KEY_REFUSALS: ReadonlySet<string> = new Set(
  Array.from({ length: 13 }, (_, index) => `ed25519-key-0${index + 12}`),
)
/** The key of small order alone is one of Ed25519. */
const WEAK_KEY = 'ed25519-key-024'

/** What has to become of a vector. Compared whole, so that a refusal of the other kind is a failure. */
function expectedOutcome({ id, expect: due }: Vector): VectorOutcome {
  if (KEY_REFUSALS.has(id)) {
    return { verdict: 'key refused', code: id === WEAK_KEY ? 'key_weak' : 'key_invalid' }
  }
  if (due === 'accept') return { verdict: 'accepted', wrong: [] }
  return { verdict: 'token refused', code: expect.stringMatching(/^token_/) }
}

/** Verifies a token with jose, by the key of its vector. */
async function verifyByJose({ key, token }: Vector): Promise<void> {
  const text = String(token)
  const { alg = '' } = JSON.parse(
    Buffer.from(text.split('.', 1)[0] ?? '', 'base64url').toString(),
  ) as { readonly alg?: string }
  switch (key.kind) {
    case 'jwk':
      await compactVerify(text, await importJWK(key.jwk, alg))
      return
    case 'pem':
      await compactVerify(text, await importSPKI(key.value, alg))
      return
    case 'jwks': {
      const keys = key.jwks.keys.map((each) => ({ kty: 'OKP', ...each }))
      await compactVerify(text, createLocalJWKSet({ keys }))
      return
    }
    case 'secret':
      throw new Error('A secret does not verify tokens of Ed25519.')
  }
}

describe('vectors of test/vectors/ed25519.jsonl', () => {
  for (const attack of new Set(vectors.map((vector) => vector.attack))) {
    const members = vectors.filter((vector) => vector.attack === attack)
    describe(`${attack} (${members.length})`, () => {
      it.each(members.map((vector) => [vector.id, vector.why, vector] as const))(
        '%s: %s',
        async (_id, _why, vector) => {
          expect(await runVector(vector)).toStrictEqual(expectedOutcome(vector))
          const remembering = await runVector(vector, { cache: { maxBytes: 1_000_000 } })
          expect(remembering).toStrictEqual(expectedOutcome(vector))
        },
      )
    })
  }

  it.each(
    vectors
      .filter((vector) => vector.expect === 'accept')
      .map((vector) => [vector.id, vector] as const),
  )('%s is accepted by jose, too', async (_id, vector) => {
    await expect(verifyByJose(vector)).resolves.toBeUndefined()
  })

  it('are those that their script makes', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(makeEd25519Vectors())
  })

  it('accept by both names, and refuse by each check', () => {
    const refusable = vectors.filter((vector) => vector.expect === 'reject').map(({ id }) => id)
    expect(vectors.length - refusable.length).toBeGreaterThanOrEqual(18)
    expect(refusable.length).toBeGreaterThanOrEqual(87)
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length)
    expect(refusable).toEqual(expect.arrayContaining([...KEY_REFUSALS]))
  })
})
