import type { Claims } from '../jwt/claims.js'
import { mappedSubject, type ClaimMap } from '../claim/claim-map.js'
import { nonEmptyText } from '../lib/text.js'

/** A user as Studio shows one. */
export interface JwtUser {
  readonly id: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly avatarUrl?: string | undefined
}

/** The user that claims name: by `sub` or `id`, or where the map says; null where they name none. */
export function userOf(claims: Claims, map: ClaimMap | undefined): JwtUser | null {
  const id = mappedSubject(claims, map)
  if (id === undefined) return null
  return {
    id,
    email: nonEmptyText(claims['email']),
    name: nonEmptyText(claims['name']),
    avatarUrl:
      nonEmptyText(claims['avatarUrl']) ??
      nonEmptyText(claims['avatar_url']) ??
      nonEmptyText(claims['picture']),
  }
}
