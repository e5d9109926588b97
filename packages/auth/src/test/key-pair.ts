import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import type { PublicKeyAlgorithm } from '../jws/algorithm.js'
import type { SigningKey } from '../keys/key-source.js'
import type { PublicJwk } from '../keys/jwk.js'
import type { PrivateJwk } from '../keys/private-jwk.js'
import { privateKey } from '../keys/private-key.js'

/** A key pair of a test, in each form that a key is given in. */
export interface TestKeyPair {
  readonly keyId: string
  readonly algorithm: PublicKeyAlgorithm
  /** With `kid`, `alg` and `use`: as it stands in a key set. */
  readonly publicJwk: PublicJwk
  readonly privateJwk: PrivateJwk
  /** SPKI. */
  readonly publicPem: string
  /** PKCS#8. */
  readonly privatePem: string
  /** For `signToken`. */
  readonly signingKey: SigningKey
}

/** How a key pair is made. */
export interface TestKeyPairOptions {
  /** Default: a random one. */
  readonly keyId?: string | undefined
}

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

function generate(algorithm: PublicKeyAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case 'ES256':
    case 'ES384':
    case 'ES512':
      return generateKeyPairSync('ec', { namedCurve: CURVES[algorithm] })
    case 'EdDSA':
    case 'Ed25519':
      return generateKeyPairSync('ed25519')
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}

/**
 * Makes a key pair: RSA of 2048 bits for RS and PS, the curve of an ES algorithm, or Ed25519. An RSA key
 * takes a good part of a second to be found, so make it once for many tests.
 *
 * @param algorithm - the one that it signs with
 */
export function createTestKeyPair(
  algorithm: PublicKeyAlgorithm,
  { keyId = randomUUID() }: TestKeyPairOptions = {},
): TestKeyPair {
  const pair = generate(algorithm)
  const binding = { kid: keyId, alg: algorithm, use: 'sig' }
  const publicJwk = pair.publicKey.export({ format: 'jwk' })
  const privateJwk = pair.privateKey.export({ format: 'jwk' })
  return {
    keyId,
    algorithm,
    publicJwk: { ...publicJwk, kty: publicJwk.kty ?? '', ...binding },
    privateJwk: { ...privateJwk, kty: privateJwk.kty ?? '', d: privateJwk.d ?? '', ...binding },
    publicPem: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    privatePem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    signingKey: privateKey(pair.privateKey, { keyId, algorithm }),
  }
}
