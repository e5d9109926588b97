import {
  constants,
  createHmac,
  generateKeyPairSync,
  randomBytes,
  sign as signWith,
  type KeyObject,
} from 'node:crypto'
import type { Algorithm, PublicJwk } from '@signet/auth'

/** A key that signs, in each form that it is given in. The keys are of one run and of nothing else. */
export interface RingKey {
  readonly keyId: string
  /** What it can sign with. */
  readonly algorithms: readonly Algorithm[]
  /** A shared secret; undefined for a key pair. */
  readonly secret: Buffer | undefined
  readonly jwk: PublicJwk
  readonly pem: string
  sign(algorithm: Algorithm, input: string, form: SignatureForm): Buffer
}

/** How a signature is made; every form but the first is wrong for a key of some kind. */
export type SignatureForm = 'standard' | 'der' | 'long salt' | 'no salt'

const HMAC: readonly Algorithm[] = ['HS256', 'HS384', 'HS512']
const RSA: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const ED25519: readonly Algorithm[] = ['EdDSA', 'Ed25519']
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

/** Every algorithm. */
export const ALGORITHMS: readonly Algorithm[] = [
  ...HMAC,
  ...RSA,
  'ES256',
  'ES384',
  'ES512',
  ...ED25519,
]

const SALTS: Readonly<Record<SignatureForm, number>> = {
  standard: constants.RSA_PSS_SALTLEN_DIGEST,
  der: constants.RSA_PSS_SALTLEN_DIGEST,
  'long salt': constants.RSA_PSS_SALTLEN_MAX_SIGN,
  'no salt': 0,
}

function hashOf(algorithm: Algorithm): string | null {
  return ED25519.includes(algorithm) ? null : `sha${algorithm.slice(2)}`
}

function signRsa(key: KeyObject, algorithm: Algorithm, input: string, form: SignatureForm): Buffer {
  const isPss = algorithm.startsWith('PS')
  const padding = isPss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const method = isPss ? { padding, saltLength: SALTS[form] } : { padding }
  return signWith(hashOf(algorithm), Buffer.from(input), { key, ...method })
}

function signPair(key: KeyObject, algorithm: Algorithm, input: string, form: SignatureForm) {
  if (key.asymmetricKeyType === 'rsa') return signRsa(key, algorithm, input, form)
  const dsaEncoding = form === 'der' ? 'der' : 'ieee-p1363'
  return signWith(hashOf(algorithm), Buffer.from(input), { key, dsaEncoding })
}

function pairKey(
  keyId: string,
  algorithms: readonly Algorithm[],
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): RingKey {
  const { kty, ...members } = pair.publicKey.export({ format: 'jwk' })
  return {
    keyId,
    algorithms,
    secret: undefined,
    jwk: { ...members, kty: String(kty) },
    pem: String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
    sign: (algorithm, input, form) => signPair(pair.privateKey, algorithm, input, form),
  }
}

/** A shared secret. Whoever takes the bytes of a public key for one, signs with that. */
export function secretKey(keyId: string, secret: Buffer): RingKey {
  return {
    keyId,
    algorithms: HMAC.filter((name) => secret.length >= Number(name.slice(2)) / 8),
    secret,
    jwk: { kty: 'oct', k: secret.toString('base64url') },
    pem: '',
    sign: (algorithm, input) =>
      createHmac(`sha${algorithm.slice(2)}`, secret)
        .update(input)
        .digest(),
  }
}

/** Makes keys for every algorithm: two of most kinds, so that one can be taken for the other. */
export function createKeyRing(): readonly RingKey[] {
  const twice = [1, 2] as const
  return [
    secretKey('secret-1', randomBytes(64)),
    secretKey('secret-2', randomBytes(64)),
    secretKey('secret-3', randomBytes(40)),
    ...twice.map((number) =>
      pairKey(`rsa-${number}`, RSA, generateKeyPairSync('rsa', { modulusLength: 2048 })),
    ),
    // One of the slow curves is enough to be taken for another.
    ...(['ES256', 'ES256', 'ES384', 'ES512'] as const).map((name, number) => {
      const pair = generateKeyPairSync('ec', { namedCurve: CURVES[name] })
      return pairKey(`${name}-${number}`, [name], pair)
    }),
    ...twice.map((number) => pairKey(`ed-${number}`, ED25519, generateKeyPairSync('ed25519'))),
  ]
}
