import { isConstant } from '../lib/constant.js'
import type { GrantOptions } from './grant.js'
import type { Principal } from './principal.js'

/** A principal, and what it was made of beside its user. The owner is not among it: the application names it. */
interface Remembered {
  readonly principal: Principal
  readonly roles: GrantOptions['roles']
  readonly defaultRole: GrantOptions['defaultRole']
  readonly grants: GrantOptions['grants']
}

/** By the user: the claims of a token, which live as long as the token is remembered. */
const principals = new WeakMap<object, Remembered>()

/** The principal that was made last of this user, if by the same role table, default role and cap. */
export function recallPrincipal(user: object, options: GrantOptions): Principal | undefined {
  const known = principals.get(user)
  if (known === undefined) return undefined
  const isSame =
    known.roles === options.roles &&
    known.defaultRole === options.defaultRole &&
    known.grants === options.grants
  return isSame ? known.principal : undefined
}

/**
 * Remembers a principal, where all that it was made of is constant: then it would be made again the same.
 * Of a user it is one, the last.
 */
export function rememberPrincipal(user: object, options: GrantOptions, principal: Principal): void {
  const { roles, defaultRole, grants } = options
  if (!isConstant(user) || !isConstant(roles)) return
  if (grants !== undefined && !isConstant(grants)) return
  principals.set(user, { principal, roles, defaultRole, grants })
}
