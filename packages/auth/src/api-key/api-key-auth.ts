import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.js'
import { isApiKey, looksLikeApiKey } from './form.js'
import { apiKeyDigest } from './make.js'
import { judgeMaker, type MakerJudge } from './maker.js'
import { judgedUpToOf, revocableOfMaker } from './maker-token.js'
import type { Principal } from '../access/principal.js'
import { AuthError, TokenError } from '../error.js'
import type { RevocableToken } from '../revocation/revocation-list.js'
import { revocableOf } from '../revocation/revocable.js'
import type {
  AuthProvider,
  AuthRequest,
  TokenExplanation,
  UserAccess,
} from '../provider/auth-provider.js'
import { explainChecks } from '../explain/checks.js'
import type { TokenForm } from '../provider/token-form.js'

/** The issuer of every API key. No token of any other provider may name it. */
export const API_KEY_ISSUER = 'signet:api-keys'

/** What an API key says, in the form of claims. */
export interface ApiKeyUser {
  /** `key:` and the id of the key. */
  readonly sub: string
  readonly iss: typeof API_KEY_ISSUER
  /** What its maker calls it. */
  readonly name: string
  /** What it may do at most. */
  readonly scope: string
  /** When it was made, in seconds since 1970. */
  readonly iat: number
  /** When it expires, in seconds since 1970; absent where it never does. */
  readonly exp?: number | undefined
  /** Who made it. They do not act here (RFC 8693 section 4.1), so that this is not an `act`. */
  readonly maker: { readonly iss: string; readonly sub: string }
}

