import {
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import { ConfigurationError } from '../error.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import {
  HMAC_ALGORITHMS,
  isHmacAlgorithm,
  type Algorithm,
  type HmacAlgorithm,
} from '../jws/algorithm.js'
import type { TokenHeader } from '../jws/compact.js'
import type { KeySource, SigningKey, VerificationKey } from './key-source.js'
import { allowsOperation, type KeyOperation } from './key-operations.js'
import { isPublicKeyMaterial } from './secret-quality.js'

/** A symmetric key as a JSON Web Key (RFC 7518 section 6.4). */
export interface OctetJwk {
  readonly kty: 'oct'
  /** The secret's bytes in base64url. */
  readonly k: string
  readonly kid?: string | undefined
  /** Binds the key to one algorithm (RFC 7517 section 4.4). */
  readonly alg?: string | undefined
  /** Must be `sig` where it is there (RFC 7517 section 4.2). */
  readonly use?: string | undefined
  /** `verify` where it is there, and `sign` to sign with it, and nothing else (RFC 7517 section 4.3). */
  readonly key_ops?: readonly string[] | undefined
}

/** A shared secret: text (its UTF-8 bytes count), bytes, or an `oct` JWK. */
export type Secret = string | Uint8Array | OctetJwk

/** How a secret may be used. */
export interface SecretOptions {
  /**
   * The algorithms it is used with, of those that it is as long as the hash of (RFC 7518 section 3.2):
   * HS256 from 32 bytes, HS384 from 48, HS512 from 64. Default: all of them.
   */
  readonly algorithms?: readonly Algorithm[] | undefined
}

const OPTIONS: OptionNames<SecretOptions> = { algorithms: true }

/** Secrets as keys: all of them verify, the first one signs. */
export interface SecretKeys extends KeySource {
  /** What they serve, together. */
  readonly algorithms: readonly HmacAlgorithm[]
  readonly signingKey: SigningKey
}

const REMEDY = 'Make a good one with: npx signet secret'
const MIN_BYTES = HMAC_ALGORITHMS.HS256.minimumKeyBytes
const HMAC_NAMES: readonly HmacAlgorithm[] = ['HS256', 'HS384', 'HS512']

function isOctetJwk(secret: Secret): secret is OctetJwk {
  return typeof secret === 'object' && secret !== null && !(secret instanceof Uint8Array)
}

/** Whether a JWK is meant for an operation; where it does not say, it is for any. */
function isFor(operation: KeyOperation, { key_ops: operations }: OctetJwk): boolean {
  return allowsOperation(operations, operation, ['sign', 'verify'])
}

/** Refuses a JWK that says it is for something else than signatures. */
function checkUse(jwk: OctetJwk): void {
  const isForSignatures = (jwk.use === undefined || jwk.use === 'sig') && isFor('verify', jwk)
  if (!isForSignatures || (jwk.kid !== undefined && typeof jwk.kid !== 'string')) {
    throw new ConfigurationError(
      'option_invalid',
      'The use and key_ops of the JWK must allow to verify signatures, and its kid must be a text.',
    )
  }
}

/** The bytes of a secret. For a JWK only the canonical spelling of `k` counts. */
export function secretBytes(secret: Secret): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret, 'utf8')
  if (secret instanceof Uint8Array) return Buffer.from(secret)
  if (!isOctetJwk(secret) || secret.kty !== 'oct' || typeof secret.k !== 'string') {
    throw new ConfigurationError(
      'option_invalid',
      'The secret must be a text, bytes, or a JWK of type oct.',
    )
  }
  checkUse(secret)
  const bytes = Buffer.from(secret.k, 'base64url')
  if (bytes.toString('base64url') !== secret.k) {
    throw new ConfigurationError('option_invalid', 'The member k of the JWK is not base64url.')
  }
  return bytes
}

function checkQuality(bytes: Buffer): void {
  if (bytes.length === 0) {
    throw new ConfigurationError('secret_missing', `The secret is empty. ${REMEDY}`)
  }
  if (isPublicKeyMaterial(bytes)) {
    throw new ConfigurationError(
      'secret_is_public_key',
      `The secret is a key that others may know, such as a public key. ${REMEDY}`,
    )
  }
  if (bytes.length < MIN_BYTES) {
    throw new ConfigurationError(
      'secret_too_short',
      `The secret has ${bytes.length} bytes; it must have at least ${MIN_BYTES} (RFC 7518 section 3.2). ${REMEDY}`,
    )
  }
}

/** The algorithms that a secret of this length serves, of those asked for. */
function fittingAlgorithms(
  byteLength: number,
  asked: readonly Algorithm[] | undefined,
): readonly HmacAlgorithm[] {
  const fits = (name: HmacAlgorithm) => byteLength >= HMAC_ALGORITHMS[name].minimumKeyBytes
  if (asked === undefined) return HMAC_NAMES.filter(fits)
  const wanted = asked.filter(isHmacAlgorithm)
  const fitting = wanted.filter(fits)
  const [unfit] = wanted
  if (unfit !== undefined && fitting.length === 0) {
    throw new ConfigurationError(
      'secret_too_short',
      `The secret has ${byteLength} bytes; ${unfit} needs at least ${HMAC_ALGORITHMS[unfit].minimumKeyBytes} (RFC 7518 section 3.2). ${REMEDY}`,
    )
  }
  return fitting
}

