import { MastraClientError } from './error.js'

/**
 * Gives the token of a request. With `refresh: true` the last one was refused because it had expired or
 * was revoked: a new one is wanted. May remember tokens; need not guard against parallel calls.
 */
export type TokenFunction = (options: { readonly refresh: boolean }) => string | Promise<string>

/** A token, and when it was asked for. */
export interface HeldToken {
  readonly value: string
  /** How many renewals had been made by then. */
  readonly generation: number
}

async function ask(getToken: TokenFunction, refresh: boolean): Promise<string> {
  let token: unknown
  try {
    token = await getToken({ refresh })
  } catch (cause) {
    throw new MastraClientError('token_unavailable', 'The function token threw an error.', {
      cause,
    })
  }
  if (typeof token === 'string' && token !== '') return token
  throw new MastraClientError('token_unavailable', 'The function token did not return a token.')
}

/** Gets tokens from the caller's function; requests that need one at the same time share the call. */
export class TokenSource {
  readonly #getToken: TokenFunction
  #generation = 0
  #current: Promise<HeldToken> | undefined
  #renewal: Promise<HeldToken> | undefined
  #isRenewing = false

  constructor(getToken: TokenFunction) {
    this.#getToken = getToken
  }

  /** @throws {MastraClientError} `token_unavailable` */
  get(): Promise<HeldToken> {
    // While a new one is on its way, the old one would only be refused.
    if (this.#isRenewing && this.#renewal) return this.#renewal
    if (this.#current) return this.#current
    const generation = this.#generation
    const asked: Promise<HeldToken> = ask(this.#getToken, false)
      .then((value) => ({ value, generation }))
      .finally(() => {
        if (this.#current === asked) this.#current = undefined
      })
    this.#current = asked
    return asked
  }

  /**
   * A new token for one that was refused. Where a renewal was made since that one was asked for, it is
   * that renewal's, even if it failed: the function is asked once for all requests that were under way.
   * @throws {MastraClientError} `token_unavailable`
   */
  renew(refused: HeldToken): Promise<HeldToken> {
    if (this.#renewal && refused.generation < this.#generation) return this.#renewal
    const generation = ++this.#generation
    this.#isRenewing = true
    // Asked for before the renewal, so it may be the old one: whoever comes next asks again.
    this.#current = undefined
    this.#renewal = ask(this.#getToken, true)
      .then((value) => ({ value, generation }))
      .finally(() => {
        this.#isRenewing = false
      })
    return this.#renewal
  }
}
