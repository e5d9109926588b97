import { asList } from '../lib/as-list.js'
import type { NamedAt } from './claim-value.js'

/** Claims that grant something, where they are there. */
const SCOPE_CLAIMS = ['scope', 'scp'] as const
const PERMISSION_CLAIMS = ['permissions'] as const
const ROLE_CLAIMS = ['role', 'roles'] as const

/** Words of a claim: a text with spaces between them (RFC 6749 section 3.3), or a list of such texts. */
function words(value: unknown): NamedAt {
  return asList(value).flatMap((entry) =>
    typeof entry === 'string' ? entry.split(' ').filter((word) => word !== '') : [entry],
  )
}

function present(claims: object, names: readonly string[]): readonly unknown[] {
  return names
    .filter((name) => Object.hasOwn(claims, name))
    .map((name): unknown => Reflect.get(claims, name))
}

/** The scopes in the claims `scope` and `scp`. */
export function standardScopes(claims: object): readonly NamedAt[] {
  return present(claims, SCOPE_CLAIMS).map(words)
}

/** The permissions in the claim `permissions`, which are words as scopes are. */
export function standardPermissions(claims: object): readonly NamedAt[] {
  return present(claims, PERMISSION_CLAIMS).map(words)
}

/** The role names in the claims `role` and `roles`: one text is one name, so that a role's name may contain a blank. */
export function standardRoles(claims: object): readonly NamedAt[] {
  return present(claims, ROLE_CLAIMS).map((value): NamedAt => asList(value))
}
