import { parseGrant } from '@signet/auth/internal'

/** What a token claims to grant. The signature and the roles of the server decide what it does grant. */
export interface ClaimedGrants {
  /** Words of `scope`, `scp` and `permissions` that are permissions. */
  readonly permissions: readonly string[]
  /** Words of the same claims that are not permissions and grant nothing. */
  readonly unknown: readonly string[]
  /** Values of `role` and `roles`. */
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
