import { isConstant } from '../lib/constant.js'
import type { ReadingOptions } from './grant.js'
import type { Principal } from './principal.js'

/** A principal, and what it was made of beside its user. The owner is not among it: the application names it. */
interface Remembered extends ReadingOptions {
  readonly principal: Principal
}

/** By the user: the claims of a token, which live as long as the token is remembered. */
const principals = new WeakMap<object, Remembered>()

/** The principal that was made last of this user, if by the same options. */
export function recallPrincipal(user: object, options: ReadingOptions): Principal | undefined {
  const known = principals.get(user)
  if (known === undefined) return undefined
  const isSame =
    known.roles === options.roles &&
    known.defaultRole === options.defaultRole &&
    known.grants === options.grants &&
    known.claimMap === options.claimMap &&
    known.scopeMap === options.scopeMap &&
    known.unknownRoles === options.unknownRoles
  return isSame ? known.principal : undefined
}

/**
 * Remembers a principal, where all that it was made of is constant: then it would be made again the same.
 * Of a user it is one, the last.
 */
export function rememberPrincipal(
  user: object,
  options: ReadingOptions,
  principal: Principal,
): void {
  const { roles, defaultRole, grants, claimMap, scopeMap, unknownRoles } = options
  if (!isConstant(user) || !isConstant(roles)) return
  for (const each of [grants, claimMap, scopeMap]) {
    if (each !== undefined && !isConstant(each)) return
  }
  principals.set(user, {
    principal,
    roles,
    defaultRole,
    grants,
    claimMap,
    scopeMap,
    unknownRoles,
  })
}
