import type { AuthRequest, ProofContext } from '@signet/auth'
import type { Incoming } from '../http/incoming.js'

/**
 * What a provider sees. A class, whose getters are made once: an object with getters of its own costs more
 * than the whole look-up of a token.
 */
class IncomingAuthRequest implements AuthRequest {
  /** A function of its own, so that it can be taken out of the request. */
  readonly header: AuthRequest['header']
  readonly proof: ProofContext | undefined
  readonly #request: Incoming

  constructor(request: Incoming, proof: ProofContext | undefined) {
    this.proof = proof
    this.#request = request
    this.header = (name) => request.header(name.toLowerCase())
  }

  get raw(): Request {
    return this.#request.raw
  }

  get headers(): Headers {
    return this.#request.headers
  }
}

/** What a provider sees where somebody is judged who sends no request just now. */
export function nobodyAsks(): AuthRequest {
  const raw = new Request('http://localhost/')
  return { raw, headers: raw.headers, header: () => undefined }
}

/**
 * A request as a provider sees it. What costs something is made when the provider asks for it.
 * @param proof - what a DPoP proof is checked with. Default: what the request says, and the memory of the provider
 */
export function toAuthRequest(request: Incoming, proof?: ProofContext): AuthRequest {
  return new IncomingAuthRequest(request, proof)
}
