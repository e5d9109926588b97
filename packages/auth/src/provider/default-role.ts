import { AuthError } from '../error.js'
import type { AuthProvider } from './auth-provider.js'

/**
 * The role that a provider gives a user whose claims name neither role nor scope: what `defaultRoleOf`
 * says where it has one, else its `defaultRole`.
 *
 * @throws {AuthError} `access_denied` where `defaultRoleOf` fails or gives neither a text nor nothing
 */
export function readDefaultRole<User extends object>(
  provider: AuthProvider<User>,
  user: User,
): string | undefined {
  if (provider.defaultRoleOf === undefined) return provider.defaultRole
  let role: unknown
  try {
    role = provider.defaultRoleOf(user)
  } catch (cause) {
    if (AuthError.isInstance(cause)) throw cause
    throw new AuthError('access_denied', 'defaultRoleOf threw an error.', { cause })
  }
  // A promise is refused below; without this, its own failure would end the process.
  if (role instanceof Promise) role.catch(() => undefined)
  if (role === undefined || role === null) return undefined
  if (typeof role !== 'string') {
    throw new AuthError('access_denied', 'defaultRoleOf must return a text, and not a promise.')
  }
  return role
}
