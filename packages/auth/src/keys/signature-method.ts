import { constants } from 'node:crypto'
import type { PublicKeyAlgorithm } from '../jws/algorithm.js'

/** How `node:crypto` makes and checks a signature of an algorithm (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1,
 * RFC 9864 section 2.2). */
export interface SignatureMethod {
  /** Null where the algorithm has its own. */
  readonly hash: string | null
  readonly padding?: number | undefined
  readonly saltLength?: number | undefined
  readonly dsaEncoding?: 'ieee-p1363' | undefined
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants
const PKCS1 = { padding: RSA_PKCS1_PADDING }
/** The salt is as long as the hash (RFC 7518 section 3.5). */
const PSS = { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST }
const P1363 = { dsaEncoding: 'ieee-p1363' } as const

/** The method of each algorithm: signing and verifying cannot differ. */
export const SIGNATURE_METHODS: Readonly<Record<PublicKeyAlgorithm, SignatureMethod>> = {
  RS256: { hash: 'sha256', ...PKCS1 },
  RS384: { hash: 'sha384', ...PKCS1 },
  RS512: { hash: 'sha512', ...PKCS1 },
  PS256: { hash: 'sha256', ...PSS },
  PS384: { hash: 'sha384', ...PSS },
  PS512: { hash: 'sha512', ...PSS },
  ES256: { hash: 'sha256', ...P1363 },
  ES384: { hash: 'sha384', ...P1363 },
  ES512: { hash: 'sha512', ...P1363 },
  EdDSA: { hash: null },
  Ed25519: { hash: null },
}
