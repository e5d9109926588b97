import { splitScopes } from '../../../scope/scope.js'
import type { Lifetime } from './lifetime.js'

/** The claims of a token, in the order in which they are written. */
export type Claims = Readonly<Record<string, unknown>>

/** Sets one claim and keeps its position. `undefined` removes it. */
export function withClaim(claims: Claims, name: string, value: unknown): Claims {
  if (value !== undefined) return { ...claims, [name]: value }
  return Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name))
}

/** The subject; empty if it is not a string. */
export function subjectOf(claims: Claims): string {
  return typeof claims['sub'] === 'string' ? claims['sub'] : ''
}

function texts(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((each): each is string => typeof each === 'string' && each !== '')
}

/** The scopes of `scope`, `scp` and `permissions` together, as the server reads them. */
export function scopesOf(claims: Claims): readonly string[] {
  const values = [claims['scope'], claims['scp'], claims['permissions']].flatMap(texts)
  return splitScopes(values.join(' '))
}

/** The client that the token was issued to, of `azp` or else `client_id`; undefined if neither names one. */
export function clientOf({ azp, client_id: clientId }: Claims): string | undefined {
  const client = azp === undefined ? clientId : azp
  return typeof client === 'string' && client !== '' ? client : undefined
}

/** Replaces all scopes. Without scopes, the claim is removed. */
export function withScopes(claims: Claims, scopes: readonly string[]): Claims {
  const rest = withClaim(withClaim(claims, 'scp', undefined), 'permissions', undefined)
  return withClaim(rest, 'scope', scopes.length === 0 ? undefined : scopes.join(' '))
}

/** The roles of `role` and `roles`. */
export function rolesOf(claims: Claims): readonly string[] {
  return [...new Set([...texts(claims['role']), ...texts(claims['roles'])])]
}

/** Replaces all roles. Without roles, the claim is removed. */
export function withRoles(claims: Claims, roles: readonly string[]): Claims {
  const rest = withClaim(claims, 'role', undefined)
  return withClaim(rest, 'roles', roles.length === 0 ? undefined : roles)
}

/** Sets `iat` to now and `exp` by the lifetime. @param now - ms since 1970 */
export function withLifetime(claims: Claims, lifetime: Lifetime, now: number): Claims {
  if (lifetime === 'written') return claims
  const seconds = Math.floor(now / 1000)
  const issued = withClaim(claims, 'iat', seconds)
  return withClaim(issued, 'exp', lifetime === 'never' ? undefined : seconds + lifetime)
}

/** Reads claims from JSON, or says what is wrong with the text. */
export function readClaims(
  text: string,
): { readonly claims: Claims } | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'This is not valid JSON yet. The form shows the last valid claims.' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'Claims are one JSON object, in braces.' }
  }
  return { claims: { ...value } }
}

/** Writes claims as JSON for the editor. */
export function writeClaims(claims: Claims): string {
  return JSON.stringify(claims, null, 2)
}

/** What a server would refuse or warn about in the claims, each in a sentence. @param now - ms since 1970 */
export function claimProblems(claims: Claims, now: number): readonly string[] {
  const problems: string[] = []
  if (subjectOf(claims).trim() === '') problems.push('There is no subject: `sub` says who calls.')
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claims[name]
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      problems.push(`\`${name}\` must be a number of seconds since 1970.`)
    }
  }
  const { exp } = claims
  if (exp === undefined) {
    problems.push(
      'The token never expires. A server in production refuses it unless its configuration allows it.',
    )
  } else if (typeof exp === 'number' && exp * 1000 <= now) {
    problems.push('`exp` is in the past.')
  } else if (typeof exp === 'number' && exp > 1e11) {
    problems.push('`exp` seems to be in milliseconds. It must be in seconds.')
  }
  return problems
}
