import { encodeBase64Url } from './base64url.js'

/** The algorithms that sign with a shared secret (RFC 7518 section 3.2). */
export const ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const

/** One of `ALGORITHMS`. */
export type HmacAlgorithm = (typeof ALGORITHMS)[number]

/** The hash of each algorithm, and its length. The secret must be at least as long. */
const HASH: Readonly<Record<HmacAlgorithm, { readonly name: string; readonly bytes: number }>> = {
  HS256: { name: 'SHA-256', bytes: 32 },
  HS384: { name: 'SHA-384', bytes: 48 },
  HS512: { name: 'SHA-512', bytes: 64 },
}

/** A token before it is signed. */
export interface UnsignedToken {
  readonly algorithm: HmacAlgorithm
  /** The header beside `alg` and `typ`, such as `kid`. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Whether the browser offers cryptography. It does so only for pages over https or from localhost. */
export function canSign(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** Whether a value is the name of one of the algorithms. */
export function isHmacAlgorithm(text: unknown): text is HmacAlgorithm {
  return ALGORITHMS.some((algorithm) => algorithm === text)
}

/** What is wrong with a secret for an algorithm; undefined if a server accepts it. */
export function secretProblem(byteLength: number, algorithm: HmacAlgorithm): string | undefined {
  if (byteLength === 0) return 'Enter the secret that the server verifies with.'
  const { bytes } = HASH[algorithm]
  if (byteLength >= bytes) return undefined
  return `${algorithm} needs a secret of ${bytes} bytes; this one has ${byteLength}.`
}

/**
 * Reads the secret from pasted text, which may be a line of an `.env` file. Of a bare secret only the surrounding spaces
 * are removed, as in an `.env` file.
 */
export function readSecret(pasted: string): string {
  const text = pasted.trim()
  const value = /^(?:export\s+)?[A-Z][A-Z0-9_]*_SECRET\s*=(.*)$/.exec(text)?.[1]?.trim()
  const quoted = /^(?:"([^"]*)"|'([^']*)')$/.exec(value ?? '')
  return quoted?.[1] ?? quoted?.[2] ?? value ?? text
}

/** The length of a text in UTF-8, in bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function encodeJson(value: unknown): string {
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)))
}

function importSecret(secret: string, algorithm: HmacAlgorithm): Promise<CryptoKey> {
  const parameters = { name: 'HMAC', hash: HASH[algorithm].name }
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), parameters, false, [
    'sign',
  ])
}

async function mac(input: string, secret: string, algorithm: HmacAlgorithm): Promise<string> {
  const key = await importSecret(secret, algorithm)
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(input))
  return encodeBase64Url(new Uint8Array(signature))
}

/**
 * Signs a token in the browser (RFC 7515 section 5.1). The secret is not stored and not sent.
 * @param secret - its bytes in UTF-8 are the key, as for the server
 * @throws where the browser offers no cryptography, or the secret is empty
 */
export async function signToken(
  { algorithm, header, claims }: UnsignedToken,
  secret: string,
): Promise<string> {
  const input = `${encodeJson({ ...header, alg: algorithm, typ: 'JWT' })}.${encodeJson(claims)}`
  return `${input}.${await mac(input, secret, algorithm)}`
}

/** Whether a secret signed a token. The token must have three parts. */
export async function isSignedBy(
  token: string,
  secret: string,
  algorithm: HmacAlgorithm,
): Promise<boolean> {
  const end = token.lastIndexOf('.')
  return (await mac(token.slice(0, end), secret, algorithm)) === token.slice(end + 1)
}
