import { ConfigurationError } from '@signet/auth'

/** How long a call waits where its tool does not say, in seconds: a day. */
export const DEFAULT_SECONDS = 86_400
const MAX_SECONDS = 30 * 86_400

/**
 * Reads how long a call of a tool may wait, in seconds. Default: a day.
 * @param option - the option that says it
 * @throws {ConfigurationError} `option_invalid`
 */
export function readTerm(id: string, option: string, config: object | undefined): number {
  if (config === undefined || !('expiresInSeconds' in config)) return DEFAULT_SECONDS
  const { expiresInSeconds: seconds } = config
  const isTerm =
    typeof seconds === 'number' &&
    Number.isSafeInteger(seconds) &&
    seconds >= 1 &&
    seconds <= MAX_SECONDS
  if (isTerm) return seconds
  throw new ConfigurationError(
    'option_invalid',
    `The option ${option}.expiresInSeconds of tool ${JSON.stringify(id)} is not valid. Give a whole number from 1 to ${MAX_SECONDS}.`,
  )
}