/** A JWK with `alg` serves that algorithm only (RFC 7517 section 4.4). */
function boundAlgorithms(
  secret: Secret,
  asked: readonly Algorithm[] | undefined,
): readonly Algorithm[] | undefined {
  if (!isOctetJwk(secret) || secret.alg === undefined) return asked
  return (asked ?? HMAC_NAMES).filter((name) => name === secret.alg)
}

/** One secret bound to its algorithms. */
class SecretKey implements VerificationKey {
  readonly keyId: string | undefined
  readonly algorithms: readonly HmacAlgorithm[]
  readonly canSign: boolean
  readonly #key: KeyObject

  constructor(secret: Secret, options: SecretOptions) {
    const bytes = secretBytes(secret)
    checkQuality(bytes)
    const asked = boundAlgorithms(secret, options.algorithms)
    this.algorithms = fittingAlgorithms(bytes.length, asked)
    this.keyId = isOctetJwk(secret) ? secret.kid : undefined
    this.canSign = !isOctetJwk(secret) || isFor('sign', secret)
    this.#key = createSecretKey(bytes)
  }

  digest(algorithm: HmacAlgorithm, signingInput: string): Buffer {
    const hmac = createHmac(HMAC_ALGORITHMS[algorithm].hash, this.#key)
    // By way of text, because a digest in bytes has memory of its own, which costs more than to copy it.
    return Buffer.from(hmac.update(signingInput, 'latin1').digest('binary'), 'latin1')
  }

  verify(algorithm: Algorithm, signingInput: string, signature: Buffer): boolean {
    if (!isHmacAlgorithm(algorithm)) return false
    const expected = this.digest(algorithm, signingInput)
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
}

function signingKey(key: SecretKey): SigningKey {
  const [algorithm] = key.algorithms
  if (algorithm === undefined) {
    throw new ConfigurationError(
      'algorithm_unknown',
      'A secret serves HS256, HS384 and HS512. The option algorithms and the alg of the JWK leave none of them.',
    )
  }
  return {
    algorithm,
    keyId: key.keyId,
    sign(signingInput) {
      if (key.canSign) return key.digest(algorithm, signingInput)
      throw new ConfigurationError('option_invalid', 'The key_ops of the JWK do not allow signing.')
    },
  }
}

/**
 * Makes keys of one secret, or of several: the first signs, all verify, which allows rotation
 * without downtime. A `kid` counts only between a header and a secret that both have one.
 *
 * @throws {ConfigurationError} `secret_missing`, `secret_too_short`, `secret_is_public_key`,
 *   `algorithm_unknown` when a secret is left without an algorithm, or `option_invalid`
 * @example
 * ```typescript
 * import { secretKeys, signToken } from '@signet/auth'
 *
 * const { signingKey } = secretKeys(process.env['MASTRA_JWT_SECRET'] ?? '')
 * console.log(signToken({ sub: 'alice' }, signingKey, { expiresInSeconds: 3600 }))
 * ```
 */
export function secretKeys(
  secret: Secret | readonly Secret[],
  options: SecretOptions = {},
): SecretKeys {
  refuseUnknown('A secret', options, OPTIONS)
  if (options.algorithms !== undefined && !Array.isArray(options.algorithms)) {
    throw new ConfigurationError(
      'option_invalid',
      'The option algorithms must be a list, such as ["RS256"].',
    )
  }
  const secrets: readonly Secret[] = isSecretList(secret) ? secret : [secret]
  const keys = secrets.map((each) => new SecretKey(each, options))
  const [first] = keys.map(signingKey)
  if (first === undefined) {
    throw new ConfigurationError('secret_missing', `The list of secrets is empty. ${REMEDY}`)
  }
  return {
    algorithms: keys.flatMap(({ algorithms }) => algorithms),
    signingKey: first,
    find: (header: TokenHeader) => keys.filter((key) => fitsKeyId(key, header)),
  }
}

function isSecretList(secret: Secret | readonly Secret[]): secret is readonly Secret[] {
  return Array.isArray(secret)
}

function fitsKeyId(key: VerificationKey, header: TokenHeader): boolean {
  const keyId = Object.hasOwn(header, 'kid') ? header.kid : undefined
  return keyId === undefined || key.keyId === undefined || key.keyId === keyId
}

/**
 * A fresh secret of 384 random bits, as 64 characters of base64url: long enough for every HMAC algorithm.
 * @example
 * ```typescript
 * import { createSecret } from '@signet/auth'
 *
 * console.log(`MASTRA_JWT_SECRET=${createSecret()}`)
 * ```
 */
export function createSecret(): string {
  return randomBytes(48).toString('base64url')
}
