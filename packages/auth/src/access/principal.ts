import type { Permissions } from './permission.js'

/** Who calls, what they own, what they may do and until when. Frozen. */
export interface Principal {
  /** Who calls: the claim `sub`, or what the issuer's `claims.subject` says; never empty. */
  readonly subject: string
  /** Who vouches for them: the claim `iss`, or `local` where there is none. */
  readonly issuer: string
  /** The owner of everything that this caller stores. */
  readonly resourceId: string
  readonly permissions: Permissions
  /** Roles in force, of those that the claims name. */
  readonly roles: readonly string[]
  /** Roles and scopes of the claims that this server does not know, and that therefore grant nothing. */
  readonly ignoredGrants: readonly string[]
  /** Those scopes among them that are not meant for this server, such as `openid`: they do not cancel the default role. */
  readonly foreignScopes: readonly string[]
  /** The claim `jti`. */
  readonly tokenId?: string | undefined
  /** The claim `exp`, in seconds since 1970; absent for a token that never expires. */
  readonly expiresAt?: number | undefined
  /** The session of the token: the claim `sid`, or what the issuer's `claims.session` says. */
  readonly sessionId?: string | undefined
  /** The client that the token was issued to: the claim `azp`, else `client_id`, or what `claims.client` says. */
  readonly client?: string | undefined
  /** Who acts now for the subject: the claim `act.sub` (RFC 8693 section 4.1), or what `claims.actor` says. */
  readonly actor?: string | undefined
  /** All who act for the subject, nearest first, as nested claims `act` name them; at most 16. Often empty. */
  readonly actors: readonly string[]
  /** All verified claims, or the user of a provider that has no claims. */
  readonly claims: Readonly<Record<string, unknown>>
}
