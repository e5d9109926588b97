import { decodeToken, timeClaim } from '../text/decode-token.js'
import type { Identity } from '../api/identity.js'

/** What the top bar shows of the token. */
export interface TokenState {
  /** Undefined where it is not known. */
  readonly subject: string | undefined
  /** In ms since 1970; undefined where the token never expires or this is not known. */
  readonly endsAt: number | undefined
}

/**
 * Reads the subject and the expiry of the token from the server's answer, or from the token itself where the server no
 * longer accepts it.
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

/** What the caller is allowed to do, in few words: “owner”, “3 scopes”. */
export function describeGrants({ roles, permissions }: Identity): string {
  if (roles.length > 0) return roles.join(', ')
  if (permissions.includes('*')) return 'everything'
  const count = permissions.length
  return count === 0 ? 'no scopes' : `${count} scope${count === 1 ? '' : 's'}`
}
