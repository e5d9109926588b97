import type { Permissions } from './permission.js'

/** Who calls, what they own, what they may do and until when. Frozen. */
export interface Principal {
  /** Who calls: the claim `sub`, never empty. */
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
  /** The claim `jti`. */
  readonly tokenId?: string | undefined
  /** The claim `exp`, in seconds since 1970; absent for a token that never expires. */
  readonly expiresAt?: number | undefined
  /** Who acts for the subject: the claim `act.sub` (RFC 8693 section 4.1). */
  readonly actor?: string | undefined
  /** All verified claims, or the user of a provider that has no claims. */
  readonly claims: Readonly<Record<string, unknown>>
}
