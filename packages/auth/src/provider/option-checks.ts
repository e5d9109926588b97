import { ConfigurationError } from '../error.js'
import { isNonBlank } from '../lib/text.js'
import { findRefusedOptions, type Remedies } from '../option/closed-options.js'
import { nearestName } from '../option/nearest-name.js'
import { refuseOptions } from '../option/options-error.js'
import { DECIDING_MEMBERS } from './provider-shape.js'

/**
 * Refuses options that were written out but have no value, such as `issuer: process.env.ISSUER` where the
 * variable is not set: taken as left out, they would accept more than the application says.
 * @param path - what stands before each name. Default: nothing
 * @throws {ConfigurationError} `option_invalid`
 */
export function refuseUndefined<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
  path = '',
): void {
  for (const name of names) {
    if (!(name in options) || options[name] !== undefined) continue
    throw new ConfigurationError(
      'option_invalid',
      `The option ${path}${name} is undefined. Give it a value, or leave it out.`,
    )
  }
}

/**
 * Refuses options that are not functions. Also those that are written out but undefined: taken as left out,
 * an `authorizeUser` that is not set would let everyone call.
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkFunctions<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  for (const name of names) {
    if (!(name in options) || typeof options[name] === 'function') continue
    throw new ConfigurationError('option_invalid', `The option ${name} must be a function.`)
  }
}

/** What an option must be, and how a message says it. */
interface OptionForm {
  readonly words: string
  fits(value: unknown): boolean
}

export const A_TEXT: OptionForm = { words: 'a text that is not blank', fits: isNonBlank }
export const A_FUNCTION: OptionForm = {
  words: 'a function',
  fits: (value) => typeof value === 'function',
}
/** `defaultRole`: null gives none. */
export const A_ROLE: OptionForm = {
  words: 'the name of a role, or null',
  fits: (value) => value === null || isNonBlank(value),
}

/**
 * Refuses options of another type; what is undefined counts as left out.
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkForms<Options extends object>(
  options: Options,
  forms: { readonly [Name in keyof Options & string]?: OptionForm | undefined },
): void {
  for (const [name, form] of Object.entries<OptionForm | undefined>(forms)) {
    const value: unknown = Reflect.get(options, name)
    if (form === undefined || value === undefined || form.fits(value)) continue
    throw new ConfigurationError('option_invalid', `The option ${name} must be ${form.words}.`)
  }
}

/**
 * Refuses options that are not known, with the nearest name: `audiance`, taken in silence, would accept tokens
 * of every audience.
 * @param path - what stands before each name. Default: nothing
 * @param misplaced - names that stand elsewhere, with where to write them. Default: none
 * @throws {OptionsError} `option_unknown`, or `option_unsupported` for `authorize` and `rules`
 */
export function checkOptions(
  where: string,
  options: object,
  served: Readonly<Record<string, true>>,
  path = '',
  misplaced: Remedies = {},
): void {
  const rules = { served, guards: DECIDING_MEMBERS, misplaced }
  refuseOptions(findRefusedOptions(where, options, rules, path))
}

/**
 * Refuses a name that is probably a misspelt one of these, such as `authorizeUsr`: taken for an option of the subclass, it
 * would let everyone call. Other names are left alone.
 * @throws {OptionsError} `option_unknown`
 */
export function refuseNearMisses(
  where: string,
  options: object,
  served: Readonly<Record<string, true>>,
): void {
  const names = Object.keys(served)
  const misspelt = Object.entries(options).filter(
    ([name]) => !Object.hasOwn(served, name) && nearestName(name, names) !== undefined,
  )
  checkOptions(where, Object.fromEntries(misspelt), served)
}

/**
 * Refuses options by which Mastra decides and Signet does not, and leaves all others to the subclass of a
 * provider, whose own they may be.
 * @throws {OptionsError} `option_unsupported`
 */
export function refuseDecidingOptions(where: string, options: object): void {
  const deciding = Object.entries(options).filter(([name]) => Object.hasOwn(DECIDING_MEMBERS, name))
  checkOptions(where, Object.fromEntries(deciding), {})
}
