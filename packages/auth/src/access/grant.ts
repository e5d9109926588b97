import { capGrants } from './cap.js'
import { createPermissions, parseGrant, type Permissions } from './permission.js'
import { grantsOfRole, type RoleTable } from './role.js'
import { grantsOfWord, isOwnScope, type ScopeMap } from './scope-map.js'
import type { ClaimMap, MappedClaims } from '../claim/claim-map.js'

/** What the claims of a user grant. */
export interface Grants {
  readonly permissions: Permissions
  /** The roles that the claims name and the table knows. */
  readonly roles: readonly string[]
  /** Roles and scopes that are present but unknown. They grant nothing; a refusal names them. */
  readonly ignored: readonly string[]
  /** Those scopes among them that are not meant for this server, such as `openid`. */
  readonly foreign: readonly string[]
}

/** How grants are read. */
export interface GrantOptions {
  readonly roles: RoleTable
  readonly defaultRole?: string | undefined
  readonly grants?: readonly string[] | undefined
  /** What words of the issuer grant here. Default: nothing. */
  readonly scopeMap?: ScopeMap | undefined
  /** Whether role names that the table does not have count as absent. Default: they cancel the default role. */
  readonly unknownRoles?: 'ignore' | undefined
}

/** How claims are read, and what is granted for what they say. */
export interface ReadingOptions extends GrantOptions {
  /** Where the claims say what. Default: at the standard names. */
  readonly claimMap?: ClaimMap | undefined
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

/** What is gathered of the names in claims. */
interface Gathered {
  readonly texts: string[]
  readonly roles: string[]
  readonly ignored: string[]
  readonly foreign: string[]
}

/** @returns whether a scope is there that cancels the default role: of ours, of no text, or a claim that names none */
function gatherScopes(
  { scopes }: Pick<MappedClaims, 'scopes'>,
  scopeMap: ScopeMap | undefined,
  { texts, ignored, foreign }: Gathered,
): boolean {
  let isPresent = false
  for (const words of scopes) {
    if (words.length === 0) isPresent = true
    for (const word of words) {
      const mapped = typeof word === 'string' ? grantsOfWord(scopeMap, word) : undefined
      if (mapped !== undefined) texts.push(...mapped)
      else if (typeof word === 'string' && parseGrant(word) !== undefined) texts.push(word)
      else ignored.push(nameOf(word))
      if (mapped === undefined && typeof word === 'string' && !isOwnScope(word)) foreign.push(word)
      else isPresent = true
    }
  }
  return isPresent
}

/** @returns whether a role is there */
function gatherRole(role: unknown, roles: RoleTable, { texts, ...gathered }: Gathered): boolean {
  const granted = typeof role === 'string' ? grantsOfRole(roles, role) : undefined
  if (granted === undefined) gathered.ignored.push(nameOf(role))
  else {
    gathered.roles.push(nameOf(role))
    texts.push(...granted)
  }
  return granted !== undefined
}

/** @returns whether a role is there that cancels the default role */
function gatherRoles(
  named: Pick<MappedClaims, 'roles'>,
  { roles, unknownRoles }: GrantOptions,
  gathered: Gathered,
): boolean {
  const isStrict = unknownRoles === undefined
  let isPresent = false
  for (const names of named.roles) {
    if (names.length === 0 && isStrict) isPresent = true
    for (const role of names) {
      const isKnown = gatherRole(role, roles, gathered)
      if (isKnown || isStrict || typeof role !== 'string') isPresent = true
    }
  }
  return isPresent
}

/**
 * Reads what the scopes, permissions and roles of claims grant. The default role counts only where none of them is
 * present: what is meant for this server but unknown grants nothing. A foreign scope is not present; a claim that
 * names nothing, such as an empty list, is.
 *
 * @param named - what verified claims say, or the user that a provider vouches for
 * @param options.roles - the role table in force
 * @param options.defaultRole - a role of that table; undefined for none
 * @param options.grants - the most that is granted; undefined for everything
 */
export function readGrants(
  named: Pick<MappedClaims, 'scopes' | 'roles'>,
  options: GrantOptions,
): Grants {
  const { roles, defaultRole, grants, scopeMap } = options
  const gathered: Gathered = { texts: [], roles: [], ignored: [], foreign: [] }
  const hasScopes = gatherScopes(named, scopeMap, gathered)
  const hasRoles = gatherRoles(named, options, gathered)
  if (!hasScopes && !hasRoles && defaultRole !== undefined) gatherRole(defaultRole, roles, gathered)
  const { texts } = gathered
  return {
    permissions: createPermissions(grants === undefined ? texts : capGrants(texts, grants)),
    roles: Object.freeze(gathered.roles),
    ignored: Object.freeze(gathered.ignored),
    foreign: Object.freeze(gathered.foreign),
  }
}
