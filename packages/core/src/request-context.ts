import type { Permission, Principal } from '@signet/auth'

/** How a caller is known again where there is no request any more. */
export interface RunCredential {
  /**
   * Who calls, as it takes to judge them again: plain JSON without a secret. Undefined where nobody vouches for them
   * without their request.
   */
  record(): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Whether what they asked with has been revoked, as far as is known by now. */
  isRevoked(): boolean
}

/** Who calls, and what they sent along. */
export interface RequestIdentity {
  /** Whose token verified. */
  readonly principal?: Principal | undefined
  /** The `requestContext` that the client sent: its word, not ours. */
  readonly client?: Readonly<Record<string, unknown>> | undefined
  /** The id of the request, as its caller is told. */
  readonly requestId?: string | undefined
  /** Whether anybody may have sent the request, and nobody has said who. Default: false. */
  readonly isStranger?: boolean | undefined
  /** How the principal is known again later. Default: not at all. */
  readonly credential?: RunCredential | undefined
  /**
   * Is told of a name that somebody looked up here, where nobody has set it and the client has sent it. It
   * must not throw. Default: nobody is told.
   */
  readonly onClientName?: ((name: string) => void) | undefined
}

const USER = 'user'
/** Apart from the contexts, which tools and steps get. */
const CREDENTIALS = new WeakMap<RequestContext, RunCredential>()
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * What travels with a request through agent and tools: values that the application sets, the frozen
 * principal, and, apart from both, what the client sent.
 *
 * With a principal, `get('user')` are its verified claims and cannot be set, deleted or shadowed.
 * Nothing that a client sends appears anywhere but in `client`. The raw token is not here.
 * @example
 * ```typescript
 * import { RequestContext } from '@signet/core/request-context'
 *
 * const requestContext = new RequestContext([['locale', 'de-CH']])
 * console.log(requestContext.get('locale'), requestContext.isStranger)
 * ```
 */
export class RequestContext {
  /** Who calls; undefined for a stranger, and where the application runs an agent without a request. */
  readonly principal: Principal | undefined
  /** The id of the request, as its caller is told; undefined where the application runs an agent without one. */
  readonly requestId: string | undefined
  /** Whether anybody may have sent the request, as to a public route: a stranger may do nothing. */
  readonly isStranger: boolean
  /** What the client sent as `requestContext`. Never use it to decide what a caller may do. */
  readonly client: Readonly<Record<string, unknown>>
  readonly #values: Map<string, unknown>
  readonly #onClientName: ((name: string) => void) | undefined

  /** @param entries - first values of the application */
  constructor(entries: Iterable<readonly [string, unknown]> = [], identity: RequestIdentity = {}) {
    this.principal = identity.principal
    this.requestId = identity.requestId
    this.isStranger = identity.principal === undefined && identity.isStranger === true
    this.client = identity.client === undefined ? NOTHING : Object.freeze({ ...identity.client })
    this.#values = new Map(entries)
    this.#onClientName = identity.onClientName
    if (this.principal !== undefined) this.#values.set(USER, this.principal.claims)
    if (identity.credential !== undefined) CREDENTIALS.set(this, identity.credential)
    Object.freeze(this)
  }

  /**
   * Whether the caller holds a permission: the principal, where there is one, else the application itself,
   * which may do everything. A stranger holds none.
   */
  allows(permission: Permission): boolean {
    if (this.principal !== undefined) return this.principal.permissions.allows(permission)
    return !this.isStranger
  }

  get(key: string): unknown {
    const value = this.#values.get(key)
    if (value === undefined) this.#tellClientName(key)
    return value
  }

  has(key: string): boolean {
    const isSet = this.#values.has(key)
    if (!isSet) this.#tellClientName(key)
    return isSet
  }

  /** @throws {TypeError} for `user` where there is a principal */
  set(key: string, value: unknown): void {
    this.#refuseUser(key)
    this.#values.set(key, value)
  }

  /** @throws {TypeError} for `user` where there is a principal */
  delete(key: string): boolean {
    this.#refuseUser(key)
    return this.#values.delete(key)
  }

  keys(): IterableIterator<string> {
    return this.#values.keys()
  }

  values(): IterableIterator<unknown> {
    return this.#values.values()
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#values.entries()
  }

  forEach(visit: (value: unknown, key: string) => void): void {
    this.#values.forEach((value, key) => visit(value, key))
  }

  size(): number {
    return this.#values.size
  }

  /** Who reads a name that only the client has sent may take it for a verified one: it is in `client` alone. */
  #tellClientName(key: string): void {
    if (this.#onClientName === undefined || key === USER || this.#values.has(key)) return
    if (Object.hasOwn(this.client, key)) this.#onClientName(key)
  }

  #refuseUser(key: string): void {
    if (key === USER && this.principal !== undefined) {
      throw new TypeError(
        'The value user of a request context is the verified principal. It cannot be changed.',
      )
    }
  }
}

/** How the principal of a context is known again later; undefined where they are not. */
export function credentialOf(context: RequestContext): RunCredential | undefined {
  return CREDENTIALS.get(context)
}
