import type { Principal } from '../access/principal.js'
import type { RoleTable } from '../access/role.js'
import { API_KEY_ISSUER, ApiKeyAuth } from '../api-key/api-key-auth.js'
import { TokenError } from '../error.js'
import type { AuthProvider, AuthRequest } from '../provider/auth-provider.js'
import { admitUser, authenticateUser } from '../provider/authenticate.js'

/** The bearer of a token that was let in. */
export interface AdmittedUser {
  /** What the provider returned. */
  readonly user: object
  readonly principal: Principal
}

/**
 * Admits the bearer of a token that is not an API key.
 * @throws {AuthError} the provider's own refusal; `token_issuer` for a token that names the issuer of API
 *   keys, whose memory and revocations are not for any other provider
 */
export async function admitToken(
  provider: AuthProvider,
  token: string,
  request: AuthRequest,
  roles: RoleTable,
): Promise<AdmittedUser> {
  const user = await authenticateUser(provider, token, request)
  const principal = await admitUser(provider, user, request, roles)
  if (principal.issuer === API_KEY_ISSUER) {
    throw new TokenError(
      'token_issuer',
      'The token has the issuer of API keys, but is not an API key.',
    )
  }
  return { user, principal }
}

/**
 * Admits the bearer of a token, or of an API key where `ApiKeyAuth` itself is the provider.
 * @throws {AuthError} what `admitToken` throws, or the refusal of the key
 */
export async function admitGuarded(
  provider: AuthProvider,
  token: string,
  request: AuthRequest,
  roles: RoleTable,
): Promise<AdmittedUser> {
  if (!(provider instanceof ApiKeyAuth)) return admitToken(provider, token, request, roles)
  const user = await provider.authenticateToken(token, request)
  return { user, principal: await admitUser(provider, user, request, roles) }
}
