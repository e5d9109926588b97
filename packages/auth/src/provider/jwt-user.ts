import type { Claims } from '../jwt/claims.js'
import { subjectOf } from '../claim/identity.js'

/** A user as Studio shows one. */
export interface JwtUser {
  readonly id: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly avatarUrl?: string | undefined
}

/** A claim that says something. */
export function claimText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The user that claims name: by `sub` or `id`; null where they name none. */
export function userOf(claims: Claims): JwtUser | null {
  const id = subjectOf(claims)
  if (id === undefined) return null
  return {
    id,
    email: claimText(claims['email']),
    name: claimText(claims['name']),
    avatarUrl:
      claimText(claims['avatarUrl']) ??
      claimText(claims['avatar_url']) ??
      claimText(claims['picture']),
  }
}
