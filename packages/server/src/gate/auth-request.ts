import type { AuthRequest } from '@signet/auth'
import type { Incoming } from '../http/incoming.js'

/**
 * What a provider sees. A class, whose getters are made once: an object with getters of its own costs more
 * than the whole look-up of a token.
 */
class IncomingAuthRequest implements AuthRequest {
  /** A function of its own, so that it can be taken out of the request. */
  readonly header: AuthRequest['header']
  readonly #request: Incoming

  constructor(request: Incoming) {
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

/** A request as a provider sees it. What costs something is made when the provider asks for it. */
export function toAuthRequest(request: Incoming): AuthRequest {
  return new IncomingAuthRequest(request)
}