/** What API keys are judged by. */
export interface ApiKeyAuthOptions extends MakerJudge {
  readonly store: Pick<ApiKeyStore, 'findByDigest'>
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What was found out about a key when it was authenticated. */
interface Judged {
  readonly record: ApiKeyRecord
  readonly maker: Principal
}

/** The subject of a key, under `API_KEY_ISSUER`. */
export function apiKeySubject(id: string): string {
  return `key:${id}`
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

function userOf({ id, name, scopes, createdAt, expiresAt }: ApiKeyRecord, maker: Principal) {
  return Object.freeze({
    sub: apiKeySubject(id),
    iss: API_KEY_ISSUER,
    name,
    scope: scopes.join(' '),
    iat: seconds(createdAt),
    ...(expiresAt !== undefined && { exp: seconds(expiresAt) }),
    maker: Object.freeze({ iss: maker.issuer, sub: maker.subject }),
  } satisfies ApiKeyUser)
}

function refuseMisspelt(token: string): void {
  if (isApiKey(token)) return
  throw new TokenError('token_malformed', 'The API key is misspelt: its checksum is wrong.')
}

function refuseRevoked({ revokedAt }: ApiKeyRecord): void {
  if (revokedAt !== undefined) throw new TokenError('token_revoked', 'The API key was revoked.')
}

/**
 * Authenticates requests by API keys. A key is a subject of its own, `key:<id>`, with a memory of its own;
 * it may do what it was given, as far as its maker may still do it by the provider and the role table in
 * force. It cannot make keys.
 *
 * A key that is misspelt is refused without a look at the store; any other costs one indexed read. What is
 * looked up is its SHA-256: how long that takes may tell something of how two digests differ, but whoever
 * sends a key cannot steer its digest, and a digest does not lead back to 256 random bits. So nothing is
 * left for a comparison in constant time to hide.
 */
export class ApiKeyAuth implements AuthProvider<ApiKeyUser> {
  readonly name = 'api keys'
  readonly #options: ApiKeyAuthOptions
  readonly #now: () => number
  readonly #judged = new WeakMap<ApiKeyUser, Judged>()

  constructor(options: ApiKeyAuthOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** True for whatever begins as a key does. */
  accepts({ token }: TokenForm): boolean {
    return looksLikeApiKey(token)
  }

  /**
   * Finds a key and judges its maker.
   *
   * @throws {TokenError} `token_malformed` where it is misspelt, `token_key_unknown`, `token_revoked`,
   *   `token_expired`
   * @throws {AuthError} `access_denied` where its maker may not call any more
   * @throws an error of the store
   */
  async authenticateToken(token: string, request: AuthRequest): Promise<ApiKeyUser> {
    refuseMisspelt(token)
    return this.recallKey(apiKeyDigest(token), request)
  }

  /**
   * The same for a key that was authenticated once, by its digest.
   *
   * @throws {TokenError} `token_key_unknown`, `token_revoked` or `token_expired`
   * @throws {AuthError} `access_denied` where its maker may not call any more
   * @throws an error of the store
   */
  async recallKey(digest: string, request: AuthRequest): Promise<ApiKeyUser> {
    const record = await this.#find(digest)
    refuseRevoked(record)
    this.#refuseExpired(record)
    const maker = await judgeMaker(record.maker, this.#options, request)
    const user = userOf(record, maker)
    this.#judged.set(user, { record, maker })
    return user
  }

  /**
   * Says of each check of a key whether it passes.
   * @throws an error of the store
   */
  async explainToken(token: string, request: AuthRequest): Promise<TokenExplanation> {
    let record: ApiKeyRecord | undefined
    const found = (): ApiKeyRecord => {
      if (record === undefined)
        throw new TypeError('A check of an API key ran before the key was found.')
      return record
    }
    const checks = [
      { name: 'spelling', check: () => refuseMisspelt(token) },
      {
        name: 'key',
        check: async () => {
          record = await this.#find(apiKeyDigest(token))
        },
      },
      { name: 'revocation', check: () => refuseRevoked(found()) },
      { name: 'expiry', check: () => this.#refuseExpired(found()) },
      { name: 'maker', check: () => judgeMaker(found().maker, this.#options, request) },
    ]
    return explainChecks(checks, () => ({ token, now: this.#now() / 1000 }))
  }

  /** Whether a key is one that was authenticated here. */
  authorizeUser(user: ApiKeyUser): boolean {
    return this.#judged.has(user)
  }

  /** No roles, and at most what the maker may do now. */
  accessOf(user: ApiKeyUser): UserAccess {
    return { roles: {}, grants: this.#judgedOf(user).maker.permissions.granted }
  }

  /** When a key expires, in seconds since 1970; undefined where it never does. */
  expiryOf({ exp }: ApiKeyUser): number | undefined {
    return exp
  }

  /** Nothing: a key makes no keys, which nobody could judge any more. */
  voucherOf(_user: ApiKeyUser): undefined {
    return undefined
  }

  /** The id of a key that was authenticated here. */
  idOf(user: ApiKeyUser): string {
    return this.#judgedOf(user).record.id
  }

  /**
   * What a key that was authenticated here can be revoked by: the key itself, the token that made it, and, where
   * the provider gives its maker or the session another name now, whatever that one was given.
   */
  revocableOf(user: ApiKeyUser): readonly RevocableToken[] {
    const { record, maker } = this.#judgedOf(user)
    const key = { ...revocableOf(user, () => record.digest), judgedUpTo: judgedUpToOf(record) }
    return [key, ...revocableOfMaker(record, maker)]
  }

  /** The digest of a key that was authenticated here. */
  digestOf(user: ApiKeyUser): string {
    return this.#judgedOf(user).record.digest
  }

  async #find(digest: string): Promise<ApiKeyRecord> {
    const record = await this.#options.store.findByDigest(digest)
    if (record !== undefined) return record
    throw new TokenError('token_key_unknown', 'There is no such API key.')
  }

  #refuseExpired({ expiresAt }: ApiKeyRecord): void {
    // Asked the other way round, a clock that gives no number would pass.
    if (expiresAt !== undefined && !(this.#now() < expiresAt)) {
      const expiredAt = seconds(expiresAt)
      throw new TokenError('token_expired', 'The API key has expired.', { expiredAt })
    }
  }

  #judgedOf(user: ApiKeyUser): Judged {
    const judged = this.#judged.get(user)
    if (judged === undefined) {
      throw new AuthError('access_denied', 'This server did not authenticate the API key.')
    }
    return judged
  }
}
