import { ConfigurationError } from '../error.js'

/**
 * Refuses options that were written out but have no value, such as `issuer: process.env.ISSUER` where the
 * variable is not set: taken as left out, they would accept more than the application says.
 * @throws {ConfigurationError} `option_invalid`
 */
export function refuseUndefined<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  for (const name of names) {
    if (!(name in options) || options[name] !== undefined) continue
    throw new ConfigurationError(
      'option_invalid',
      `The option ${name} is undefined. Give it a value, or leave it out.`,
    )
  }
}

/**
 * Refuses options that are no functions. Also those that are written out but undefined: taken as left out,
 * an `authorizeUser` that is not set would let everyone call.
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkFunctions<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  for (const name of names) {
    if (!(name in options) || typeof options[name] === 'function') continue
    throw new ConfigurationError('option_invalid', `The option ${name} is not a function.`)
  }
}
