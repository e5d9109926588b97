import { createPublicKey } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import { allowsOperation } from './key-operations.js'
import { PublicKey } from './public-key.js'
import { isJsonObject } from '../lib/object.js'

/** A public key as a JSON Web Key (RFC 7517; RFC 7518 section 6, RFC 8037 section 2). */
export interface PublicJwk {
  readonly kty: string
  readonly kid?: string | undefined
  /** Binds the key to one algorithm (RFC 7517 section 4.4). */
  readonly alg?: string | undefined
  /** Must be `sig` where it is there (RFC 7517 section 4.2). */
  readonly use?: string | undefined
  /** Must be `verify` alone where it is there (RFC 7517 section 4.3). */
  readonly key_ops?: readonly string[] | undefined
  readonly crv?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly [member: string]: unknown
}

/** Members that only a private or a symmetric key has. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** How many bytes a coordinate has, and a private key (RFC 7518 sections 6.2.1.2 and 6.2.2.1, RFC 8037 section 2). */
export const COORDINATE_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
  ['Ed25519', 32],
])

function refuse(message: string): never {
  throw new ConfigurationError('key_invalid', `The JWK cannot be used: ${message}.`)
}

function own(jwk: PublicJwk, member: string): unknown {
  return Object.hasOwn(jwk, member) ? jwk[member] : undefined
}

/** Refuses a key that says it is for something else than to verify signatures. */
function checkUse(jwk: PublicJwk): void {
  const [use, operations, keyId] = [own(jwk, 'use'), own(jwk, 'key_ops'), own(jwk, 'kid')]
  if (use !== undefined && use !== 'sig') refuse('its use must be sig')
  if (!allowsOperation(operations, 'verify')) refuse('its key_ops must be ["verify"]')
  if (keyId !== undefined && typeof keyId !== 'string') refuse('its kid is not a text')
}

/** A member in canonical base64url: no other spelling of the same key counts. */
export function member(jwk: PublicJwk, name: string, byteLength?: number): string {
  const value = own(jwk, name)
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : Buffer.alloc(0)
  const isCanonical = bytes.length > 0 && bytes.toString('base64url') === value
  if (!isCanonical || (byteLength !== undefined && bytes.length !== byteLength)) {
    return refuse(`its member ${name} is missing or wrong`)
  }
  return bytes.toString('base64url')
}

/** Only the members that make the key, so that nothing else can change what it is. */
export function keyMembers(jwk: PublicJwk): { kty: string; [member: string]: string } {
  const [kty, crv] = [own(jwk, 'kty'), own(jwk, 'crv')]
  const size = COORDINATE_BYTES.get(crv)
  if (kty === 'RSA') return { kty, n: member(jwk, 'n'), e: member(jwk, 'e') }
  if (kty === 'EC' && typeof crv === 'string' && crv !== 'Ed25519' && size !== undefined) {
    return { kty, crv, x: member(jwk, 'x', size), y: member(jwk, 'y', size) }
  }
  if (kty === 'OKP' && crv === 'Ed25519') return { kty, crv, x: member(jwk, 'x', size) }
  return refuse('its kty and crv must be RSA, EC with P-256, P-384 or P-521, or OKP with Ed25519')
}

/**
 * Refuses what is not a public key for verifying, by what it says of itself.
 * @throws {ConfigurationError} `key_is_private` or `key_invalid`
 */
export function checkPublicJwk(jwk: PublicJwk): void {
  if (!isJsonObject(jwk)) refuse('it is not an object')
  const secret = PRIVATE_MEMBERS.find((name) => own(jwk, name) !== undefined)
  if (secret !== undefined) {
    throw new ConfigurationError(
      'key_is_private',
      `The JWK has the member ${secret}, so it is not a public key. To verify tokens, give the public key alone.`,
    )
  }
  checkUse(jwk)
}

/**
 * Reads a public key from a JSON Web Key.
 * @throws {ConfigurationError} `key_is_private`, `key_invalid` or `key_weak`
 */
export function readJwk(jwk: PublicJwk): PublicKey {
  checkPublicJwk(jwk)
  const algorithm = own(jwk, 'alg')
  if (algorithm !== undefined && typeof algorithm !== 'string') refuse('its alg is not a text')
  let key
  try {
    key = createPublicKey({ key: keyMembers(jwk), format: 'jwk' })
  } catch (error) {
    if (ConfigurationError.isInstance(error)) throw error
    return refuse('its numbers are not a point or modulus of a key')
  }
  return new PublicKey(key, { keyId: own(jwk, 'kid') as string | undefined, algorithm })
}
