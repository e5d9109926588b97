import { parseGrant } from '@signet/auth/internal'

/** What a token says that it grants. Whether it does, its signature and the server's roles decide. */
export interface ClaimedGrants {
  /** Of `scope`, `scp` and `permissions`: what is a permission. */
  readonly permissions: readonly string[]
  /** Of the same: what is none, and grants nothing. */
  readonly unknown: readonly string[]
  /** Of `role` and `roles`. */
  readonly roles: readonly string[]
}

type Payload = Readonly<Record<string, unknown>>

function textsOf(payload: Payload, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => Object.hasOwn(payload, name))
    .flatMap((name) => payload[name])
    .filter((value) => typeof value === 'string')
}

/** Reads the claims that grant something, as the server does. */
export function readClaimedGrants(payload: Payload): ClaimedGrants {
  const words = textsOf(payload, ['scope', 'scp', 'permissions'])
    .flatMap((text) => text.split(' '))
    .filter((word) => word !== '')
  const isKnown = (word: string) => parseGrant(word) !== undefined
  return {
    permissions: words.filter(isKnown),
    unknown: words.filter((word) => !isKnown(word)),
    roles: textsOf(payload, ['role', 'roles']),
  }
}
