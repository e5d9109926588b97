import { DEFAULT_ROLES, type RoleTable } from '@signet/auth'

const grantsOf = (role: string): readonly string[] => DEFAULT_ROLES[role] ?? []

/**
 * The roles of a server, with workflows, which an application behind the proxy may have. A role of the same name in
 * `access.roles` takes its place.
 */
export const PROXY_ROLES: RoleTable = Object.freeze({
  ...DEFAULT_ROLES,
  admin: [...grantsOf('admin'), 'workflows:*'],
  member: [...grantsOf('member'), 'workflows:read', 'workflows:execute'],
  viewer: [...grantsOf('viewer'), 'workflows:read'],
})
