import { rolesOf, scopesOf, subjectOf, type Claims } from '../token/claims.js'

/** The body of `POST /auth/tokens`, which signs a token. */
export interface SigningRequest {
  readonly sub: string
  readonly scope?: string
  readonly roles?: readonly string[]
  readonly expiresInSeconds: number
  readonly claims: Claims
}

/** Claims that have their own members in the request, or that the server sets. */
const OWN = new Set(['sub', 'exp', 'iat', 'scope', 'scp', 'permissions', 'role', 'roles'])
/** Claims that the server does not accept from anybody. */
const RESERVED = ['id', 'iss', 'aud', 'nbf', 'jti', 'sid', 'act']
const MAX_SECONDS = 30 * 86_400

/** Creates the request, or says why the server would refuse it. @param now - ms since 1970 */
export function signingRequest(
  claims: Claims,
  now: number,
): { readonly request: SigningRequest } | { readonly problem: string } {
  const sub = subjectOf(claims)
  if (sub.trim() === '') return { problem: 'The token needs a subject.' }
  const { exp } = claims
  if (typeof exp !== 'number') {
    return { problem: 'The server signs only tokens that expire. Choose an expiry.' }
  }
  const expiresInSeconds = Math.round(exp - now / 1000)
  if (expiresInSeconds < 1) return { problem: 'The expiry is in the past.' }
  if (expiresInSeconds > MAX_SECONDS) {
    return { problem: 'The server signs tokens for 30 days at most.' }
  }
  const reserved = RESERVED.filter((name) => Object.hasOwn(claims, name))
  if (reserved.length > 0) {
    return {
      problem: `The server sets ${reserved.join(', ')} itself. Remove ${reserved.length === 1 ? 'it' : 'them'} from the JSON.`,
    }
  }
  const scopes = scopesOf(claims)
  const roles = rolesOf(claims)
  const rest = Object.entries(claims).filter(([name]) => !OWN.has(name))
  return {
    request: {
      sub,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(roles.length > 0 && { roles }),
      expiresInSeconds,
      claims: Object.fromEntries(rest),
    },
  }
}
