import {
  constants,
  createHmac,
  generateKeyPairSync,
  sign as signWith,
  type KeyObject,
} from 'node:crypto'
import type { Algorithm, PublicJwk } from '@signet/auth'

/** What signs. */
export interface SignsTokens {
  sign(signingInput: string): Buffer
}

/** Who signs with a private key. */
export interface KeySigner extends SignsTokens {
  readonly name: string
  readonly algorithm: Algorithm
  readonly publicKey: KeyObject
  /** The key as others may see it, bound to its algorithm. */
  readonly jwk: PublicJwk
  readonly pem: string
}

/** A signer whose key is made now. @param keyId - the `kid` of its JWK; default: the algorithm */
function keySigner(
  algorithm: Algorithm,
  hash: string | null,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  method: object = {},
): KeySigner {
  const { kty, ...members } = publicKey.export({ format: 'jwk' })
  return {
    name: algorithm,
    algorithm,
    publicKey,
    jwk: { ...members, kty: String(kty), kid: algorithm, alg: algorithm },
    pem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    sign: (input) => signWith(hash, Buffer.from(input), { key: privateKey, ...method }),
  }
}

const PSS = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
}
const P1363 = { dsaEncoding: 'ieee-p1363' }

/** Makes a new RSA key for RS256. */
export function createRsaSigner(): KeySigner {
  return keySigner('RS256', 'sha256', generateKeyPairSync('rsa', { modulusLength: 2048 }))
}

/** Makes a new RSA key for PS256. */
export function createPssSigner(): KeySigner {
  return keySigner('PS256', 'sha256', generateKeyPairSync('rsa', { modulusLength: 2048 }), PSS)
}

/** Makes a new key on a curve. */
export function createEcSigner(algorithm: 'ES256' | 'ES384' | 'ES512' = 'ES256'): KeySigner {
  const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
  const pair = generateKeyPairSync('ec', { namedCurve: curves[algorithm] })
  return keySigner(algorithm, `sha${algorithm.slice(2)}`, pair, P1363)
}

/** Makes a new Ed25519 key. @param algorithm - which of its two names its tokens have */
export function createEdSigner(algorithm: 'EdDSA' | 'Ed25519' = 'EdDSA'): KeySigner {
  return keySigner(algorithm, null, generateKeyPairSync('ed25519'))
}

/** What signs with a shared secret. */
export function hmacSigner(secret: string | Buffer): SignsTokens {
  return { sign: (input) => createHmac('sha256', secret).update(input).digest() }
}

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url')

/** A compact token of a header and a payload as they are written, whatever they say. */
export function craftToken(signer: SignsTokens, header: string, payload: string): string {
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${encode(signer.sign(signingInput))}`
}

/** A token of a key signer: its algorithm and `kid` stand in the header, unless other members are given. */
export function signAs(signer: KeySigner, claims: object, header: object = {}): string {
  const { algorithm: alg, jwk } = signer
  const members = { alg, kid: jwk.kid, typ: 'JWT', ...header }
  return craftToken(signer, JSON.stringify(members), JSON.stringify(claims))
}

/** A `fetch` that answers with these documents, by their whole address, and keeps what was asked for. */
export function createDocumentFetch(documents: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input)
    asked.push(url)
    const document = documents[url]
    return document === undefined
      ? new Response('', { status: 404 })
      : new Response(JSON.stringify(document), { headers: { 'content-type': 'application/json' } })
  }
  return { fetch, asked }
}
