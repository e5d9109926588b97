import { decodeToken, timeClaim } from '../text/decode-token.js'
import type { Identity } from '../api/identity.js'

/** What the head of each page tells of the token. */
export interface TokenState {
  /** Whose it is; undefined where that cannot be told. */
  readonly subject: string | undefined
  /** In ms since 1970; undefined where it never ends, or that cannot be told. */
  readonly endsAt: number | undefined
}

/**
 * Whose the token is and when it ends: by the word of the server, and where that does not take it any
 * more, by what the token itself says.
 */
export function readTokenState(
  identity: Identity | undefined,
  token: string | undefined,
): TokenState {
  if (identity) {
    const { id, expiresAt } = identity
    return { subject: id, endsAt: expiresAt === undefined ? undefined : Date.parse(expiresAt) }
  }
  const decoded = token === undefined ? undefined : decodeToken(token)
  if (decoded === undefined || 'problem' in decoded) {
    return { subject: undefined, endsAt: undefined }
  }
  const subject = decoded.claims['sub']
  return {
    subject: typeof subject === 'string' ? subject : undefined,
    endsAt: timeClaim(decoded, 'exp'),
  }
}

/** What the caller may do, in few words: “owner”, “3 scopes”. */
export function describeGrants({ roles, permissions }: Identity): string {
  if (roles.length > 0) return roles.join(', ')
  if (permissions.includes('*')) return 'everything'
  const count = permissions.length
  return count === 0 ? 'no scopes' : `${count} scope${count === 1 ? '' : 's'}`
}
