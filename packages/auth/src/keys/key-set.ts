import { ConfigurationError } from '../error.js'
import { isAlgorithm, type Algorithm } from '../jwt/algorithm.js'
import type { TokenHeader } from '../jwt/compact.js'
import { isJsonObject } from '../jwt/strict-json.js'
import type { KeySource, VerificationKey } from './contract.js'
import { readJwk, type PublicJwk } from './jwk.js'

/** A JSON Web Key Set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly PublicJwk[]
}

/** A set as it was read, and what was left out of it. */
export interface KeySet extends KeySource {
  /** How many keys can be used. */
  readonly size: number
  /** What they serve, together. */
  readonly algorithms: readonly Algorithm[]
  /** Why each key that cannot be used was left out, by its `kid` where it has one. */
  readonly ignored: readonly { readonly keyId: string | undefined; readonly reason: string }[]
}

function refuse(message: string): never {
  throw new ConfigurationError('key_set_invalid', `The key set cannot be used: ${message}.`)
}

/** The `kid` of a header: undefined where there is none, null for one that is no text. */
export function keyIdOf(header: TokenHeader): string | null | undefined {
  if (!Object.hasOwn(header, 'kid')) return undefined
  return typeof header.kid === 'string' ? header.kid : null
}

/**
 * The key that a header names. Without a `kid` there must be exactly one that fits the algorithm: keys
 * are not tried one after the other.
 */
function selectKey(
  keys: readonly VerificationKey[],
  header: TokenHeader,
): readonly VerificationKey[] {
  const keyId = keyIdOf(header)
  if (keyId === null) return []
  if (keyId !== undefined) return keys.filter((key) => key.keyId === keyId)
  const { alg: algorithm } = header
  const fitting = keys.filter((key) => isAlgorithm(algorithm) && key.algorithms.includes(algorithm))
  return fitting.length === 1 ? fitting : []
}

/** Whether a token could mean either of two keys by its `kid`. */
function isAmbiguous(key: VerificationKey, other: VerificationKey): boolean {
  return (
    key.keyId !== undefined &&
    key.keyId === other.keyId &&
    key.algorithms.some((algorithm) => other.algorithms.includes(algorithm))
  )
}

/**
 * Reads a key set. Keys that cannot be used, or are not for signatures, are left out (RFC 7517 section
 * 5), so that one of them does not take the others along. A set with a symmetric key, or with two keys of
 * one `kid` for one algorithm, is refused whole: nobody can say what its issuer meant. Keys of different
 * kinds may share a `kid` (section 4.5).
 *
 * @throws {ConfigurationError} `key_set_invalid`
 */
export function readKeySet(set: unknown): KeySet {
  const list = isJsonObject(set) && Object.hasOwn(set, 'keys') ? set['keys'] : undefined
  if (!Array.isArray(list)) refuse('it has no list of keys')
  // Spread, so that a hole in the list is no object either.
  const jwks = [...list].map((jwk: unknown): PublicJwk =>
    isJsonObject(jwk) ? (jwk as PublicJwk) : refuse('it has a key that is no object'),
  )
  if (jwks.some(({ kty }) => kty === 'oct')) refuse('it has a symmetric key, which is a secret')
  const keys: VerificationKey[] = []
  const ignored: { keyId: string | undefined; reason: string }[] = []
  for (const jwk of jwks) {
    try {
      keys.push(readJwk(jwk))
    } catch (error) {
      if (!ConfigurationError.isInstance(error)) throw error
      const keyId = typeof jwk.kid === 'string' ? jwk.kid : undefined
      ignored.push({ keyId, reason: error.message })
    }
  }
  if (keys.some((key, index) => keys.slice(0, index).some((other) => isAmbiguous(key, other)))) {
    refuse('it has two keys of the same kid and algorithm')
  }
  return {
    size: keys.length,
    algorithms: keys.flatMap(({ algorithms }) => algorithms),
    ignored,
    find: (header) => selectKey(keys, header),
  }
}
