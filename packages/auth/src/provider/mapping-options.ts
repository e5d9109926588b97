import { freezeRoleTable } from '../access/role.js'
import { checkScopeMap, type ScopeMap } from '../access/scope-map.js'
import { createClaimMap, type ClaimPlaces } from '../claim/claim-map.js'
import { ConfigurationError } from '../error.js'
import {
  readClaimValues,
  readRequiredList,
  type ClaimValue,
  type RequiredValue,
} from '../claim/required-value.js'
import type { ClaimRules } from '../jwt/claims.js'
import { asList } from '../lib/as-list.js'
import { isJsonObject } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUndefined } from './option-checks.js'

/** Where the tokens of an issuer say what, and which of them are accepted for it. */
export interface MappingOptions {
  /** Where this issuer says what. Default: `role`, `roles`, `scope`, `scp`, `permissions`, `sub`, else `id`; `sid`; `azp`, else `client_id`; `act`. */
  readonly claims?: ClaimPlaces | undefined
  /**
   * What words of the issuer, in scopes and permissions, grant here: `{ 'weather.read': ['agents:read'] }`. For a word
   * that it has, nothing else counts. Default: a word grants only what it says itself.
   */
  readonly scopeMap?: ScopeMap | undefined
  /**
   * `'ignore'`: role names that the role table does not have count as absent, so that the default role counts beside
   * them. Default: they cancel it, and so does an empty list.
   */
  readonly unknownRoles?: 'ignore' | undefined
  /** Who may have asked for a token: its client must be one of these, compared exactly. Default: any client, and none. */
  readonly clients?: string | readonly string[] | undefined
  /**
   * Values that claims must have, such as `{ token_use: 'access' }`: a text, number or boolean, or a list of which one must
   * be equal. Or a list of places with their values, such as `[{ claim: ['firebase', 'tenant'], values: 'acme' }]`.
   * Default: none.
   */
  readonly requiredValues?:
    | Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
    | readonly RequiredValue[]
    | undefined
  /**
   * Who may act for somebody (RFC 8693 section 4.1): a list of the names of current actors, `'any'`, or `false` for
   * nobody. Default: anybody whom the issuer names.
   */
  readonly actors?: readonly string[] | 'any' | false | undefined
}

/** The names of these options. */
export const MAPPING_OPTIONS: OptionNames<MappingOptions> = {
  claims: true,
  scopeMap: true,
  unknownRoles: true,
  clients: true,
  requiredValues: true,
  actors: true,
}

/** These options when they have been read. */
export interface Mapping {
  readonly scopeMap: ScopeMap | undefined
  readonly unknownRoles: 'ignore' | undefined
  /** What a token must satisfy for them. */
  readonly rules: Pick<ClaimRules, 'claimMap' | 'clients' | 'requiredValues' | 'actors'>
}

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

function readScopeMap(given: MappingOptions['scopeMap']): ScopeMap | undefined {
  if (given === undefined) return undefined
  checkScopeMap(given)
  return freezeRoleTable(given)
}

function readUnknownRoles(given: unknown): 'ignore' | undefined {
  if (given === undefined || given === 'ignore') return given
  return refuse("The option unknownRoles must be 'ignore', or be left out.")
}

/** A list of names that is not empty. */
function readNames(option: string, given: unknown): readonly string[] {
  const names: readonly unknown[] = Array.from(asList(given))
  if (names.length > 0 && names.every(isNonBlank)) return Object.freeze(names)
  return refuse(`The option ${option} must be a list of names with at least one.`)
}

function readActors(given: unknown): MappingOptions['actors'] {
  if (given === undefined || given === 'any' || given === false) return given
  if (Array.isArray(given)) return readNames('actors', given)
  return refuse("The option actors must be a list of names, 'any' or false.")
}

function readValues(claim: string, given: unknown): readonly ClaimValue[] {
  return (
    readClaimValues(given) ??
    refuse(
      `The option requiredValues must have a text that is not blank, a number or a boolean for ${JSON.stringify(claim)}, or a list of them.`,
    )
  )
}

function readRequiredValues(given: unknown): ClaimRules['requiredValues'] {
  if (given === undefined) return undefined
  if (Array.isArray(given)) return readRequiredList(given)
  const entries = isJsonObject(given) ? Object.entries(given) : []
  if (entries.length === 0) {
    refuse(
      "The option requiredValues must be an object with at least one claim, such as { token_use: 'access' }.",
    )
  }
  return Object.freeze(
    Object.fromEntries(entries.map(([claim, values]) => [claim, readValues(claim, values)])),
  )
}

/**
 * Reads these options.
 * @throws {ConfigurationError} `option_invalid`, also for one that is undefined; `option_unknown` for a kind of claim
 *   that is not known
 */
export function readMapping(options: MappingOptions): Mapping {
  refuseUndefined(options, Object.keys(MAPPING_OPTIONS) as (keyof MappingOptions)[])
  const { claims, clients } = options
  return {
    scopeMap: readScopeMap(options.scopeMap),
    unknownRoles: readUnknownRoles(options.unknownRoles),
    rules: {
      claimMap: claims === undefined ? undefined : createClaimMap(claims),
      clients: clients === undefined ? undefined : readNames('clients', clients),
      requiredValues: readRequiredValues(options.requiredValues),
      actors: readActors(options.actors),
    },
  }
}
