import { readSubject } from '../access/create-principal.js'
import type { AuthProvider } from './auth-provider.js'

/**
 * The subject of a user, where their provider says that it stands.
 * @throws {TokenError} `token_claim` where that is not a text, or is blank
 * @throws {AuthError} what the provider throws
 */
export function subjectOfUser<User extends object>(
  provider: AuthProvider<User>,
  user: User,
): string {
  return readSubject(user, provider.accessOf?.(user)?.claimMap)
}
