import type { RoleTable } from '../access/role.js'
import type { ScopeMap } from '../access/scope-map.js'
import type { ClaimMap } from '../claim/claim-map.js'
import type { ProofContext } from '../dpop/proof-request.js'
import type { Explanation } from '../explain/checks.js'
import type { PathRule } from './path-rule.js'
import type { TokenForm } from './token-form.js'

/** The request as a provider sees it. */
export interface AuthRequest {
  /** The request itself. Its body is not read yet, and is not for a provider to read. */
  readonly raw: Request
  readonly headers: Headers
  header(name: string): string | undefined
  /**
   * What the server or guard knows that a DPoP proof is checked with (RFC 9449 section 4.3). Default: the URL is what `raw` says, and
   * used proofs are remembered by the provider.
   */
  readonly proof?: ProofContext | undefined
}

/* oxlint-disable signet/optional-takes-undefined -- A method such as `authorizeUser` that is written out but undefined
   would open what it was meant to close. `defineAuth` refuses it, and so do types where they can. */

/**
 * Who may call: what the server asks of `server.auth`. Structural on purpose: a plain object will do.
 */
export interface AuthProvider<User extends object = object> {
  /** For logs. */
  readonly name?: string | undefined
  /** The role of a user whose claims name neither role nor scope. Default: none, which grants nothing. */
  readonly defaultRole?: string | undefined
  /**
   * The header in which a proxy sends the token, in place of `Authorization`, which is then not looked at: the token alone,
   * without a scheme. In lower or upper case. Default: `Authorization`, with the scheme `Bearer`.
   */
  readonly tokenHeader?: string | undefined
  /**
   * Whether its tokens must be bound to a key of their client (RFC 9449), or may be: `'required'` refuses a request without a
   * proof, and challenges name the scheme `DPoP`. A user whose `cnf` has `jkt` needs a proof either way. Default: challenges
   * name `Bearer` alone.
   */
  readonly dpop?: 'required' | 'optional' | undefined
  /** Accepted for compatibility: names declared custom routes, and cannot open a built-in one. */
  readonly public?: readonly PathRule[] | undefined
  /** Accepted for compatibility, like `public`. */
  readonly protected?: readonly PathRule[] | undefined
  /**
   * Whether a token is this provider's to verify, by its form alone: asked only where there are several
   * (`CompositeAuth`), of a token that nobody has verified. Not for looking the token up, which the time
   * it takes would tell. Synchronous; only `true` is a yes. Default: whatever no other provider accepts.
   */
  accepts?(token: TokenForm): boolean
  /**
   * Says whose token this is.
   * @returns the user, whose `sub` (or `id`) is a text that is not empty; null for a token it does not know
   * @throws {AuthError} with the reason
   */
  authenticateToken(
    token: string,
    request: AuthRequest,
  ): User | null | undefined | Promise<User | null | undefined>
  /** Whether this user may make this request at all; asked on every request, before any permission. */
  authorizeUser?(user: User, request: AuthRequest): boolean | Promise<boolean>
  /** Who owns what this user stores. Synchronous. Default: the subject. */
  mapUserToResourceId?(user: User): string | null | undefined
  /**
   * The role of this user where their claims name neither role nor scope, for a provider whose users
   * differ in it. Synchronous. Nothing means none. Default: `defaultRole` for everyone.
   */
  defaultRoleOf?(user: User): string | null | undefined
  /** What the roles of this user's issuer grant, and the most that it may grant. Synchronous. */
  accessOf?(user: User): UserAccess
  /**
   * When the token of this user, which it has just authenticated, ends: from then on it lets the token in
   * no more, so that its revocation may be forgotten. In seconds since 1970. Synchronous. Default: that is
   * not known, and a revocation of the token is kept for ever.
   */
  expiryOf?(user: User): number | undefined
  /**
   * Names the rule by which it vouches for this user, such as their issuer: the same text, also after a
   * restart, for as long as it has this rule, and nothing where it vouches for them no more. An API key
   * grants nothing once its maker is vouched for by another rule. Synchronous. Default: the provider's name.
   */
  voucherOf?(user: User): string | null | undefined
  /**
   * The user as they are now, of what `authenticateToken` returned once: for the maker of an API key, at
   * each use of it. Their token need not be good any more. Nothing for one who is not known any more.
   * Default: what it returned then.
   *
   * @param user - a copy as JSON makes it
   */
  recallUser?(
    user: Readonly<Record<string, unknown>>,
    voucher: string,
  ): User | null | undefined | Promise<User | null | undefined>
  /**
   * Says which checks a token passes, and at which one it fails: for the operator, so that it may
   * name what was expected, but never the token, a key or a secret. Changes nothing, and gives nobody
   * access. Default: whether `authenticateToken` refuses it, and why.
   */
  explainToken?(token: string, request: AuthRequest): TokenExplanation | Promise<TokenExplanation>
  /**
   * Is given, once, where to tell what the operator should know: sentences without a token, a key or a secret,
   * and few of them. Default: there is nothing to tell.
   */
  reportTo?(tell: (notice: string) => void): void
}

/* oxlint-enable signet/optional-takes-undefined */

/** What a provider says of a token, check by check. */
export interface TokenExplanation extends Explanation {
  /** Who says it, where the provider has asked another. Default: the provider's name. */
  readonly by?: string | undefined
}

/** How the claims of a user are read, where their issuer has a say in it. */
export interface UserAccess {
  /** In place of the server's role table. */
  readonly roles?: RoleTable | undefined
  /** The most that the user is granted. Default: everything that their claims say. */
  readonly grants?: readonly string[] | undefined
  /** Where the claims say what, as `createClaimMap` makes it. Default: at the standard names. */
  readonly claimMap?: ClaimMap | undefined
  /** What words of the issuer grant. Default: a word grants only what it says itself. */
  readonly scopeMap?: ScopeMap | undefined
  /** `'ignore'`: role names that the table does not have count as absent. Default: they cancel the default role. */
  readonly unknownRoles?: 'ignore' | undefined
}
