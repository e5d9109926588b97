/** HMAC algorithms of RFC 7518 section 3.2: the SHA-2 function of each, and the least bytes its key needs. */
export const HMAC_ALGORITHMS = {
  HS256: { hash: 'sha256', minimumKeyBytes: 32 },
  HS384: { hash: 'sha384', minimumKeyBytes: 48 },
  HS512: { hash: 'sha512', minimumKeyBytes: 64 },
} as const

/** An HMAC algorithm by its JWA name. */
export type HmacAlgorithm = keyof typeof HMAC_ALGORITHMS

/**
 * A public-key algorithm by its JWA name (RFC 7518 sections 3.3 to 3.5, RFC 8037). `Ed25519` (RFC 9864 section 2.2) and
 * `EdDSA` are two names of one algorithm here: both need a key of Ed25519.
 */
export type PublicKeyAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** A signature algorithm that a policy can name. There is no `none`. */
export type Algorithm = HmacAlgorithm | PublicKeyAlgorithm

/** All that a public key can serve. */
export const PUBLIC_KEY_ALGORITHMS: readonly PublicKeyAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** The algorithms that a DPoP proof may be signed with (RFC 9449 section 4.2): asymmetric ones, each bound to a kind of key. */
export const PROOF_ALGORITHMS: readonly PublicKeyAlgorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'RS256',
]

const NAMES: readonly Algorithm[] = ['HS256', 'HS384', 'HS512', ...PUBLIC_KEY_ALGORITHMS]

const ALGORITHMS: ReadonlySet<unknown> = new Set(NAMES)

/** Whether a value is exactly the name of an algorithm known here; names are case-sensitive. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return ALGORITHMS.has(value)
}

/** The algorithm whose name differs from a text in upper and lower case alone: for a hint, never for a verdict. */
export function algorithmLike(text: string): Algorithm | undefined {
  const lower = text.toLowerCase()
  return NAMES.find((name) => name.toLowerCase() === lower)
}

/** Whether an algorithm is one of the HMAC family. */
export function isHmacAlgorithm(value: Algorithm): value is HmacAlgorithm {
  return Object.hasOwn(HMAC_ALGORITHMS, value)
}
