import { createHash } from 'node:crypto'
import { ConfigurationError, TokenError } from '../error.js'
import { PROOF_ALGORITHMS, type PublicKeyAlgorithm } from '../jws/algorithm.js'
import { checkSize, parseCompact, parseJsonObject, type CompactToken } from '../jws/compact.js'
import type { PublicJwk } from '../keys/jwk.js'
import type { PublicKey } from '../keys/public-key.js'
import { ownMember, type JsonObject } from '../lib/object.js'
import { proofKeyOf } from './proof-key.js'
import { targetUrl } from './target-url.js'

/** Largest proof, in bytes. */
const MAX_PROOF_BYTES = 8192
/** Longest `jti`, in characters. */
const MAX_ID_LENGTH = 512
/** How far ahead of the clock `iat` may lie, in seconds. */
const AHEAD_SECONDS = 5

/** What a proof must say. */
export interface ProofExpectation {
  /** The access token, as it was sent. */
  readonly token: string
  /** Of the key that the token is bound to. */
  readonly thumbprint: string
  readonly method: string
  /** By which of these URLs the client may have sent the request, as `targetUrl` writes them. */
  readonly urls: readonly string[]
  /** In milliseconds since 1970. */
  readonly now: number
  /** How old a proof may be, in seconds. */
  readonly windowSeconds: number
}

/** What a good proof says of itself. */
export interface CheckedProof {
  /** Its `jti`. */
  readonly id: string
  readonly nonce: string | undefined
  /** Its `content_digest`, whatever that is; undefined where it has none. */
  readonly contentDigest: unknown
  /** From when on it is refused for its age, in whole milliseconds since 1970. */
  readonly expiresAt: number
}

/** Refuses a proof. The message tells the operator what is wrong, and has nothing of the proof in it. */
export function refuseProof(message: string, options: ErrorOptions = {}): never {
  throw new TokenError('proof_invalid', message, options)
}

function parse(proof: string): CompactToken & { readonly claims: JsonObject } {
  try {
    checkSize(proof, MAX_PROOF_BYTES)
    const compact = parseCompact(proof)
    return { ...compact, claims: parseJsonObject(compact.payload, 'payload') }
  } catch (cause) {
    if (!TokenError.isInstance(cause)) throw cause
    return refuseProof(`The proof cannot be read. ${cause.message}`, { cause })
  }
}

function readAlgorithm(header: JsonObject): PublicKeyAlgorithm {
  if (ownMember(header, 'typ') !== 'dpop+jwt') refuseProof('The typ of the proof is not dpop+jwt.')
  for (const name of ['crit', 'b64']) {
    if (Object.hasOwn(header, name)) {
      refuseProof(`The header parameter ${name} of the proof is not supported.`)
    }
  }
  const algorithm = ownMember(header, 'alg')
  const known = PROOF_ALGORITHMS.find((each) => each === algorithm)
  return known ?? refuseProof(`The alg of the proof is none of ${PROOF_ALGORITHMS.join(', ')}.`)
}

function readKey(header: JsonObject, thumbprint: string): PublicKey {
  const jwk = ownMember(header, 'jwk')
  let key: PublicKey | undefined
  try {
    key = proofKeyOf(jwk as PublicJwk, thumbprint)
  } catch (cause) {
    if (!ConfigurationError.isInstance(cause)) throw cause
    return refuseProof('The jwk of the proof is private, weak, or not a key to verify with.', {
      cause,
    })
  }
  return key ?? refuseProof('The jwk of the proof is not the key that the token is bound to.')
}

function checkSignature(
  { header, signingInput, signature }: CompactToken,
  thumbprint: string,
): void {
  const algorithm = readAlgorithm(header)
  const key = readKey(header, thumbprint)
  const named = ownMember(header['jwk'], 'alg')
  const isFitting = key.algorithms.includes(algorithm)
  if (!isFitting || (named !== undefined && named !== algorithm)) {
    refuseProof('The alg of the proof does not fit its jwk.')
  }
  if (!key.verify(algorithm, signingInput, signature)) {
    refuseProof('The signature of the proof does not fit its jwk.')
  }
}

/** A text that is there and not empty. */
function readText(claims: JsonObject, name: string): string {
  const value = ownMember(claims, name)
  return typeof value === 'string' && value !== ''
    ? value
    : refuseProof(`The claim ${name} of the proof is not a text.`)
}

function readTime(claims: JsonObject, name: string): number | undefined {
  const value = ownMember(claims, name)
  if (value === undefined) return undefined
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuseProof(`The claim ${name} of the proof is not a number of seconds since 1970.`)
}

/** When the proof was made, in seconds since 1970: lately. */
function readIssuedAt(claims: JsonObject, { now, windowSeconds }: ProofExpectation): number {
  const seconds = now / 1000
  const issuedAt = readTime(claims, 'iat') ?? refuseProof('The proof has no iat.')
  // Asked the other way round, a clock that gives no number would pass.
  if (!(issuedAt > seconds - windowSeconds)) {
    refuseProof(`The proof is older than ${windowSeconds} seconds.`)
  }
  if (!(issuedAt <= seconds + AHEAD_SECONDS)) refuseProof('The iat of the proof is in the future.')
  if (!(seconds < (readTime(claims, 'exp') ?? Infinity))) refuseProof('The proof has expired.')
  if (!((readTime(claims, 'nbf') ?? -Infinity) <= seconds + AHEAD_SECONDS)) {
    refuseProof('The proof is not active yet.')
  }
  return issuedAt
}

function checkTarget(claims: JsonObject, { method, urls }: ProofExpectation): void {
  if (readText(claims, 'htm') !== method) {
    refuseProof('The htm of the proof is not the method of the request.')
  }
  const url = targetUrl(readText(claims, 'htu'))
  if (url === undefined || !urls.includes(url)) {
    refuseProof(
      'The htu of the proof is not the URL of the request. Behind a proxy, name the URL by which clients reach the server: publicUrl.',
    )
  }
}

function checkToken(claims: JsonObject, token: string): void {
  const digest = createHash('sha256').update(token).digest('base64url')
  if (readText(claims, 'ath') !== digest) {
    refuseProof('The ath of the proof is not the SHA-256 of the access token.')
  }
}

/**
 * Checks a proof (RFC 9449 section 4.3) but for its nonce, and for whether it was used before.
 *
 * @param proof - the value of the one header `DPoP`
 * @throws {TokenError} `proof_invalid`
 */
export function checkProof(proof: string, expected: ProofExpectation): CheckedProof {
  const { claims, ...compact } = parse(proof)
  checkSignature(compact, expected.thumbprint)
  const id = readText(claims, 'jti')
  if (id.length > MAX_ID_LENGTH) {
    refuseProof(`The jti of the proof is longer than ${MAX_ID_LENGTH} characters.`)
  }
  checkTarget(claims, expected)
  const issuedAt = readIssuedAt(claims, expected)
  checkToken(claims, expected.token)
  const nonce = Object.hasOwn(claims, 'nonce') ? readText(claims, 'nonce') : undefined
  const contentDigest = ownMember(claims, 'content_digest')
  return {
    id,
    nonce,
    contentDigest,
    expiresAt: Math.ceil((issuedAt + expected.windowSeconds) * 1000),
  }
}
