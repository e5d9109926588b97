import { ConfigurationError } from '../error.js'
import { ACTIONS, RESOURCES, type Action, type Resource } from './action-set.js'
import { parseGrant, type Permission } from './permission.js'
import { asList } from '../lib/as-list.js'

/** The names of the parameters of a path: `agentId` of `/agents/:agentId`; any name of any path. */
export type ParamName<Path extends string> = string extends Path
  ? string
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? Name | ParamName<`/${Rest}`>
    : Path extends `${string}:${infer Name}`
      ? Name
      : never

/** A permission, literal or with a parameter of the path as its id: `agents:execute:{agentId}`. */
export type PermissionTemplate<Param extends string = string> =
  | `${Resource}:${Action}`
  | `${Resource}:${Action}:{${Param}}`

/** Who may call a route: anyone, anyone with a good token, or who holds all of the permissions. */
export type Access<Param extends string = string> =
  | 'public'
  | 'authenticated'
  | PermissionTemplate<Param>
  | readonly PermissionTemplate<Param>[]

const PARAM = /\{(\w+)\}/

/** The permissions that an access asks for, with their parameters as they are written. */
export function permissionTemplates(access: Access): readonly string[] {
  if (access === 'public' || access === 'authenticated') return []
  return asList<string>(access)
}

/** The names of the parameters that an access puts into a permission. */
export function accessParams(access: Access): readonly string[] {
  return permissionTemplates(access).flatMap((template) => PARAM.exec(template)?.[1] ?? [])
}

/** The permissions that a request needs, with the path's parameters filled in. */
export function requiredPermissions(
  access: Access,
  params: Readonly<Record<string, string>>,
): readonly Permission[] {
  return permissionTemplates(access).map(
    (template) => template.replace(PARAM, (_, name: string) => params[name] ?? '') as Permission,
  )
}

function isTemplate(template: unknown, params: readonly string[]): boolean {
  if (typeof template !== 'string' || template.includes('*')) return false
  const param = PARAM.exec(template)?.[1]
  if (param !== undefined && !params.includes(param)) return false
  return parseGrant(template.replace(PARAM, 'id')) !== undefined
}

/**
 * Refuses an access that no type has checked: a typo must not open a route, nor shut it for ever.
 * @param path - named in the error, with its parameters as `:name`
 * @throws {ConfigurationError} `option_invalid`
 * @example
 * ```typescript
 * import { checkAccess } from '@signet/auth'
 *
 * checkAccess('agents:execute:{agentId}', '/agents/:agentId/run')
 * ```
 */
export function checkAccess(access: Access, path: string): void {
  if (access === 'public' || access === 'authenticated') return
  const params = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  const templates = asList<unknown>(access)
  if (templates.length > 0 && templates.every((template) => isTemplate(template, params))) return
  throw new ConfigurationError(
    'option_invalid',
    `The option access of the route ${path} is not valid. Write public, authenticated or resource:action; resource:action:{parameter} names a parameter of the path. Resources are ${RESOURCES.join(', ')}; actions are ${ACTIONS.join(', ')}.`,
  )
}
