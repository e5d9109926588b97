import type { Principal } from '../access/principal.js'
import { createPrincipal } from '../access/create-principal.js'
import type { RoleTable } from '../access/role.js'
import { AuthError, TokenError } from '../error.js'
import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { readDefaultRole } from './default-role.js'
import { isObject } from '../lib/object.js'

/** Fails closed: only a clear yes authorizes, and an error is a no. */
async function isAuthorized<User extends object>(
  provider: AuthProvider<User>,
  user: User,
  request: AuthRequest,
): Promise<boolean> {
  if (provider.authorizeUser === undefined) return true
  try {
    return (await provider.authorizeUser(user, request)) === true
  } catch (cause) {
    throw new AuthError('access_denied', 'authorizeUser threw an error.', { cause })
  }
}

/**
 * Whose token this is, as the provider says.
 *
 * @throws {AuthError} the provider's own refusal; `token_key_unknown` where it knows no user
 */
export async function authenticateUser<User extends object>(
  provider: AuthProvider<User>,
  token: string,
  request: AuthRequest,
): Promise<User> {
  const user = await provider.authenticateToken(token, request)
  if (!isObject(user)) {
    throw new TokenError('token_key_unknown', 'The provider did not return a user for this token.')
  }
  return user
}

/**
 * Turns a user into a principal: the provider authorizes them, then owner and permissions are read. All that
 * the application says is asked each time, so that it holds for this request.
 *
 * @throws {AuthError} `access_denied` where the provider does not authorize the user, or names no owner or
 *   no default role when asked
 */
export async function admitUser<User extends object>(
  provider: AuthProvider<User>,
  user: User,
  request: AuthRequest,
  roles: RoleTable,
): Promise<Principal> {
  if (!(await isAuthorized(provider, user, request))) {
    throw new AuthError('access_denied', 'authorizeUser refused the user.')
  }
  const access = provider.accessOf?.(user)
  return createPrincipal(user, {
    roles: access?.roles ?? roles,
    grants: access?.grants,
    claimMap: access?.claimMap,
    scopeMap: access?.scopeMap,
    unknownRoles: access?.unknownRoles,
    defaultRole: readDefaultRole(provider, user),
    mapUserToResourceId: provider.mapUserToResourceId?.bind(provider),
  })
}

/**
 * Turns a bearer token into a principal: `authenticateUser`, then `admitUser`.
 *
 * @throws {AuthError} what either of them throws
 */
export async function authenticate<User extends object>(
  provider: AuthProvider<User>,
  token: string,
  request: AuthRequest,
  roles: RoleTable,
): Promise<Principal> {
  const user = await authenticateUser(provider, token, request)
  return admitUser(provider, user, request, roles)
}

/** The one principal of a server that is open by choice (`auth: false`): everyone shares what it owns. */
export function anonymousPrincipal(roles: RoleTable): Principal {
  return createPrincipal({ sub: 'anonymous' }, { roles, defaultRole: 'member' })
}
