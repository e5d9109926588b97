import { ConfigurationError } from '../error.js'

/** What a permission is about. */
export const RESOURCES = [
  'agents',
  'tools',
  'memory',
  'api-keys',
  'tokens',
  'audit',
  'system',
] as const

/** What may be done with it. */
export const ACTIONS = ['read', 'execute', 'write', 'delete'] as const

/** One of `RESOURCES`. */
export type Resource = (typeof RESOURCES)[number]

/** One of `ACTIONS`. */
export type Action = (typeof ACTIONS)[number]

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
const RESOURCE_NAMES: ReadonlySet<string> = new Set(RESOURCES)
const ACTION_NAMES: ReadonlySet<string> = new Set(ACTIONS)
const LEGAL_ID = /^[A-Za-z0-9_.-]{1,128}$/

/** Whether a text can be the id of an agent or a tool: 1 to 128 of `A-Z a-z 0-9 _ . -`. */
export function isLegalId(id: string): boolean {
  return LEGAL_ID.test(id)
}

/**
 * Reads a grant: `resource:action`, `resource:action:id`, each part a name or `*`, or `*` alone for
 * everything. A missing id means every id.
 * @returns the grant with all three parts, such as `agents:read:*`; undefined for any other text
 */
export function parseGrant(text: string): string | undefined {
  if (text === ANY) return '*:*:*'
  // What no type has checked, such as a number in a list of grants, is no grant either.
  if (typeof text !== 'string') return undefined
  const [resource, action, id = ANY, ...rest] = text.split(':')
  if (resource === undefined || action === undefined || rest.length > 0) return undefined
  const legal =
    (resource === ANY || RESOURCE_NAMES.has(resource)) &&
    (action === ANY || ACTION_NAMES.has(action)) &&
    (id === ANY || isLegalId(id))
  return legal ? `${resource}:${action}:${id}` : undefined
}

/** Looks up every way a grant can cover the three parts asked for: the cost does not grow with the grants. */
function covers(
  grants: ReadonlySet<string>,
  resource: string,
  action: string,
  id: string,
): boolean {
  for (const r of [resource, ANY]) {
    for (const a of [action, ANY]) {
      if (grants.has(`${r}:${a}:${id}`) || grants.has(`${r}:${a}:${ANY}`)) return true
    }
  }
  return false
}

/**
 * Makes permissions of grants. Texts that are no grant are left out: find them with `parseGrant`.
 * @param texts - a list: of one text, each character would count, and `agents:*` would grant all
 * @throws {ConfigurationError} `option_invalid` for anything but a list
 */
export function createPermissions(texts: readonly string[]): Permissions {
  if (!Array.isArray(texts)) {
    throw new ConfigurationError('option_invalid', 'The grants are not a list of texts.')
  }
  const granted: string[] = []
  const grants = new Set<string>()
  for (const text of texts) {
    const grant = parseGrant(text)
    if (grant === undefined || grants.has(grant)) continue
    grants.add(grant)
    granted.push(text)
  }
  return Object.freeze({
    granted: Object.freeze(granted),
    allows(asked: Permission): boolean {
      const [resource = '', action = '', id, ...rest] = asked.split(':')
      if (!RESOURCE_NAMES.has(resource) || !ACTION_NAMES.has(action) || rest.length > 0)
        return false
      if (id === undefined) return covers(grants, resource, action, ANY)
      return isLegalId(id) && covers(grants, resource, action, id)
    },
  })
}
