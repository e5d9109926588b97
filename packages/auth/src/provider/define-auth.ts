import { ConfigurationError } from '../error.js'
import { deepFreeze } from '../lib/freeze.js'
import type { AuthProvider } from './auth-provider.js'
import { checkProvider, PROVIDER_MEMBERS, refuseMember } from './provider-shape.js'
import { isObject } from '../lib/object.js'

const WHAT = 'The provider of defineAuth'

function isPlain(value: unknown): boolean {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/**
 * Makes a provider of a plain object, typed by the user that its `authenticateToken` returns. Checks it
 * whole and freezes it, so that what is checked is what will be asked. A member that is written out but
 * undefined, such as an `authorizeUser` that is not set, is refused: taken as left out, it would open
 * what it was meant to close.
 *
 * @throws {ConfigurationError} `option_invalid` for what is not a plain object, has no `authenticateToken`,
 *   or has a member of a wrong type or one that is not asked here, such as `authorize` or `rules`
 * @example
 * ```typescript
 * import { defineAuth } from '@signet/auth'
 *
 * declare function findSession(token: string): Promise<{ id: string; role: string } | null>
 *
 * export const auth = defineAuth({
 *   name: 'sessions',
 *   authenticateToken: (token) => findSession(token),
 * })
 * ```
 */
export function defineAuth<User extends object>(
  provider: AuthProvider<User>,
): Readonly<AuthProvider<User>> {
  if (!isPlain(provider)) {
    throw new ConfigurationError(
      'option_invalid',
      `${WHAT} must be a plain object. For a class, extend MastraAuthProvider.`,
    )
  }
  for (const member of Reflect.ownKeys(provider)) {
    if (!PROVIDER_MEMBERS.has(member)) refuseMember(member, WHAT)
    if (Reflect.get(provider, member) === undefined) {
      throw new ConfigurationError(
        'option_invalid',
        `${WHAT} has an undefined ${String(member)}. Give it a value, or leave it out.`,
      )
    }
  }
  checkProvider(provider, WHAT)
  return deepFreeze(provider)
}
