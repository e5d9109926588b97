import { AuthError, TokenError } from '../error.js'
import { keepContentDigest, readContentDigest } from './content-digest.js'
import type { DpopRules } from './options.js'
import { checkProof, refuseProof } from './proof.js'
import { proofKey, type ProofRegister } from './proof-register.js'
import { headerOf, targetOf, type ProofRequest } from './proof-request.js'
import { targetUrls } from './target-url.js'

/** A token that is bound to a key, and how its proof is checked. */
export interface BoundToken {
  readonly token: string
  /** Of that key. */
  readonly thumbprint: string
  /** Whether it came in `Authorization`, whose scheme must then be DPoP. */
  readonly isInAuthorization: boolean
  readonly rules: DpopRules
  /** In milliseconds since 1970. */
  readonly now: number
}

/** Requests whose proof was good, with the token that it was for. */
const proven = new WeakMap<object, string>()
/** Requests that nobody sent with the token: somebody asks about it. */
const asking = new WeakSet<object>()

const DPOP_SCHEME = /^[\t ]*dpop(?: |$)/i

/** Whether the token of a request was sent with the scheme `DPoP` (RFC 9449 section 7.1). */
export function isSentAsDpop(authorization: string | undefined): boolean {
  if (authorization === undefined || authorization.startsWith('Bearer ')) return false
  return DPOP_SCHEME.test(authorization)
}

/** Whether the proof of this request was checked and good for this token. */
export function isProven(request: object, token: string): boolean {
  return proven.get(request) === token
}

/** Marks a request that was not sent with its token: to find out about a token, its key is not needed. It gives nobody access. */
export function withoutProof<Request extends object>(request: Request): Request {
  asking.add(request)
  return request
}

/** Whether a request is marked so. */
export function isWithoutProof(request: object): boolean {
  return asking.has(request)
}

function refuseMissing(message: string): never {
  throw new TokenError('proof_missing', message, { claim: 'cnf' })
}

/** The one proof of a request. */
function readProof(request: ProofRequest, isInAuthorization: boolean): string {
  if (isInAuthorization && !isSentAsDpop(headerOf(request, 'authorization'))) {
    refuseMissing('The token is bound to a key (cnf.jkt), but was sent as a bearer token.')
  }
  const proof = headerOf(request, 'dpop') ?? ''
  if (proof === '') refuseMissing('The request has no header DPoP with the proof for its token.')
  if (proof.includes(',')) refuseProof('The request has more than one header DPoP.')
  return proof
}

/** Remembers a proof as used. @throws {AuthError} `proofs_unavailable` where nobody knows whether it was before */
async function isFirstUse(
  register: ProofRegister,
  key: string,
  expiresAt: number,
): Promise<boolean> {
  try {
    const isFirst: unknown = await register.register(key, expiresAt)
    if (typeof isFirst === 'boolean') return isFirst
  } catch (cause) {
    throw new AuthError('proofs_unavailable', 'The register of proofs cannot be asked.', { cause })
  }
  throw new AuthError('proofs_unavailable', 'The register of proofs said neither true nor false.')
}

/**
 * Refuses a request whose sender has not shown the key that its token is bound to (RFC 9449 sections 4.3 and 7).
 *
 * @param request - undefined where the provider was given none: nothing can be shown then
 * @throws {TokenError} `proof_missing`, `proof_invalid`, `proof_nonce`
 * @throws {AuthError} `proofs_unavailable`
 */
export async function requireProof(
  { token, thumbprint, isInAuthorization, rules, now }: BoundToken,
  request: ProofRequest | undefined,
): Promise<void> {
  if (request !== undefined && (asking.has(request) || isProven(request, token))) return
  const target = request && targetOf(request)
  if (request === undefined || target === undefined) {
    return refuseMissing(
      'The token is bound to a key, and the provider was given no request to find its proof in.',
    )
  }
  const proof = readProof(request, isInAuthorization)
  const { proof: context } = request
  const { windowSeconds, nonces } = rules
  const checked = checkProof(proof, {
    token,
    thumbprint,
    method: target.method,
    urls: targetUrls(target.url, context?.publicUrl),
    now,
    windowSeconds,
  })
  if (nonces !== undefined && !nonces.isGood(checked.nonce ?? '', now)) {
    throw new TokenError('proof_nonce', 'The proof has no nonce of this server, or an old one.', {
      nonce: nonces.make(now),
    })
  }
  const { contentDigest } = checked
  if (contentDigest !== undefined) keepContentDigest(request, readContentDigest(contentDigest))
  const register = rules.proofs ?? context?.proofs ?? rules.ownProofs
  if (!(await isFirstUse(register, proofKey(thumbprint, checked.id), checked.expiresAt))) {
    refuseProof('The proof was used before.')
  }
  proven.set(request, token)
}
