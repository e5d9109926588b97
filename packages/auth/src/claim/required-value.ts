import { ConfigurationError } from '../error.js'
import { asList } from '../lib/as-list.js'
import { isJsonObject, isObject, ownMember } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import { memberName, placeTextOf, readPlaces, type ClaimPlace } from './claim-place.js'

/** A value that a claim may be required to have. */
export type ClaimValue = string | number | boolean

/** What must stand at a place of the claims. */
export interface RequiredValue {
  /** The name of a claim, or a path from a claim on, such as `['firebase', 'tenant']`; without the segment `'*'`. */
  readonly claim: ClaimPlace
  /** A text, number or boolean, or a list of which one must be equal, compared exactly. */
  readonly values: ClaimValue | readonly ClaimValue[]
  /** Whether a token without that member is accepted, too: then it refuses other values only. Default: false. */
  readonly optional?: boolean | undefined
}

const NAMES: OptionNames<RequiredValue> = { claim: true, values: true, optional: true }

function refuse(option: string, message: string): never {
  throw new ConfigurationError('option_invalid', `The option ${option} ${message}`)
}

function isClaimValue(value: unknown): value is ClaimValue {
  return isNonBlank(value) || typeof value === 'boolean' || Number.isFinite(value)
}

/** Checks and copies accepted values; undefined for what is none, or an empty list. */
export function readClaimValues(given: unknown): readonly ClaimValue[] | undefined {
  // A copy, because a hole is not looked at, and would be equal to a claim that is missing.
  const values: readonly unknown[] = Array.from(asList(given))
  return values.length > 0 && values.every(isClaimValue) ? Object.freeze(values) : undefined
}

function readOne(option: string, given: unknown): RequiredValue {
  if (!isJsonObject(given)) {
    refuse(option, "must be an object, such as { claim: ['firebase', 'tenant'], values: 'acme' }.")
  }
  const entry = readOptions(given)
  refuseUnknown('The option requiredValues', entry, NAMES, `${option}.`)
  const [place, ...others] = readPlaces(`${option}.claim`, entry['claim'], true)
  if (place === undefined || others.length > 0) {
    refuse(`${option}.claim`, 'has several places. Write an entry for each.')
  }
  const values = readClaimValues(entry['values'])
  if (values === undefined) {
    refuse(
      `${option}.values`,
      'must have a text that is not blank, a number or a boolean, or a list of them.',
    )
  }
  if (!('optional' in entry)) return Object.freeze({ claim: place.segments, values })
  const { optional } = entry
  if (typeof optional !== 'boolean') refuse(`${option}.optional`, 'must be true or false.')
  return Object.freeze({ claim: place.segments, values, optional })
}

/**
 * Checks and copies a list of required values.
 * @throws {ConfigurationError} `option_invalid`, also for an empty list and for a place that stands there twice;
 *   `option_unknown`
 */
export function readRequiredList(given: readonly unknown[]): readonly RequiredValue[] {
  if (given.length === 0) {
    refuse(
      'requiredValues',
      "is an empty list. Write an entry, such as { claim: ['firebase', 'tenant'], values: 'acme' }, or leave it out.",
    )
  }
  const entries = Array.from(given, (each, index) => readOne(`requiredValues.${index}`, each))
  const places = entries.map(({ claim }) => JSON.stringify(claim))
  const twice = entries.find(({ claim }, index) => places.indexOf(JSON.stringify(claim)) !== index)
  if (twice !== undefined) {
    refuse('requiredValues', `has ${placeTextOf(twice.claim)} twice. Write its values in one list.`)
  }
  return Object.freeze(entries)
}

/**
 * What stands at the place of a required value: own members only. Undefined where a member on the way is missing, and null
 * where something on the way cannot have members, which is not the same.
 */
export function requiredAt({ claim }: RequiredValue, claims: object): unknown {
  let value: unknown = claims
  for (const segment of typeof claim === 'string' ? [claim] : claim) {
    if (!isObject(value) || Array.isArray(value)) return null
    const name = memberName(segment, claims)
    if (name === undefined) return null
    value = ownMember(value, name)
    if (value === undefined) return undefined
  }
  return value
}

/** Whether claims have what is required at its place. */
export function hasRequired(required: RequiredValue, claims: object): boolean {
  const value = requiredAt(required, claims)
  if (value === undefined) return required.optional === true
  const accepted: readonly unknown[] = asList(required.values)
  return accepted.includes(value)
}
