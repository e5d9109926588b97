import type { Advice } from './advice.js'
import { isShown, listed, quoted } from './quoted.js'
import { createClaimMap, placeText, readClaims, type ClaimMap } from '../claim/claim-map.js'
import { AuthError, ConfigurationError } from '../error.js'
import { isJsonObject, type JsonObject } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'

/** By what the roles of a token are read. */
export interface RoleReading {
  /** Undefined for the standard names. */
  readonly claimMap: ClaimMap | undefined
  /** The names of the roles that grant something here; undefined where they are not known. */
  readonly roles: readonly string[] | undefined
}

type Path = readonly string[]

/** A place of the claims that has role names. */
interface RolePlace {
  readonly path: Path
  readonly names: readonly string[]
}

const MAX_DEPTH = 4
const MAX_MEMBERS = 200
const MAX_NAME_CHARACTERS = 100
/** No more places are told of one token. */
const MAX_PLACES = 4

/** `roles`, `groups`, `cognito:groups`, `https://acme.example/roles`. */
const ROLE_NAME = /^(?:(?:.*[:/])?(?:roles?|groups?))$/i
/** The metadata that an issuer lets an administrator write, where roles have names of their own. */
const METADATA = 'app_metadata'
/** What users write about themselves: Supabase, Auth0 and Clerk have it. A role in it is nobody's word but theirs. */
const OF_USERS = /(?:user|unsafe).?meta_?data$/i
/** Whoever acts for the subject (RFC 8693), and the key of the sender (RFC 7800): not the roles of the subject. */
const OF_OTHERS: ReadonlySet<string> = new Set(['act', 'may_act', 'cnf'])

/** Roles of the database, which Supabase writes into `role` of every user: read as roles, they would be those of everybody. */
const OF_DATABASE: ReadonlySet<string> = new Set(['authenticated', 'anon', 'service_role'])

function isRolePlace(path: Path): boolean {
  const name = path.at(-1) ?? ''
  if (ROLE_NAME.test(name)) return true
  if (path.length !== 2) return false
  return path[0] === 'o' ? name === 'rol' : path[0] === METADATA && /role/i.test(name)
}

/** Whether a segment can be read by its reader, and means the member of that name. */
function isNameable(name: string): boolean {
  return name !== '*' && name.length <= MAX_NAME_CHARACTERS && isNonBlank(name) && isShown(name)
}

/** The paths that look as if roles stand there, the shortest first. It looks at 200 members at most. */
function rolePaths(claims: JsonObject): readonly Path[] {
  const found: Path[] = []
  const nodes: { readonly path: Path; readonly node: JsonObject }[] = [{ path: [], node: claims }]
  let visited = 0
  for (const { path, node } of nodes) {
    for (const name of Object.keys(node)) {
      visited++
      if (visited > MAX_MEMBERS) return found
      if (!isNameable(name) || OF_USERS.test(name)) continue
      if (path.length === 0 && OF_OTHERS.has(name)) continue
      const here = [...path, name]
      const value = node[name]
      if (isRolePlace(here)) found.push(here)
      else if (isJsonObject(value) && here.length < MAX_DEPTH)
        nodes.push({ path: here, node: value })
    }
  }
  return found
}

/** The role names that a map reads; none where it reads more than is allowed. */
function namesBy(map: ClaimMap | undefined, claims: object): readonly string[] {
  try {
    return readClaims(claims, map).roles.flat().filter(isNonBlank)
  } catch (error) {
    if (AuthError.isInstance(error)) return []
    throw error
  }
}

/** What would be read at a path if it were configured; undefined where it cannot be, or where nothing would be. */
function placeAt(path: Path, claims: object): RolePlace | undefined {
  try {
    const names = namesBy(createClaimMap({ roles: [path] }), claims)
    return names.length === 0 ? undefined : { path, names }
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return undefined
    throw error
  }
}

/** A path as it is written in a configuration: `'groups'`, `['realm_access', 'roles']`. */
function literal(path: Path): string {
  const words = path.map((name) => `'${name.replaceAll(/[\\']/g, '\\$&')}'`)
  return words.length === 1 ? words.join('') : `[${words.join(', ')}]`
}

function lead(path: Path, claimMap: ClaimMap | undefined): string {
  const place = literal(path)
  if (claimMap === undefined) return `Add claims: { roles: ${place} } to the options of its issuer`
  const isSet = claimMap.placeText('roles') !== placeText('roles', undefined)
  return isSet ? `Name ${place} in claims.roles` : `Add roles: ${place} to the option claims`
}

function placeAdvice({ path, names }: RolePlace, { claimMap, roles }: RoleReading): Advice {
  const isKnown = roles === undefined || names.some((name) => roles.includes(name))
  const then = isKnown ? '' : ` Then say in the option roles what ${quoted(names[0])} grants.`
  return {
    cause: `The token has roles at ${path.join('.')}, which the configuration does not read.`,
    found: listed(names, 'and'),
    remedy: `${lead(path, claimMap)}, if these roles are meant for this server.${then}`,
  }
}

/**
 * Names the places where a token has roles that the configuration does not read, with the line that reads them. Nothing
 * is told of a token whose roles are read: of one with a role that is known here, or with any at a place that the option
 * `claims.roles` names. What users write about themselves is not proposed, nor are roles of a database.
 *
 * @param claims - of a token whose signature is good
 */
export function unreadRoles(claims: JsonObject, reading: RoleReading): readonly Advice[] {
  const { claimMap, roles } = reading
  const read = new Set(namesBy(claimMap, claims))
  const isChosen = placeText('roles', claimMap) !== placeText('roles', undefined)
  if (isChosen && read.size > 0) return []
  const isKnown = (name: string) => roles?.includes(name) === true
  if ([...read].some(isKnown)) return []
  const places = rolePaths(claims)
    .flatMap((path) => placeAt(path, claims) ?? [])
    .filter(({ names }) => names.some((name) => !read.has(name) && !OF_DATABASE.has(name)))
  const known = places.filter(({ names }) => names.some(isKnown))
  return (known.length > 0 ? known : places)
    .slice(0, MAX_PLACES)
    .map((place) => placeAdvice(place, reading))
}
