import { ACTIONS, RESOURCES } from '../access/action-set.js'
import { parseGrant, type Permission, type Permissions } from '../access/permission.js'

const ANY = '*'

/** Every literal permission that a grant stands for. */
function permissionsOf(grant: string): Permission[] {
  const [resource, action, id = ANY] = grant.split(':')
  const resources = RESOURCES.filter((name) => resource === ANY || resource === name)
  const actions = ACTIONS.filter((name) => action === ANY || action === name)
  return resources.flatMap((r) =>
    actions.map((a): Permission => (id === ANY ? `${r}:${a}` : `${r}:${a}:${id}`)),
  )
}

/**
 * The first scope that is more than permissions allow, in the grammar of `parseGrant`; undefined where they
 * cover all. A wildcard is covered where everything is that it stands for, by one grant or by several. What
 * is not a grant is never covered.
 */
export function findUncoveredScope(
  scopes: readonly string[],
  permissions: Permissions,
): string | undefined {
  return scopes.find((scope) => {
    const grant = parseGrant(scope)
    return grant === undefined || !permissionsOf(grant).every((each) => permissions.allows(each))
  })
}
