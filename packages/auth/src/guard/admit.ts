import type { Principal } from '../access/principal.js'
import type { RoleTable } from '../access/role.js'
import { API_KEY_ISSUER, ApiKeyAuth } from '../api-key/api-key-auth.js'
import { boundThumbprint } from '../dpop/confirmation.js'
import { defaultDpop } from '../dpop/options.js'
import { isProven, isSentAsDpop, isWithoutProof, requireProof } from '../dpop/require-proof.js'
import { TokenError } from '../error.js'
import type { AuthProvider, AuthRequest } from '../provider/auth-provider.js'
import { admitUser, authenticateUser } from '../provider/authenticate.js'

/** The bearer of a token that was let in. */
export interface AdmittedUser {
  /** What the provider returned. */
  readonly user: object
  readonly principal: Principal
}

/** How proofs are checked of tokens whose provider does not check them. */
const rules = defaultDpop()

function refuseUnbound(message: string): never {
  throw new TokenError('token_binding', message, { claim: 'cnf' })
}

/**
 * Refuses a token that is not bound to a key and was sent as one that is (RFC 9449 section 7.1), and so says nothing of who sent it.
 * @param tokenHeader - in which tokens come; undefined for `Authorization`
 * @throws {TokenError} `token_binding`
 */
export function refuseUnproven(tokenHeader: string | undefined, request: AuthRequest): void {
  if (tokenHeader !== undefined || !isSentAsDpop(request.header('authorization'))) return
  refuseUnbound('The token was sent as DPoP, and is not bound to a key. Send it as Bearer.')
}

/**
 * Asks for the proof of a bound token, also where its provider has not, and refuses what is not bound where it must be.
 * @throws {TokenError} `token_binding`, `proof_missing`, `proof_invalid`
 */
function confirmSender(
  provider: AuthProvider,
  user: object,
  token: string,
  request: AuthRequest,
): void | Promise<void> {
  const { dpop, tokenHeader } = provider
  // Most tokens are not bound: nothing more is looked at, and nothing waited for.
  const isPlain = dpop !== 'required' && !Object.hasOwn(user, 'cnf')
  if (isPlain) return refuseUnproven(tokenHeader, request)
  if (isProven(request, token) || isWithoutProof(request)) return undefined
  const thumbprint = boundThumbprint(user)
  if (thumbprint !== undefined) {
    const isInAuthorization = tokenHeader === undefined
    const now = Date.now()
    return requireProof({ token, thumbprint, isInAuthorization, rules, now }, request)
  }
  if (dpop === 'required') refuseUnbound('The token is not bound to a key (cnf.jkt).')
  return refuseUnproven(tokenHeader, request)
}

/**
 * Admits the bearer of a token that is not an API key.
 * @throws {AuthError} the provider's own refusal; that of a proof (RFC 9449); `token_issuer` for a token that names the issuer of API
 *   keys, whose memory and revocations are not for any other provider
 */
export async function admitToken(
  provider: AuthProvider,
  token: string,
  request: AuthRequest,
  roles: RoleTable,
): Promise<AdmittedUser> {
  const user = await authenticateUser(provider, token, request)
  const confirmed = confirmSender(provider, user, token, request)
  if (confirmed !== undefined) await confirmed
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
  refuseUnproven(undefined, request)
  const user = await provider.authenticateToken(token, request)
  return { user, principal: await admitUser(provider, user, request, roles) }
}
