import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { readSubject } from '../access/create-principal.js'
import { ConfigurationError, TokenError } from '../error.js'
import type { OptionNames } from '../option/closed-options.js'
import type { AuthRequest } from './auth-provider.js'
import { MastraAuthProvider, type MastraAuthProviderOptions } from './mastra-auth-provider.js'
import { readOptions } from '../option/read-options.js'
import { A_FUNCTION, A_ROLE, A_TEXT, checkForms, checkOptions } from './option-checks.js'
import { checkOpaqueToken } from './opaque-token.js'
import { readTokenUser, type TokenUser } from './token-user.js'
import type { TokenForm } from './token-form.js'
import { isObject } from '../lib/object.js'

/** Options of `SimpleAuth`. */
export interface SimpleAuthOptions<
  User extends object = object,
> extends MastraAuthProviderOptions<User> {
  /**
   * Whose token is whose: a user, or `{ user, expiresAt }`. A token has at least 32 characters, of those
   * that a bearer token can have (RFC 6750 section 2.1). A user is plain data with a `sub` or an `id`.
   */
  readonly tokens: Readonly<Record<string, User | TokenUser<User>>>
  /** Only `Authorization` counts, with the scheme `Bearer`: any other name is refused. */
  readonly headers?: string | readonly string[] | undefined
  /** The role of a user that names neither role nor scope. Default: `member`; null for none. */
  readonly defaultRole?: string | null | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

const OPTIONS: OptionNames<SimpleAuthOptions> = {
  tokens: true,
  headers: true,
  defaultRole: true,
  now: true,
  name: true,
  authorizeUser: true,
  mapUserToResourceId: true,
  public: true,
  protected: true,
}

function digest(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('base64')
}

function checkHeaders(headers: unknown): void {
  const names: readonly unknown[] = [headers ?? []].flat()
  const isKnown = (name: unknown) =>
    typeof name === 'string' && name.toLowerCase() === 'authorization'
  if (names.every(isKnown)) return
  throw new ConfigurationError(
    'option_invalid',
    'The option headers of SimpleAuth names another header than Authorization, and no other header, cookie or parameter is read. Send Authorization: Bearer <token>, and leave the option out.',
  )
}

function readTokens<User extends object>(tokens: unknown): Map<string, TokenUser<User>> {
  const entries = isObject(tokens) ? Object.entries(tokens) : []
  if (entries.length === 0) {
    throw new ConfigurationError(
      'option_invalid',
      'The option tokens of SimpleAuth is empty, so every call would be refused. Give it at least one token.',
    )
  }
  return new Map(
    entries.map(([token, entry]: readonly [string, unknown], index) => {
      const what = `Token ${index + 1} of SimpleAuth`
      checkOpaqueToken(token, what)
      return [digest(token), readTokenUser<User>(entry, what)]
    }),
  )
}

/**
 * Authenticates requests by opaque tokens that are written down beforehand, as in Mastra: for
 * tests, scripts and a few machines. Users and expiry are read when it is made.
 *
 * Only SHA-256 digests of the tokens are kept, and the digest of a token is looked up. How long a lookup
 * takes may tell something of how two digests differ, but nothing of the tokens: whoever sends one
 * cannot steer its digest, and a digest does not lead back to a token of at least 32 characters. So
 * nothing is left for a comparison in constant time to hide.
 * @example
 * ```typescript
 * import { SimpleAuth } from '@signet/auth'
 *
 * export const auth = new SimpleAuth({
 *   tokens: { [process.env['ROBOT_TOKEN'] ?? '']: { id: 'robot', role: 'viewer' } },
 * })
 * ```
 */
export class SimpleAuth<User extends object = object> extends MastraAuthProvider<User> {
  /** Tells Mastra's server what this is. */
  readonly isSimpleAuth = true
  readonly defaultRole: string | undefined
  readonly #users: ReadonlyMap<string, TokenUser<User>>
  readonly #known: WeakSet<User>
  readonly #now: () => number

  /**
   * @throws {ConfigurationError} `secret_too_short` for a token under 32 characters, `secret_is_sample`
   *   for a well-known one; `option_invalid` for one that is too simple, looks like a JWT or can be no
   *   bearer token, for a user without a subject, and for headers other than `Authorization`
   */
  constructor(given: SimpleAuthOptions<User>) {
    const options = readOptions(given)
    super({ ...options, name: options.name ?? 'simple' })
    checkOptions('SimpleAuth', options, OPTIONS)
    checkHeaders(options.headers)
    checkForms(options, { defaultRole: A_ROLE, name: A_TEXT, now: A_FUNCTION })
    this.defaultRole = options.defaultRole === null ? undefined : (options.defaultRole ?? 'member')
    this.#users = readTokens(options.tokens)
    this.#known = new WeakSet([...this.#users.values()].map(({ user }) => user))
    this.#now = options.now ?? Date.now
  }

  /** True for every token that is not a JWT, known or not: whether it is known is not told before it is asked. */
  accepts({ isJwt }: TokenForm): boolean {
    return !isJwt
  }

  /**
   * The user of a token, deep-frozen; with `exp` where the token expires.
   * @throws {TokenError} `token_key_unknown`, or `token_expired` at and after `expiresAt`
   */
  override async authenticateToken(token: string): Promise<User> {
    const known = typeof token === 'string' ? this.#users.get(digest(token)) : undefined
    if (known === undefined) {
      throw new TokenError('token_key_unknown', 'SimpleAuth does not know the token.')
    }
    const { user, expiresAt } = known
    // Asked the other way round, a clock that gives no number would pass.
    if (expiresAt !== undefined && !(this.#now() / 1000 < expiresAt)) {
      throw new TokenError('token_expired', 'The token of SimpleAuth has expired.', {
        expiredAt: expiresAt,
      })
    }
    return user
  }

  /** Whether a user is one of its own. */
  override authorizeUser(user: User, _request: AuthRequest): boolean | Promise<boolean> {
    return this.#known.has(user)
  }

  /**
   * The user of the same subject, as it is written down now; of several, the one that has not changed.
   * Whether a token of theirs has expired does not matter.
   */
  recallUser(user: Readonly<Record<string, unknown>>): User | undefined {
    const known = [...new Set([...this.#users.values()].map((entry) => entry.user))]
    const subject = readSubject(user)
    const same = known.filter((each) => readSubject(each) === subject)
    if (same.length <= 1) return same[0]
    return same.find((each) => isDeepStrictEqual(JSON.parse(JSON.stringify(each)), user))
  }

  /** Who owns what this user stores: the subject. */
  override mapUserToResourceId(user: User): string | null | undefined {
    return readSubject(user)
  }
}
