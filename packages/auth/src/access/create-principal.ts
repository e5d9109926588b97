import { AuthError, TokenError } from '../error.js'
import { deepFreeze } from '../lib/freeze.js'
import { mappedSubject, placeText, readClaims, type ClaimMap } from '../claim/claim-map.js'
import { issuerOf, tokenIdOf } from '../claim/identity.js'
import { readGrants, type ReadingOptions } from './grant.js'
import type { Principal } from './principal.js'
import { recallPrincipal, rememberPrincipal } from './remembered-principal.js'
import { isNonBlank } from '../lib/text.js'

/** A method, because a provider has users of its own kind: parameters of methods are compared both ways. */
interface Mapping {
  mapUserToResourceId(user: object): unknown
}

/** What turns a user into a principal. */
export interface PrincipalOptions extends ReadingOptions {
  /** Default: the subject owns. */
  readonly mapUserToResourceId?: Mapping['mapUserToResourceId'] | undefined
}

/**
 * The subject of a user: its `sub`, else its `id`, or what the map says.
 * @throws {TokenError} `token_claim` where that is not a text, or is blank
 */
export function readSubject(user: object, map?: ClaimMap): string {
  const subject = mappedSubject(user, map)
  if (subject !== undefined) return subject
  const claim = placeText('subject', map)
  throw new TokenError('token_claim', `The token has no subject (${claim}).`, { claim })
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

function readPrincipal(
  user: object,
  subject: string,
  resourceId: string,
  options: PrincipalOptions,
): Principal {
  const mapped = readClaims(user, options.claimMap)
  const grants = readGrants(mapped, options)
  const expiresAt: unknown = Object.hasOwn(user, 'exp') ? Reflect.get(user, 'exp') : undefined
  return {
    subject,
    issuer: issuerOf(user),
    resourceId,
    permissions: grants.permissions,
    roles: grants.roles,
    ignoredGrants: grants.ignored,
    foreignScopes: grants.foreign,
    tokenId: tokenIdOf(user),
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
    sessionId: mapped.sessionId,
    client: mapped.client,
    actor: mapped.actors.current,
    actors: mapped.actors.names,
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
  const subject = known?.subject ?? readSubject(user, options.claimMap)
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
