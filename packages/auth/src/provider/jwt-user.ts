import type { Claims } from '../jwt/claims.js'
import { subjectOf } from '../claim/identity.js'
import { nonEmptyText } from '../lib/text.js'

/** A user as Studio shows one. */
export interface JwtUser {
  readonly id: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly avatarUrl?: string | undefined
}

/** The user that claims name: by `sub` or `id`; null where they name none. */
export function userOf(claims: Claims): JwtUser | null {
  const id = subjectOf(claims)
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
