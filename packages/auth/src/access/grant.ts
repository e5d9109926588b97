import { capGrants } from './cap.js'
import { createPermissions, parseGrant, type Permissions } from './permission.js'
import { grantsOfRole, type RoleTable } from './role.js'
import { asList } from '../lib/as-list.js'

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

/** How grants are read. */
export interface GrantOptions {
  readonly roles: RoleTable
  readonly defaultRole?: string | undefined
  readonly grants?: readonly string[] | undefined
}

/** Words of a claim: space-separated text (RFC 6749 section 3.3) or a list of texts. */
function words(value: unknown): readonly unknown[] {
  return asList(value).flatMap((entry) =>
    typeof entry === 'string' ? entry.split(' ').filter((word) => word !== '') : [entry],
  )
}

/** Role names of a claim: one text is one role, so that a role's name may contain a space. */
function roleNames(value: unknown): readonly unknown[] {
  return asList(value)
}

/** Texts that are there once: a list of thousands of numbers is not to become as many new texts. */
const NAMES_OF_TYPES: Readonly<Record<string, string>> = {
  boolean: '(boolean)',
  number: '(number)',
  object: '(object)',
}

/** What is named as ignored: the text, or of what type it is instead. Only a text can grant. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null) return '(null)'
  return NAMES_OF_TYPES[typeof value] ?? `(${typeof value})`
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
 * @param options.roles - the role table in force
 * @param options.defaultRole - a role of that table; undefined for none
 * @param options.grants - the most that is granted; undefined for everything
 */
export function readGrants(user: object, { roles, defaultRole, grants }: GrantOptions): Grants {
  const scopes = present(user, SCOPE_CLAIMS)
  const named = present(user, ROLE_CLAIMS)
  const isSilent = scopes.length === 0 && named.length === 0
  const asked: readonly unknown[] =
    isSilent && defaultRole !== undefined ? [defaultRole] : named.flatMap(roleNames)

  const texts: string[] = []
  const known: string[] = []
  const ignored: string[] = []
  for (const word of scopes.flatMap(words)) {
    if (typeof word === 'string' && parseGrant(word) !== undefined) texts.push(word)
    else ignored.push(nameOf(word))
  }
  for (const role of asked) {
    const granted = typeof role === 'string' ? grantsOfRole(roles, role) : undefined
    if (granted === undefined) ignored.push(nameOf(role))
    else {
      known.push(nameOf(role))
      texts.push(...granted)
    }
  }
  return {
    permissions: createPermissions(grants === undefined ? texts : capGrants(texts, grants)),
    roles: Object.freeze(known),
    ignored: Object.freeze(ignored),
  }
}
