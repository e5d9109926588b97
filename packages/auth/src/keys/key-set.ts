import { ConfigurationError } from '../error.js'
import { isAlgorithm, type Algorithm } from '../jws/algorithm.js'
import type { TokenHeader } from '../jws/compact.js'
import { isJsonObject } from '../lib/object.js'
import type { KeySource, VerificationKey } from './key-source.js'
import { readJwk, type PublicJwk } from './jwk.js'
import type { PublicKey } from './public-key.js'

/** A JSON Web Key Set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly PublicJwk[]
}

/** An entry of a set that is left out, by its `kid` where it has one. */
export interface IgnoredKey {
  readonly keyId: string | undefined
  /** As a sentence, without anything of the entry. */
  readonly reason: string
}

/** A set as it was read, and what was left out of it. */
export interface KeySet extends KeySource {
  /** How many keys can be used. */
  readonly size: number
  /** What they serve, together. */
  readonly algorithms: readonly Algorithm[]
  readonly ignored: readonly IgnoredKey[]
}

const AMBIGUOUS =
  'Another key of the set has the same kid and algorithm, so a token cannot say which of them it means.'

/** The `kid` of a header: undefined where there is none, null for one that is not a text. */
export function keyIdOf(header: TokenHeader): string | null | undefined {
  if (!Object.hasOwn(header, 'kid')) return undefined
  return typeof header.kid === 'string' ? header.kid : null
}

/**
 * The one key that serves an algorithm, for a token that names none: keys are not tried one after the other. It may
 * stand in the set under several names.
 */
function onlyKey(
  keys: readonly (VerificationKey & Pick<PublicKey, 'material'>)[],
  algorithm: unknown,
): readonly VerificationKey[] {
  const [first, ...others] = keys.filter(
    (key) => isAlgorithm(algorithm) && key.algorithms.includes(algorithm),
  )
  if (first === undefined) return []
  return others.every(({ material }) => material === first.material) ? [first] : []
}

/** The entries of a list as keys, each of them once, and those that are none. */
function readEntries(list: readonly unknown[]): { keys: PublicKey[]; ignored: IgnoredKey[] } {
  const keys = new Map<string, PublicKey>()
  const ignored: IgnoredKey[] = []
  for (const entry of list) {
    try {
      const key = readJwk(entry as PublicJwk)
      const { keyId, material, algorithms } = key
      keys.set(JSON.stringify([keyId, material, algorithms]), key)
    } catch (error) {
      if (!ConfigurationError.isInstance(error)) throw error
      const keyId = isJsonObject(entry) ? entry['kid'] : undefined
      ignored.push({
        keyId: typeof keyId === 'string' ? keyId : undefined,
        reason: error.message,
      })
    }
  }
  return { keys: [...keys.values()], ignored }
}

/** Whether a token could mean another key than this one, by its `kid` and its algorithm. */
function ambiguityOf(keys: readonly PublicKey[]): (key: PublicKey) => boolean {
  /** What a `kid` and an algorithm name: a key, or null for several. */
  const named = new Map<string, string | null>()
  const places = ({ keyId, algorithms }: PublicKey) =>
    keyId === undefined ? [] : algorithms.map((algorithm) => JSON.stringify([keyId, algorithm]))
  for (const key of keys) {
    for (const place of places(key)) {
      const before = named.get(place)
      named.set(place, before === undefined || before === key.material ? key.material : null)
    }
  }
  return (key) => places(key).some((place) => named.get(place) === null)
}

function groupByKeyId(keys: readonly PublicKey[]): ReadonlyMap<string, readonly PublicKey[]> {
  const groups = new Map<string, PublicKey[]>()
  for (const key of keys) {
    if (key.keyId === undefined) continue
    const group = groups.get(key.keyId)
    if (group === undefined) groups.set(key.keyId, [key])
    else group.push(key)
  }
  return groups
}

/**
 * Reads a key set. What cannot be used, or is not for signatures, is left out (RFC 7517 section 5), so that one entry does not
 * take the others along. That holds for a secret or a private key, too, and for keys of one `kid` for one algorithm that
 * are not the same key: nobody can say which of them a token means. The same key twice is one key, and keys of
 * different kinds may share a `kid` (section 4.5).
 *
 * @throws {ConfigurationError} `key_set_invalid` for what has no list of keys
 * @example
 * ```typescript
 * import { readFileSync } from 'node:fs'
 * import { createVerifier, readKeySet } from '@signet/auth'
 *
 * const keys = readKeySet(JSON.parse(readFileSync('keys.json', 'utf8')))
 * for (const key of keys.ignored) console.warn('This key is not used:', key)
 * export const verifier = createVerifier({ keys, algorithms: ['ES256'] })
 * ```
 */
export function readKeySet(set: unknown): KeySet {
  if (typeof set === 'string') {
    throw new ConfigurationError(
      'key_set_invalid',
      'The key set must be an object, and is a text. Parse it with JSON.parse.',
    )
  }
  const list = isJsonObject(set) && Object.hasOwn(set, 'keys') ? set['keys'] : undefined
  if (!Array.isArray(list)) {
    throw new ConfigurationError(
      'key_set_invalid',
      'The key set cannot be used: its member keys must be a list.',
    )
  }
  // Spread, so that a hole in the list is not an object either.
  const { keys: all, ignored } = readEntries([...(list as readonly unknown[])])
  const isAmbiguous = ambiguityOf(all)
  const keys = all.filter((key) => !isAmbiguous(key))
  const named = groupByKeyId(keys)
  return {
    size: keys.length,
    algorithms: keys.flatMap(({ algorithms }) => algorithms),
    ignored: [
      ...ignored,
      ...all.filter(isAmbiguous).map(({ keyId }) => ({ keyId, reason: AMBIGUOUS })),
    ],
    find(header) {
      const keyId = keyIdOf(header)
      if (keyId === null) return []
      return keyId === undefined ? onlyKey(keys, header.alg) : (named.get(keyId) ?? [])
    },
  }
}
