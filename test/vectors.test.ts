import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  createVerifier,
  secretKeys,
  verifySignature,
  ConfigurationError,
  TokenError,
  type Algorithm,
  type Claims,
  type ConfigurationErrorCode,
  type OctetJwk,
  type Secret,
  type TokenHeader,
} from '@signet/auth'

/** One line of `visible.jsonl`; every member is explained in `vectors/README.md`. */
interface Vector {
  readonly id: string
  readonly source: string
  readonly attack: string
  readonly level: 'must' | 'should'
  readonly key:
    | { readonly kind: 'secret'; readonly value: string; readonly encoding: 'utf8' | 'base64url' }
    | { readonly kind: 'jwk'; readonly jwk: { readonly kty: string } }
    | { readonly kind: 'pem' | 'jwks' }
  readonly options: {
    readonly now: number
    readonly algorithms?: readonly Algorithm[]
    readonly issuer?: string | readonly string[]
    readonly audience?: string | readonly string[]
    readonly typ?: string
    readonly maxAge?: number
    readonly clockTolerance?: number
    readonly requiredClaims?: readonly string[]
    readonly rawPayload?: boolean
  }
  readonly token: unknown
  readonly expand?: readonly (readonly [marker: string, unit: string, count: number])[]
  readonly before?: readonly { readonly token: unknown; readonly now?: number }[]
  readonly expect: 'accept' | 'reject'
  readonly expectClaims?: Readonly<Record<string, unknown>>
  readonly absentClaims?: readonly string[]
  readonly why: string
}

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
  'jwe-001': 'secret_too_short',
  'jwk-bad-key-018': 'option_invalid',
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
  'weak-secret-001': 'secret_too_short',
  'weak-secret-002': 'secret_too_short',
  'weak-secret-004': 'secret_too_short',
  'weak-secret-005': 'secret_too_short',
  'weak-secret-009': 'secret_too_short',
  'wp-hmac-key-001': 'secret_too_short',
  'wp-hmac-key-003': 'secret_too_short',
  'wp-hmac-key-004': 'secret_missing',
  'wp-hmac-key-005': 'secret_missing',
}

/** What the file held when these tests were written: fewer lines would be a damaged copy. */
const KNOWN = { all: 918, secret: 322, octetJwk: 43 }

const vectors = readFileSync(new URL('vectors/visible.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Vector => JSON.parse(line))

/** The secret of a vector; undefined where its key is of another kind. */
function secretOf({ key }: Vector): Secret | undefined {
  if (key.kind === 'secret') {
    return key.encoding === 'utf8' ? key.value : Buffer.from(key.value, 'base64url')
  }
  return key.kind === 'jwk' && key.jwk.kty === 'oct' ? (key.jwk as OctetJwk) : undefined
}

function tokenOf({ token, expand = [] }: Vector): unknown {
  if (typeof token !== 'string') return token
  return expand.reduce(
    (text, [marker, unit, count]) => text.replaceAll(marker, () => unit.repeat(count)),
    token,
  )
}

interface Outcome {
  readonly header: TokenHeader
  /** Absent where the payload is none of a token, but any bytes. */
  readonly claims?: Claims
}

/** Makes what the vector asks for, once; throws where the key or the policy is refused. */
function construct(
  vector: Vector,
  secret: Secret,
): (token: unknown, now: number) => Promise<Outcome> {
  const { algorithms, issuer, audience, typ, requiredClaims, ...rest } = vector.options
  const keys = secretKeys(secret, { algorithms })
  if (rest.rawPayload === true) return (token) => verifySignature(token, { keys, algorithms })
  let seconds = rest.now
  const verifier = createVerifier({
    keys,
    algorithms,
    issuer,
    audience,
    typ,
    requiredClaims,
    maxTokenAgeSeconds: rest.maxAge,
    clockToleranceSeconds: rest.clockTolerance,
    now: () => seconds * 1000,
  })
  return (token, now) => {
    seconds = now
    return verifier.verify(token)
  }
}

/** What became of a vector. Compared whole, so that a refusal for another cause is a failure. */
interface Verdict {
  readonly verdict: string
  /** Those of `expectClaims`, as verified. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Those of `absentClaims` that are there all the same, in the claims or on every object. */
  readonly present?: readonly string[]
}

function expectedVerdict({ id, expect, ...vector }: Vector): Verdict {
  if (KEY_REFUSALS[id] !== undefined) return { verdict: `key refused: ${KEY_REFUSALS[id]}` }
  if (expect === 'reject') return { verdict: 'token refused' }
  return { verdict: 'accepted', claims: vector.expectClaims ?? {}, present: [] }
}

function accepted(vector: Vector, { claims = {} }: Outcome): Verdict {
  const untouched: Record<string, unknown> = {}
  const isPresent = (name: string) => claims[name] !== undefined || untouched[name] !== undefined
  const names = Object.keys(vector.expectClaims ?? {})
  return {
    verdict: 'accepted',
    claims: Object.fromEntries(names.map((name) => [name, claims[name]])),
    present: vector.absentClaims?.filter(isPresent) ?? [],
  }
}

/** Only a `TokenError` refuses a token, and only a `ConfigurationError` a key: all else is thrown on. */
async function run(vector: Vector, secret: Secret): Promise<Verdict> {
  const { now } = vector.options
  try {
    const verify = construct(vector, secret)
    for (const earlier of vector.before ?? []) {
      await verify(earlier.token, earlier.now ?? now).catch(() => undefined)
    }
    return accepted(vector, await verify(tokenOf(vector), now))
  } catch (error) {
    if (error instanceof TokenError) return { verdict: 'token refused' }
    if (error instanceof ConfigurationError) return { verdict: `key refused: ${error.code}` }
    throw error
  }
}

const usable = vectors.flatMap((vector) => {
  const secret = secretOf(vector)
  return secret === undefined ? [] : [{ vector, secret }]
})
const classes = new Set(usable.map(({ vector }) => vector.attack))
const ran = new Set<string>()

describe('vectors of test/vectors/visible.jsonl with a secret', () => {
  for (const attack of classes) {
    const members = usable.filter(({ vector }) => vector.attack === attack)
    describe(`${attack} (${members.length})`, () => {
      for (const { vector, secret } of members) {
        const { id, level, why, source } = vector
        it(`${id}, ${level} ${vector.expect}: ${why} (${source})`, async () => {
          ran.add(id)
          expect(await run(vector, secret)).toStrictEqual(expectedVerdict(vector))
        })
      }
    })
  }

  it(`ran all ${usable.length} of them, and the file is whole`, () => {
    expect(ran.size).toBe(usable.length)
    expect(vectors.length).toBeGreaterThanOrEqual(KNOWN.all)
    const secrets = vectors.filter((vector) => vector.key.kind === 'secret')
    expect(secrets.length).toBeGreaterThanOrEqual(KNOWN.secret)
    expect(usable.length - secrets.length).toBeGreaterThanOrEqual(KNOWN.octetJwk)
    expect(new Set(vectors.map((vector) => vector.id)).size).toBe(vectors.length)
  })

  it('lists no key refusal but of vectors that must be refused', () => {
    const refusable = usable.filter(({ vector }) => vector.expect === 'reject')
    const ids = refusable.map(({ vector }) => vector.id)
    expect(ids).toEqual(expect.arrayContaining(Object.keys(KEY_REFUSALS)))
  })
})
