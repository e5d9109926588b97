import { ConfigurationError } from '../error.js'
import { markConstant } from '../lib/constant.js'
import { isJsonObject } from '../lib/object.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import { actorsAt, standardActors, type Actors } from './actor.js'
import { readPlaces, Visits, type ClaimPlace, type ReadPlace } from './claim-place.js'
import { rolesAt, scopesAt, textAt, type NamedAt } from './claim-value.js'
import { clientOf, sessionOf, subjectOf } from './identity.js'
import { standardPermissions, standardRoles, standardScopes } from './standard-claims.js'

/**
 * Where an issuer says what: for each member the name of a claim, a path, or a list of either. In a list of places each
 * path is a list: `['realm_access', 'roles']` is one path, and `[['role'], ['groups']]` is two names.
 */
export interface ClaimPlaces {
  /**
   * Role names: a text (one name), a list, an object (its keys, but for those whose member is false or null), or `true`
   * (the last segment is the name). Default: `role` and `roles`.
   */
  readonly roles?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** Scopes: the same, but a text is words with blanks or commas between them. Default: `scope` and `scp`. */
  readonly scopes?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** Permissions: as scopes. Default: `permissions`. */
  readonly permissions?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** Who calls: a text that is not blank, at the first place that has a value. Default: `sub`, else `id`. */
  readonly subject?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** The session, by which it can be revoked: as the subject. Default: `sid`. */
  readonly session?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** The client that the token was issued to: as the subject. Default: `azp`, else `client_id`. */
  readonly client?: ClaimPlace | readonly ClaimPlace[] | undefined
  /** Who acts for the subject: a text, an object as `act` is (RFC 8693 section 4.1), or a list. Default: `act`. */
  readonly actor?: ClaimPlace | readonly ClaimPlace[] | undefined
}

/** What claims can be mapped to. */
export type ClaimKind = keyof ClaimPlaces

const KINDS: OptionNames<ClaimPlaces> = {
  roles: true,
  scopes: true,
  permissions: true,
  subject: true,
  session: true,
  client: true,
  actor: true,
}

/** Kinds of which there is one value. */
const ONE: ReadonlySet<string> = new Set<ClaimKind>(['subject', 'session', 'client'])

/** Where each kind is read by default, for messages. */
const STANDARD: Readonly<Record<ClaimKind, string>> = {
  roles: 'role or roles',
  scopes: 'scope or scp',
  permissions: 'permissions',
  subject: 'sub',
  session: 'sid',
  client: 'azp or client_id',
  actor: 'act',
}

/** What claims say, wherever their issuer says it. */
export interface MappedClaims {
  /** The role names at each place that has a value. What is not a text among them names nothing. */
  readonly roles: readonly NamedAt[]
  /** The scopes and permissions at each place that has a value. */
  readonly scopes: readonly NamedAt[]
  readonly subject: string | undefined
  readonly sessionId: string | undefined
  readonly client: string | undefined
  readonly actors: Actors
}

/** How the claims of an issuer are read. Frozen. */
export interface ClaimMap {
  /**
   * What claims say. Claims that are frozen are read once, and the same object is given for them again.
   * @throws {TokenError} `token_claim` for claims with more members at the places, or more actors, than are read
   */
  read(claims: object): MappedClaims
  /** The places of a kind, for messages, such as `realm_access.roles`. */
  placeText(kind: ClaimKind): string
}

/** What claims say where they are read at the standard names. */
export function readStandardClaims(claims: object): MappedClaims {
  return {
    roles: standardRoles(claims),
    scopes: [...standardScopes(claims), ...standardPermissions(claims)],
    subject: subjectOf(claims),
    sessionId: sessionOf(claims),
    client: clientOf(claims),
    actors: standardActors(claims),
  }
}

/** What claims say. @param map - default: they are read at the standard names */
export function readClaims(claims: object, map: ClaimMap | undefined): MappedClaims {
  return map === undefined ? readStandardClaims(claims) : map.read(claims)
}

/** Whom claims name. @param map - as `readClaims` has it */
export function mappedSubject(claims: object, map: ClaimMap | undefined): string | undefined {
  return map === undefined ? subjectOf(claims) : map.read(claims).subject
}

/** Where claims of a kind stand, for messages. @param map - as `readClaims` has it */
export function placeText(kind: ClaimKind, map: ClaimMap | undefined): string {
  return map === undefined ? STANDARD[kind] : map.placeText(kind)
}

type ReadPlaces = Readonly<Partial<Record<ClaimKind, readonly ReadPlace[]>>>

function readAt(places: ReadPlaces, claims: object): MappedClaims {
  const visits = new Visits()
  const at = <Value>(
    kind: ClaimKind,
    standard: (claims: object) => Value,
    read: (places: readonly ReadPlace[], claims: object, visits: Visits) => Value,
  ): Value => {
    const given = places[kind]
    return given === undefined ? standard(claims) : read(given, claims, visits)
  }
  return Object.freeze({
    roles: at('roles', standardRoles, rolesAt),
    scopes: Object.freeze([
      ...at('scopes', standardScopes, scopesAt),
      ...at('permissions', standardPermissions, scopesAt),
    ]),
    subject: at('subject', subjectOf, textAt),
    sessionId: at('session', sessionOf, textAt),
    client: at('client', clientOf, textAt),
    actors: at('actor', standardActors, actorsAt),
  })
}

function readKinds(given: unknown): ReadPlaces {
  if (!isJsonObject(given)) {
    throw new ConfigurationError(
      'option_invalid',
      "The option claims must be an object that says where each is, such as { roles: 'groups' }.",
    )
  }
  const places = readOptions(given)
  refuseUnknown('The option claims', places, KINDS, 'claims.')
  const entries = Object.entries(places)
  if (entries.length === 0) {
    throw new ConfigurationError(
      'option_invalid',
      "The option claims is empty. Write where each is, such as { roles: 'groups' }, or leave it out.",
    )
  }
  return Object.fromEntries(
    entries.map(([kind, place]: readonly [string, unknown]) => [
      kind,
      readPlaces(`claims.${kind}`, place, ONE.has(kind)),
    ]),
  )
}

/**
 * Checks where an issuer says what, and makes of it how its claims are read. The places are copied.
 *
 * @throws {ConfigurationError} `option_invalid` for a place that cannot be; `option_unknown`
 * @example
 * ```typescript
 * import { createClaimMap } from '@signet/auth'
 *
 * const map = createClaimMap({ subject: 'oid' })
 * export const subject: string | undefined = map.read({ sub: 'pairwise-1', oid: '690222be' }).subject
 * ```
 */
export function createClaimMap(given: ClaimPlaces): ClaimMap {
  const places = readKinds(given)
  const known = new WeakMap<object, MappedClaims>()
  return markConstant(
    Object.freeze({
      read(claims: object): MappedClaims {
        const remembered = known.get(claims)
        if (remembered !== undefined) return remembered
        const mapped = readAt(places, claims)
        if (Object.isFrozen(claims)) known.set(claims, mapped)
        return mapped
      },
      placeText(kind: ClaimKind): string {
        return places[kind]?.map(({ text }) => text).join(' or ') ?? STANDARD[kind]
      },
    }),
  )
}
