/** What a token can be revoked by. */
export interface RevocableToken {
  /** The claim `iss`, or `local` where there is none. */
  readonly issuer: string
  /** The claim `sub`, else `id`. */
  readonly subject: string | undefined
  /** The claim `jti` (RFC 7519 section 4.1.7). */
  readonly tokenId: string | undefined
  /** The claim `sid` (OpenID Connect Front-Channel Logout section 3). */
  readonly sessionId: string | undefined
  /** The claim `iat`, in seconds since 1970. */
  readonly issuedAt: number | undefined
  /**
   * Of an API key: up to which entry of the log of revocations its maker's token was found good before the key
   * was made. What was appended later, to end all that the maker was given until then, ends the key by its place
   * in the log, whatever any clock says. Default: times alone are compared.
   */
  readonly judgedUpTo?: number | undefined
  /** As `tokenDigest` gives it. Reckoned when it is asked for. */
  digest(): string
}

/** Tokens that were revoked before their end. Asked for every request, also where a token is cached. */
export interface RevocationList {
  /**
   * @throws {AuthError} where the list cannot be trusted now: nobody gets in on a list that may be old
   */
  isRevoked(token: RevocableToken): boolean
}
