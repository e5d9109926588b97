import { grants } from '../../api/permission.js'
import type { RouteVerdict } from './access-answer.js'

/** Removes the id of a permission template. The result covers every id. */
function withoutId(template: string): string {
  return template.replace(/:\{\w+\}$/, '')
}

/** The roles that are allowed to call a route with every id in its path. */
export function rolesFor(
  { access, permissions }: Pick<RouteVerdict, 'access' | 'permissions'>,
  roles: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const names = Object.keys(roles)
  if (access !== 'permission') return names
  return names.filter((name) =>
    permissions.every((each) => grants(roles[name] ?? [], withoutId(each))),
  )
}

/** The filter of the routes. */
export interface RouteFilter {
  /** Words of the method, path, summary or permissions. Upper and lower case are the same. */
  readonly text: string
  readonly allowed: 'all' | 'yes' | 'no'
}

/** The routes that match a filter. A route that is allowed for `some` ids matches both yes and no. */
export function filterRoutes(
  routes: readonly RouteVerdict[],
  { text, allowed }: RouteFilter,
): readonly RouteVerdict[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return routes.filter((route) => {
    const fits = allowed === 'all' || route.allowed === allowed || route.allowed === 'some'
    const { method, path, summary, permissions } = route
    const haystack = [method, path, summary, ...permissions].join(' ').toLowerCase()
    return fits && words.every((word) => haystack.includes(word))
  })
}

/** How many routes there are of each verdict. */
export function countVerdicts(
  routes: readonly RouteVerdict[],
): Readonly<Record<RouteVerdict['allowed'], number>> {
  const count = (allowed: RouteVerdict['allowed']) =>
    routes.filter((route) => route.allowed === allowed).length
  return { yes: count('yes'), some: count('some'), no: count('no') }
}
