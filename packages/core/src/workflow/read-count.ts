import { ConfigurationError } from '@signet/auth'

/**
 * A whole number that an application gives.
 * @param what - the option, as the beginning of a sentence
 * @returns undefined where it is left out
 * @throws {ConfigurationError} `option_invalid` for anything else
 */
export function readCount(
  value: unknown,
  what: string,
  bounds: { readonly least?: number | undefined; readonly most: number },
): number | undefined {
  if (value === undefined) return undefined
  const { least = 0, most } = bounds
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) {
    return value
  }
  throw new ConfigurationError(
    'option_invalid',
    `${what} must be a whole number from ${least} to ${most}.`,
  )
}
