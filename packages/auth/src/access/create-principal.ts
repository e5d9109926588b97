import { AuthError, TokenError } from '../error.js'
import { deepFreeze } from '../lib/freeze.js'
import { issuerOf, ownText, subjectOf, tokenIdOf } from '../claim/identity.js'
import { readGrants } from './grant.js'
import type { Principal } from './principal.js'
import { recallPrincipal, rememberPrincipal } from './remembered-principal.js'
import type { RoleTable } from './role.js'
import { isObject } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'

/** A method, because a provider has users of its own kind: parameters of methods are compared both ways. */
interface Mapping {
  mapUserToResourceId(user: object): unknown
}

/** What turns a user into a principal. */
export interface PrincipalOptions {
  readonly roles: RoleTable
  readonly defaultRole?: string | undefined
  /** The most that the user is granted. Default: everything that their claims say. */
  readonly grants?: readonly string[] | undefined
  /** Default: the subject owns. */
  readonly mapUserToResourceId?: Mapping['mapUserToResourceId'] | undefined
}

/**
 * The subject of a user: its `sub`, else its `id`.
 * @throws {TokenError} `token_claim` where neither is a text that is not blank
 */
export function readSubject(user: object): string {
  const subject = subjectOf(user)
  if (subject !== undefined) return subject
  throw new TokenError('token_claim', 'The token has no subject (sub).', { claim: 'sub' })
}

/** Fails closed: whatever the application's function returns or throws, only a text can own something. */
function readResourceId(user: object, subject: string, options: PrincipalOptions): string {
  let resourceId: unknown
  try {
    resourceId = options.mapUserToResourceId?.(user)
  } catch (cause) {
    throw new AuthError('access_denied', 'mapUserToResourceId threw an error.', { cause })
  }
  // A promise is refused below; without this, its own failure would end the process.
  if (resourceId instanceof Promise) resourceId.catch(() => undefined)
  if (resourceId === undefined || resourceId === null) return subject
  if (!isNonBlank(resourceId)) {
    throw new AuthError(
      'access_denied',
      'mapUserToResourceId must return a text that is not blank, and not a promise.',
    )
  }
  return resourceId
}

function readActor(user: object): string | undefined {
  const actor: unknown = Object.hasOwn(user, 'act') ? Reflect.get(user, 'act') : undefined
  return isObject(actor) ? ownText(actor, 'sub') : undefined
}

function readPrincipal(
  user: object,
  subject: string,
  resourceId: string,
  options: PrincipalOptions,
): Principal {
  const grants = readGrants(user, options)
  const expiresAt: unknown = Object.hasOwn(user, 'exp') ? Reflect.get(user, 'exp') : undefined
  return {
    subject,
    issuer: issuerOf(user),
    resourceId,
    permissions: grants.permissions,
    roles: grants.roles,
    ignoredGrants: grants.ignored,
    tokenId: tokenIdOf(user),
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
    actor: readActor(user),
    claims: deepFreeze({ ...user }),
  }
}

/**
 * Makes the principal of a user whose token has verified. Who owns is asked each time; the rest is made anew
 * unless it follows from constants alone, so that it may be the same object as before.
 *
 * @param user - verified claims, or what a provider returned; its `sub` (or `id`) is the subject
 * @throws {TokenError} `token_claim` when it names no subject
 * @throws {AuthError} `access_denied` when `mapUserToResourceId` gives no text
 * @example
 * ```typescript
 * import { createPrincipal, DEFAULT_ROLES, MastraJwtAuth } from '@signet/auth'
 *
 * const auth = new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] })
 *
 * export async function mayAsk(token: string): Promise<boolean> {
 *   const principal = createPrincipal(await auth.authenticateToken(token), { roles: DEFAULT_ROLES })
 *   return principal.permissions.allows('agents:execute:assistant')
 * }
 * ```
 */
export function createPrincipal(user: object, options: PrincipalOptions): Principal {
  const known = recallPrincipal(user, options)
  const subject = known?.subject ?? readSubject(user)
  const resourceId = readResourceId(user, subject, options)
  if (known?.resourceId === resourceId) return known
  const principal = Object.freeze(
    known === undefined
      ? readPrincipal(user, subject, resourceId, options)
      : { ...known, resourceId },
  )
  rememberPrincipal(user, options, principal)
  return principal
}
