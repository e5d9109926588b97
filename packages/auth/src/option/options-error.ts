import { ConfigurationError } from '../error.js'
import { findRefusedOptions, type RefusedOption } from './closed-options.js'

/** One refused option in words: `Agent "a": scorers. Signet runs no …`. */
function refusedOptionText({ where, name, remedy }: RefusedOption): string {
  return `${where}: ${name}. ${remedy}`
}

function messageOf(refused: readonly RefusedOption[]): string {
  const [only, ...others] = refused.map(refusedOptionText)
  if (only !== undefined && others.length === 0) return only
  return [`${refused.length} options are refused.`, ...refused.map(refusedOptionText)].join('\n- ')
}

/**
 * Options that are not served. `code` is `option_unsupported` where Mastra has one of them, and
 * `option_unknown` where nobody has any of them.
 */
export class OptionsError extends ConfigurationError {
  readonly refused: readonly RefusedOption[]

  constructor(refused: readonly RefusedOption[]) {
    const isKnown = refused.some(({ isKnownToMastra }) => isKnownToMastra)
    super(isKnown ? 'option_unsupported' : 'option_unknown', messageOf(refused))
    this.refused = refused
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static override isInstance(value: unknown): value is OptionsError {
    return ConfigurationError.isInstance(value) && 'refused' in value
  }
}

/** @throws {OptionsError} where there is one */
export function refuseOptions(refused: readonly RefusedOption[]): void {
  if (refused.length > 0) throw new OptionsError(refused)
}

/**
 * Refuses options that are not known, with the nearest name: misspelt, they would not count.
 * @param where - what has the options, as the beginning of a sentence
 * @param served - the names that are known, of an `OptionNames`
 * @throws {OptionsError} `option_unknown`
 */
export function refuseUnknown(
  where: string,
  options: object,
  served: Readonly<Record<string, true>>,
  path = '',
): void {
  refuseOptions(findRefusedOptions(where, options, { served }, path))
}
