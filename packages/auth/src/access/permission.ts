import { ConfigurationError } from '../error.js'
import {
  askedAction,
  grantedActions,
  type Action,
  type ActionSet,
  type Resource,
} from './action-set.js'

/** What a route or a tool asks for: always literal, such as `agents:read` or `tools:execute:get-weather`. */
export type Permission = `${Resource}:${Action}` | `${Resource}:${Action}:${string}`

/** The permissions that a caller holds. */
export interface Permissions {
  /** As they were granted, in the grammar of `parseGrant`. */
  readonly granted: readonly string[]
  /**
   * Whether what is asked is granted. What is asked is taken literally: a wildcard in it is no
   * wildcard, and without an id only a grant for every id covers it.
   */
  allows(asked: Permission): boolean
}

const ANY = '*'
const LEGAL_ID = /^[A-Za-z0-9_.-]{1,128}$/

/** Whether a text can be the id of an agent or a tool: 1 to 128 of `A-Z a-z 0-9 _ . -`. */
export function isLegalId(id: string): boolean {
  return LEGAL_ID.test(id)
}

const LEGAL_PATH = /^(?:\/[A-Za-z0-9_.~-]+)+$/
const MAX_PATH_LENGTH = 512
const OF_ROUTES = /^routes:/

/**
 * Whether a text can be the id of a route: its path, without a parameter, an encoded character, an empty segment, `.`
 * or `..`; at most 512 characters.
 */
export function isLegalRoutePath(path: string): boolean {
  if (path.length > MAX_PATH_LENGTH || !LEGAL_PATH.test(path)) return false
  return !path.split('/').some((segment) => segment === '.' || segment === '..')
}

/** Whether a text can be an id of what the permission before it is about. Only routes have paths for ids. */
function isLegalIdOf(permission: string, id: string): boolean {
  return isLegalId(id) || (OF_ROUTES.test(permission) && isLegalRoutePath(id))
}

/** A grant that has been read. */
interface Grant {
  /** With all three parts. */
  readonly text: string
  readonly actions: ActionSet
  readonly id: string
}

const EVERYTHING = '*:*:*'

/** Where the second colon of a text stands, behind which is an id; undefined where there is none. */
function secondColon(text: string): number | undefined {
  const colon = text.indexOf(':', text.indexOf(':') + 1)
  return colon < 0 ? undefined : colon
}

function readGrant(given: string): Grant | undefined {
  // What no type has checked, such as a number in a list of grants, is not a grant either.
  if (typeof given !== 'string') return undefined
  const text = given === ANY ? EVERYTHING : given
  const colon = secondColon(text)
  const actions = grantedActions(colon === undefined ? text : text.slice(0, colon))
  if (actions === undefined) return undefined
  if (colon === undefined) return { text: `${text}:${ANY}`, actions, id: ANY }
  const id = text.slice(colon + 1)
  return id === ANY || isLegalIdOf(text, id) ? { text, actions, id } : undefined
}

/**
 * Reads a grant: `resource:action`, `resource:action:id`, each part a name or `*`, or `*` alone for
 * everything. A missing id means every id. The id of a route is its path: `routes:execute:/reports/daily`.
 * @returns the grant with all three parts, such as `agents:read:*`; undefined for any other text
 */
export function parseGrant(text: string): string | undefined {
  return readGrant(text)?.text
}

/**
 * Makes permissions of grants. Texts that are no grant are left out: find them with `parseGrant`.
 * @param texts - a list: of one text, each character would count, and `agents:*` would grant all
 * @throws {ConfigurationError} `option_invalid` for anything but a list
 * @example
 * ```typescript
 * import { createPermissions } from '@signet/auth'
 *
 * const permissions = createPermissions(['agents:read', 'tools:execute:weather'])
 * export const mayRead: boolean = permissions.allows('agents:read:assistant')
 * ```
 */
export function createPermissions(texts: readonly string[]): Permissions {
  if (!Array.isArray(texts)) {
    throw new ConfigurationError('option_invalid', 'The grants must be a list of texts.')
  }
  const granted: string[] = []
  const seen = new Set<string>()
  // By the id, and apart from that for every id: what is looked up does not grow with the grants.
  const ofId = new Map<string, ActionSet>()
  let ofEveryId: ActionSet = 0n
  for (const text of texts) {
    const grant = readGrant(text)
    if (grant === undefined || seen.has(grant.text)) continue
    seen.add(grant.text)
    granted.push(text)
    if (grant.id === ANY) ofEveryId |= grant.actions
    else ofId.set(grant.id, (ofId.get(grant.id) ?? 0n) | grant.actions)
  }
  const everyId = ofEveryId
  return Object.freeze({
    granted: Object.freeze(granted),
    allows(asked: Permission): boolean {
      const colon = secondColon(asked)
      const action = askedAction(colon === undefined ? asked : asked.slice(0, colon))
      if (action === undefined) return false
      if (colon === undefined) return (everyId & action) !== 0n
      const id = asked.slice(colon + 1)
      if ((everyId & action) !== 0n) return isLegalIdOf(asked, id)
      // Only legal ids have been granted.
      return ((ofId.get(id) ?? 0n) & action) !== 0n
    },
  })
}
