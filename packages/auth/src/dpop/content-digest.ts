import { createHash } from 'node:crypto'
import { refuseProof } from './proof.js'

/** A SHA-256 as a digest field has it (RFC 9530 section 2). */
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

/** Requests whose body will be compared with the digest in their proof, by whoever made the request. */
const comparing = new WeakSet<object>()
const digests = new WeakMap<object, string>()

/**
 * Says of a request that whoever made it compares its body with `contentDigestOf` once it is let in, and before anything is done
 * with it. Without it, a proof with such a digest is refused: nobody would look at it.
 */
export function comparesContent<Request extends object>(request: Request): Request {
  comparing.add(request)
  return request
}

/** The digest of the body that the proof of this request names, once the proof is good; undefined where it names none. */
export function contentDigestOf(request: object): string | undefined {
  return digests.get(request)
}

/**
 * Reads the claim `content_digest` of a proof, by which MCP binds a proof to the body of its request.
 * @returns the digest in base64
 * @throws {TokenError} `proof_invalid`
 */
export function readContentDigest(claim: unknown): string {
  const [, digest] = (typeof claim === 'string' && DIGEST.exec(claim)) || []
  return digest ?? refuseProof('The content_digest of the proof is not sha-256=:<base64>:.')
}

/**
 * Keeps the digest for whoever made the request.
 * @throws {TokenError} `proof_invalid` where nobody would compare it
 */
export function keepContentDigest(request: object, digest: string): void {
  if (!comparing.has(request)) {
    refuseProof(
      'The proof has the claim content_digest, and the body of the request cannot be read here. Leave the claim out.',
    )
  }
  digests.set(request, digest)
}

/**
 * Refuses a body that is not the one for which a proof was made.
 * @param digest - as `contentDigestOf` gives it
 * @throws {TokenError} `proof_invalid`
 */
export function checkContent(digest: string, body: Uint8Array): void {
  if (createHash('sha256').update(body).digest('base64') === digest) return
  refuseProof('The content_digest of the proof is not the SHA-256 of the body.')
}
