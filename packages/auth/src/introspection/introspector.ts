import { LRUCache } from 'lru-cache'
import { AuthError } from '../error.js'
import { tokenDigest } from '../jws/digest.js'
import type { Claims } from '../jwt/claims.js'
import { measureAge } from '../lib/age.js'
import type { Introspection } from './options.js'
import { introspectionFailed, requestIntrospection, type IntrospectionResponse } from './request.js'

/** How an issuer is asked about tokens. */
export interface IntrospectorOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The clock, in milliseconds since 1970. A response is as old as this clock says, or that of the machine where that is more.
   * Default: `Date.now`.
   */
  readonly now?: (() => number) | undefined
  /** Whether responses are kept. Default: true. */
  readonly keeps?: boolean | undefined
}

/** What is kept of a response, and for how long. */
interface Kept {
  readonly response: IntrospectionResponse
  /** Since the issuer was asked. */
  readonly ageMs: () => number
  readonly keptMs: number
}

/** How long a response is kept that says that a token is active, in milliseconds; a token that ends before is not kept longer. */
export const ACTIVE_MS = 60_000
/** How long one is kept that says that a token is not active. */
export const INACTIVE_MS = 10_000
/** How many tokens are known as not active. */
export const MAX_INACTIVE = 1000
/** Most memory for tokens that are active, in bytes, reckoned from the length of each response. */
const MAX_ACTIVE_BYTES: number = 8 * 1024 * 1024
/** What an entry takes beside what grows with its response, and how many bytes for each of its characters. */
const ENTRY_BYTES = 1024
const BYTES_PER_CHARACTER = 8
/** Requests to the endpoint at one time. */
export const MAX_REQUESTS = 64
/** Of these, so many are only for tokens that were active before: tokens that somebody makes up cannot take them. */
export const RESERVED_REQUESTS = 16

/** How long a response holds. @param now - in milliseconds since 1970 */
function keptMsOf({ claims }: IntrospectionResponse, now: number): number {
  if (claims === undefined) return INACTIVE_MS
  const { exp } = claims
  return typeof exp === 'number' ? Math.min(exp * 1000 - now, ACTIVE_MS) : ACTIVE_MS
}

/**
 * Asks an issuer about opaque tokens, and remembers for a while what it said. Tokens are told by their digest. Active tokens and others
 * are remembered apart, so that tokens that somebody makes up displace only each other.
 */
export class Introspector {
  readonly #introspection: Introspection
  readonly #fetch: typeof globalThis.fetch
  readonly #now: (() => number) | undefined
  readonly #keeps: boolean
  readonly #active = new LRUCache<string, Kept>({
    maxSize: MAX_ACTIVE_BYTES,
    sizeCalculation: ({ response }) => ENTRY_BYTES + BYTES_PER_CHARACTER * response.length,
  })
  readonly #inactive = new LRUCache<string, Kept>({ max: MAX_INACTIVE })
  /** The one request that is running for each token. */
  readonly #flights = new Map<string, Promise<IntrospectionResponse>>()

  constructor(introspection: Introspection, options: IntrospectorOptions = {}) {
    this.#introspection = introspection
    this.#fetch = options.fetch ?? globalThis.fetch
    this.#now = options.now
    this.#keeps = options.keeps ?? true
  }

  /**
   * What the issuer says of a token, or said a moment ago.
   * @returns undefined for a token that is not active
   * @throws {AuthError} `keys_unavailable` where the issuer does not say it, or too many requests are running
   */
  claimsOf(token: string): Claims | undefined | Promise<Claims | undefined> {
    const digest = tokenDigest(token)
    const kept = this.#kept(digest)
    return kept === undefined ? this.#join(digest, token) : kept.claims
  }

  /**
   * The same, asked now, whatever it said before.
   * @throws {AuthError} as `claimsOf`
   */
  freshClaimsOf(token: string): Promise<Claims | undefined> {
    return this.#join(tokenDigest(token), token)
  }

  #kept(digest: string): IntrospectionResponse | undefined {
    const kept = this.#active.get(digest) ?? this.#inactive.get(digest)
    // Asked the other way round, a clock that gives no number would keep it for ever.
    return kept !== undefined && kept.ageMs() < kept.keptMs ? kept.response : undefined
  }

  async #join(digest: string, token: string): Promise<Claims | undefined> {
    const running = this.#flights.get(digest)
    if (running !== undefined) return (await running).claims
    // An old entry is not served any more, but tells that the token was active.
    const free = this.#active.has(digest) ? MAX_REQUESTS : MAX_REQUESTS - RESERVED_REQUESTS
    if (this.#flights.size >= free) {
      throw new AuthError(
        'keys_unavailable',
        `The token cannot be introspected now: ${this.#flights.size} requests to the endpoint are running.`,
      )
    }
    const flight = this.#ask(digest, token).finally(() => this.#flights.delete(digest))
    this.#flights.set(digest, flight)
    return (await flight).claims
  }

  async #ask(digest: string, token: string): Promise<IntrospectionResponse> {
    const ageMs = measureAge(this.#now)
    try {
      const response = await requestIntrospection(token, this.#introspection, this.#fetch)
      if (this.#keeps) this.#keep(digest, response, ageMs)
      return response
    } catch (cause) {
      throw introspectionFailed(this.#introspection, cause)
    }
  }

  #keep(digest: string, response: IntrospectionResponse, ageMs: () => number): void {
    const [cache, other] =
      response.claims === undefined
        ? [this.#inactive, this.#active]
        : [this.#active, this.#inactive]
    other.delete(digest)
    cache.set(digest, { response, ageMs, keptMs: keptMsOf(response, (this.#now ?? Date.now)()) })
  }
}
