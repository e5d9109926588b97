import { permissionTemplates, type Access } from './access.js'
import { createPermissions, parseGrant, type Permission, type Permissions } from './permission.js'
import type { RoleTable } from './role.js'

/** Whether permissions let their holder in where an access is asked for, whatever a request names. */
export interface AccessVerdict {
  /** `some`: for certain ids in the path, and for no others. */
  readonly allowed: 'yes' | 'no' | 'some'
  /** Of `no`: the permissions that are missing, with their parameters as they are written. */
  readonly missing: readonly string[]
  /** Of `some`: the only ids that are granted, by the parameter of the path that may have them. */
  readonly ids: Readonly<Record<string, readonly string[]>>
}

const PARAM = /:\{(\w+)\}$/

/** The ids that grants name. */
function namedIds({ granted }: Permissions): readonly string[] {
  const ids = granted.map((text) => parseGrant(text)?.split(':')[2] ?? '*')
  return [...new Set(ids)].filter((id) => id !== '*')
}

/** The parameter that a template takes its id from. */
function paramOf(template: string): string | undefined {
  return PARAM.exec(template)?.[1]
}

function isGranted(template: string, id: string | undefined, permissions: Permissions): boolean {
  const suffix = id === undefined ? '' : `:${id}`
  return permissions.allows(template.replace(PARAM, suffix) as Permission)
}

/**
 * Judges an access as `requiredPermissions` and `Permissions.allows` do it for each request. Whether the
 * things exist that a path names is not asked.
 */
export function judgeAccess(access: Access, permissions: Permissions): AccessVerdict {
  const templates = permissionTemplates(access)
  const ids: Record<string, readonly string[]> = {}
  // Without an id only a grant for every id covers it.
  const narrow = templates.filter((template) => !isGranted(template, undefined, permissions))
  const missing = narrow.filter((template) => {
    const param = paramOf(template)
    if (param === undefined) return true
    // One request has one id for all that is asked with the same parameter.
    const together = narrow.filter((each) => paramOf(each) === param)
    ids[param] ??= namedIds(permissions).filter((id) =>
      together.every((each) => isGranted(each, id, permissions)),
    )
    return ids[param].length === 0
  })
  if (missing.length > 0) return { allowed: 'no', missing, ids: {} }
  return { allowed: narrow.length === 0 ? 'yes' : 'some', missing, ids }
}

/** Roles of a table by what an access lets them do. */
export interface AccessRoles {
  /** Roles that are let in whatever a request names. */
  readonly roles: readonly string[]
  /** Roles that are let in for some ids only. */
  readonly rolesForSomeIds: readonly string[]
}

/** The roles that hold what an access asks for. */
export function rolesForAccess(access: Access, roles: RoleTable): AccessRoles {
  const verdicts = Object.entries(roles).map(([role, grants]) => ({
    role,
    allowed: judgeAccess(access, createPermissions(grants)).allowed,
  }))
  const withVerdict = (verdict: AccessVerdict['allowed']) =>
    verdicts.filter(({ allowed }) => allowed === verdict).map(({ role }) => role)
  return { roles: withVerdict('yes'), rolesForSomeIds: withVerdict('some') }
}
