import { verify, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import type { Algorithm, PublicKeyAlgorithm } from '../jws/algorithm.js'
import type { VerificationKey } from './key-source.js'
import { isNamedCurveKey } from './ec-quality.js'
import { ed25519Fault } from './ed25519-quality.js'
import { rsaFault } from './rsa-quality.js'
import { SIGNATURE_METHODS } from './signature-method.js'

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const
/** Both names of the one algorithm (RFC 8037 section 3.1, RFC 9864 section 2.2). The first is the one that signs by default. */
const ED25519 = ['EdDSA', 'Ed25519'] as const
/** The one algorithm of each curve, by the name that OpenSSL has for it. */
const CURVES: ReadonlyMap<string | undefined, PublicKeyAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
])

function refuse(message: string): never {
  throw new ConfigurationError('key_invalid', `The key cannot be used: ${message}.`)
}

function requireStrong(fault: string | undefined): void {
  if (fault === undefined) return
  throw new ConfigurationError('key_weak', `The key cannot be trusted: ${fault}.`)
}

function decode(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64url')
}

function toNumber(text: string | undefined): bigint {
  return BigInt(`0x0${decode(text).toString('hex')}`)
}

/** What a key is fit for by its kind, size, curve and point, and nothing that a token says. */
function algorithmsOf(key: KeyObject): readonly PublicKeyAlgorithm[] {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const { n, e } = key.export({ format: 'jwk' })
      requireStrong(rsaFault(toNumber(n), toNumber(e)))
      return RSA
    }
    case 'rsa-pss':
      // Its modulus and exponent cannot be read, and so not be judged.
      return refuse('it is bound to RSASSA-PSS; give it as a plain RSA key')
    case 'ec': {
      if (!isNamedCurveKey(key)) {
        return refuse('its curve must be P-256, P-384 or P-521 by name, with a point on it')
      }
      const algorithm = CURVES.get(key.asymmetricKeyDetails?.namedCurve)
      return algorithm === undefined
        ? refuse('its curve must be P-256, P-384 or P-521')
        : [algorithm]
    }
    case 'ed25519': {
      requireStrong(ed25519Fault(decode(key.export({ format: 'jwk' }).x)))
      return ED25519
    }
    default:
      return refuse('it must be RSA, EC or Ed25519')
  }
}

/** What is known of a key beside the key itself. */
export interface PublicKeyBinding {
  readonly keyId?: string | undefined
  /** The one algorithm that it serves. Default: all that it is fit for. */
  readonly algorithm?: string | undefined
}

/** A public key, bound to its algorithms once and for all. */
export class PublicKey implements VerificationKey {
  readonly keyId: string | undefined
  readonly algorithms: readonly PublicKeyAlgorithm[]
  readonly #key: KeyObject
  #material: string | undefined

  /** @throws {ConfigurationError} `key_invalid`, `key_weak` or `key_is_private` */
  constructor(key: KeyObject, binding: PublicKeyBinding = {}) {
    if (key.type !== 'public') {
      throw new ConfigurationError(
        'key_is_private',
        'The key is private. To verify tokens, give its public half alone.',
      )
    }
    const { algorithm } = binding
    const fitting = algorithmsOf(key)
    this.algorithms =
      algorithm === undefined ? fitting : fitting.filter((name) => name === algorithm)
    if (this.algorithms.length === 0) refuse('its alg does not fit it')
    this.keyId = binding.keyId
    this.#key = key
  }

  /** The key itself, in its one spelling: the same for the same key under whatever name. */
  get material(): string {
    this.#material ??= this.#key.export({ type: 'spki', format: 'der' }).toString('base64')
    return this.#material
  }

  verify(algorithm: Algorithm, signingInput: string, signature: Buffer): boolean {
    const name = this.algorithms.find((each) => each === algorithm)
    if (name === undefined) return false
    const { hash, ...method } = SIGNATURE_METHODS[name]
    const data = Buffer.from(signingInput, 'latin1')
    return verify(hash, data, { key: this.#key, ...method }, signature)
  }
}
