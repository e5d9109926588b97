import { createPermissions, parseGrant, type Permissions } from './permission.js'
import { grantsOfRole, type RoleTable } from './role.js'

/** Claims that grant something, where they are present. */
const SCOPE_CLAIMS = ['scope', 'scp', 'permissions'] as const
const ROLE_CLAIMS = ['role', 'roles'] as const

/** What the claims of a user grant. */
export interface Grants {
  readonly permissions: Permissions
  /** The roles that the claims name and the table knows. */
  readonly roles: readonly string[]
  /** Roles and scopes that are present but unknown. They grant nothing; a refusal names them. */
  readonly ignored: readonly string[]
}

/** Words of a claim: space-separated text (RFC 6749 section 3.3) or a list of texts. */
function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '')
  return Array.isArray(value) ? value.flatMap((entry) => words(entry)) : [String(value)]
}

/** Role names of a claim: one text is one role, so that a role's name may contain a space. */
function roleNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String)
  return [String(value)]
}

function present(user: object, names: readonly string[]): readonly unknown[] {
  return names
    .filter((name) => Object.hasOwn(user, name))
    .map((name): unknown => Reflect.get(user, name))
}

/**
 * Reads what the claims `scope`, `scp`, `permissions`, `role` and `roles` grant. The default role
 * counts only where none of them is present: present but unknown grants nothing.
 *
 * @param user - verified claims, or the user that a provider vouches for
 * @param roles - the role table in force
 * @param defaultRole - a role of that table; undefined for none
 */
export function readGrants(user: object, roles: RoleTable, defaultRole?: string): Grants {
  const scopes = present(user, SCOPE_CLAIMS)
  const named = present(user, ROLE_CLAIMS)
  const isSilent = scopes.length === 0 && named.length === 0
  const asked = isSilent && defaultRole !== undefined ? [defaultRole] : named.flatMap(roleNames)

  const texts: string[] = []
  const known: string[] = []
  const ignored: string[] = []
  for (const word of scopes.flatMap(words)) {
    if (parseGrant(word) === undefined) ignored.push(word)
    else texts.push(word)
  }
  for (const role of asked) {
    const grants = grantsOfRole(roles, role)
    if (grants === undefined) ignored.push(role)
    else {
      known.push(role)
      texts.push(...grants)
    }
  }
  return {
    permissions: createPermissions(texts),
    roles: Object.freeze(known),
    ignored: Object.freeze(ignored),
  }
}
