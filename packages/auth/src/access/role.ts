import { parseGrant } from './permission.js'
import { ConfigurationError } from '../error.js'
import { markConstant } from '../lib/constant.js'
import { isJsonObject } from '../lib/object.js'
import { shownValue } from '../lib/text.js'

/** Roles and what each one grants. */
export type RoleTable = Readonly<Record<string, readonly string[]>>

/** A list of grants that nobody changes any more: a copy. */
export function freezeGrants(grants: readonly string[]): readonly string[] {
  return markConstant(Object.freeze([...grants]))
}

/**
 * A role table that nobody changes any more: a copy, of which it may be remembered what it grants.
 * @param roles - as `checkRoleTable` takes them
 */
export function freezeRoleTable(roles: RoleTable): RoleTable {
  const entries = Object.entries(roles).map(([role, grants]) => [role, freezeGrants(grants)])
  return markConstant(Object.freeze(Object.fromEntries(entries)))
}

/**
 * The roles that every server knows unless it says otherwise. No role reaches what another owner has: memory, runs or
 * schedules.
 */
export const DEFAULT_ROLES: RoleTable = freezeRoleTable({
  owner: ['*'],
  admin: [
    'agents:*',
    'tools:*',
    'workflows:*',
    'memory:*',
    'schedules:*',
    'api-keys:*',
    'tokens:*',
    'audit:read',
    'system:read',
  ],
  member: [
    'agents:read',
    'agents:execute',
    'tools:read',
    'tools:execute',
    'workflows:read',
    'workflows:execute',
    'memory:*',
  ],
  viewer: ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
})

/**
 * Refuses a role table with an entry that grants nothing, which is always a mistake in spelling, or
 * with a role whose grants are no list.
 * @param option - that has the table. Default: `roles`
 * @throws {ConfigurationError} `option_invalid`, naming the role and the entry
 */
export function checkRoleTable(roles: RoleTable, option = 'roles'): void {
  if (!isJsonObject(roles)) {
    throw new ConfigurationError(
      'option_invalid',
      `The option ${option} must be an object, such as { reader: ["agents:read"] }.`,
    )
  }
  for (const [role, grants] of Object.entries(roles)) {
    if (!Array.isArray(grants)) {
      throw new ConfigurationError(
        'option_invalid',
        `The role ${JSON.stringify(role)} of the option ${option} must have a list of permissions, such as ["agents:read"].`,
      )
    }
    const entries: readonly unknown[] = Array.from(grants)
    const wrong = entries.findIndex(
      (grant) => typeof grant !== 'string' || parseGrant(grant) === undefined,
    )
    if (wrong >= 0) {
      throw new ConfigurationError(
        'option_invalid',
        `The role ${JSON.stringify(role)} of the option ${option} has ${shownValue(entries[wrong])}, which is not a permission. Write resource:action or resource:action:id.`,
      )
    }
  }
}

/** What a role grants, or undefined for a role that the table does not have. `constructor` is not a role. */
export function grantsOfRole(roles: RoleTable, role: string): readonly string[] | undefined {
  return Object.hasOwn(roles, role) ? roles[role] : undefined
}
