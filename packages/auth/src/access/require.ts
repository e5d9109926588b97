import { ScopeError } from '../error.js'
import type { Permission } from './permission.js'
import type { Principal } from './principal.js'

/**
 * Refuses a caller who does not hold all of these permissions.
 * @throws {ScopeError} with every permission that is missing
 */
export function requirePermissions(principal: Principal, asked: readonly Permission[]): void {
  const { permissions } = principal
  if (asked.every((permission) => permissions.allows(permission))) return
  const missing = asked.filter((permission) => !permissions.allows(permission))
  throw new ScopeError(missing, principal.ignoredGrants)
}
