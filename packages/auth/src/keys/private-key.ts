import { createPublicKey, KeyObject, sign } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import type { PublicKeyAlgorithm } from '../jws/algorithm.js'
import type { SigningKey } from './key-source.js'
import { plainKeyText, readJwkText } from './key-text.js'
import { readPrivateJwk, type PrivateJwk } from './private-jwk.js'
import { readPrivatePem } from './private-pem.js'
import { PublicKey } from './public-key.js'
import { SIGNATURE_METHODS } from './signature-method.js'

/**
 * A private key: PEM (PKCS#8, PKCS#1 or SEC 1, not encrypted), JWK, also as text, or a key of `node:crypto`. A text may be wrapped in
 * quotes, have escaped line ends or none, or be in base64 as a whole.
 */
export type PrivateKeyInput = string | PrivateJwk | KeyObject

/** How a private key signs. */
export interface PrivateKeyOptions {
  /** The `kid` that its tokens carry. Default: that of the JWK, else none. */
  readonly keyId?: string | undefined
  /**
   * Default: `alg` of the JWK, else the first that the key fits: RS256, the one of its curve, or EdDSA, which is the older
   * name of Ed25519 (RFC 9864 section 2.2).
   */
  readonly algorithm?: PublicKeyAlgorithm | undefined
}

const OPTIONS: OptionNames<PrivateKeyOptions> = { keyId: true, algorithm: true }

function refuse(message: string): never {
  throw new ConfigurationError('key_invalid', `The private key cannot be used: ${message}.`)
}

interface KeyPair {
  readonly privateKey: KeyObject
  /** Judges the key: what may not verify may not sign. */
  readonly publicKey: PublicKey
}

function readKeyObject(privateKey: KeyObject): KeyPair {
  if (privateKey.type !== 'private') refuse('it is not a private key, and only a private key signs')
  return { privateKey, publicKey: new PublicKey(createPublicKey(privateKey)) }
}

function readInput(input: PrivateKeyInput): KeyPair {
  if (typeof input === 'string') {
    const plain = plainKeyText(input)
    const jwk = readJwkText(plain)
    return jwk === undefined
      ? readKeyObject(readPrivatePem(plain))
      : readPrivateJwk(jwk as PrivateJwk)
  }
  return input instanceof KeyObject ? readKeyObject(input) : readPrivateJwk(input)
}

/** Whether both halves are of one key: a JWK can name any, and would sign what nobody can verify. */
function areOfOneKey({ privateKey, publicKey }: KeyPair, algorithm: PublicKeyAlgorithm): boolean {
  const { hash, ...method } = SIGNATURE_METHODS[algorithm]
  const probe = 'signet'
  const signature = sign(hash, Buffer.from(probe), { key: privateKey, ...method })
  return publicKey.verify(algorithm, probe, signature)
}

/**
 * Makes a private key sign tokens by one algorithm, in `signToken`. It is judged as strictly as the public
 * half is where it verifies. ECDSA signatures are of fixed length (RFC 7518 section 3.4); the salt of PSS
 * is as long as its hash (section 3.5).
 *
 * @throws {ConfigurationError} `key_invalid`, also for an algorithm that does not fit it, or `key_weak`
 * @example
 * ```typescript
 * import { readFileSync } from 'node:fs'
 * import { privateKey, signToken } from '@signet/auth'
 *
 * const key = privateKey(readFileSync('key.pem', 'utf8'), { keyId: '2026-11', algorithm: 'ES256' })
 * console.log(signToken({ sub: 'alice' }, key, { expiresInSeconds: 3600 }))
 * ```
 */
export function privateKey(input: PrivateKeyInput, options: PrivateKeyOptions = {}): SigningKey {
  refuseUnknown('A private key', options, OPTIONS)
  const pair = readInput(input)
  const { algorithms, keyId } = pair.publicKey
  const algorithm = algorithms.find((name) => name === (options.algorithm ?? algorithms[0]))
  if (algorithm === undefined) return refuse('it does not fit the option algorithm')
  if (options.keyId !== undefined && typeof options.keyId !== 'string')
    refuse('the option keyId is not a text')
  if (!areOfOneKey(pair, algorithm))
    refuse('its private half and its public half belong to different keys')
  const { hash, ...method } = SIGNATURE_METHODS[algorithm]
  const key = { key: pair.privateKey, ...method }
  return {
    algorithm,
    keyId: options.keyId ?? keyId,
    sign: (signingInput) => sign(hash, Buffer.from(signingInput, 'latin1'), key),
  }
}
