import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import { COORDINATE_BYTES, keyMembers, member, readJwk, type PublicJwk } from './jwk.js'
import { allowsOperation } from './key-operations.js'
import type { PublicKey } from './public-key.js'
import { isJsonObject } from '../lib/object.js'

/** A private key as a JSON Web Key (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2). */
export interface PrivateJwk extends PublicJwk {
  readonly d: string
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
  /** Must be `sign` alone where it is there (RFC 7517 section 4.3). */
  readonly key_ops?: readonly string[] | undefined
}

/** Members of the public half, and what binds it. `key_ops` is of the private half here. */
const PUBLIC_MEMBERS = ['kty', 'crv', 'n', 'e', 'x', 'y', 'kid', 'alg', 'use'] as const
const RSA_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi']

function refuse(message: string): never {
  throw new ConfigurationError('key_invalid', `The private JWK cannot be used: ${message}.`)
}

function publicHalf(jwk: PrivateJwk): PublicJwk {
  const members = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(jwk, name))
  return { kty: jwk.kty, ...Object.fromEntries(members.map((name) => [name, jwk[name]])) }
}

/** What `member` says of one that is wrong does not hold its value, which is a secret. */
function privateMembers(jwk: PrivateJwk): Record<string, string> {
  if (jwk.kty !== 'RSA') return { d: member(jwk, 'd', COORDINATE_BYTES.get(jwk.crv)) }
  return Object.fromEntries(RSA_MEMBERS.map((name) => [name, member(jwk, name)]))
}

/**
 * Reads a private key from a JSON Web Key, and its public half as strictly as where it stands alone.
 * @throws {ConfigurationError} `key_invalid` or `key_weak`
 */
export function readPrivateJwk(jwk: PrivateJwk): {
  readonly privateKey: KeyObject
  readonly publicKey: PublicKey
} {
  if (!isJsonObject(jwk)) refuse('it is not an object')
  const operations: unknown = Object.hasOwn(jwk, 'key_ops') ? jwk.key_ops : undefined
  if (!allowsOperation(operations, 'sign')) refuse('its key_ops must be ["sign"]')
  if (Object.hasOwn(jwk, 'oth')) refuse('it has more than two primes')
  const half = publicHalf(jwk)
  const publicKey = readJwk(half)
  const key = { ...keyMembers(half), ...privateMembers(jwk) }
  try {
    return { privateKey: createPrivateKey({ key, format: 'jwk' }), publicKey }
  } catch {
    return refuse('its numbers are not those of a key')
  }
}
