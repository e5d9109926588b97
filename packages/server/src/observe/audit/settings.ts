import type { ServerConfig } from '@signet/core'
import { OF_SERVER, positive } from '../../start/start-check.js'

const DEFAULT_DAYS = 90

/**
 * How many days records are kept; false where nothing is recorded.
 * @param path - what stands before the name of the option in messages
 * @throws {StartError} `option_invalid`
 */
export function readRetentionDays(
  config: ServerConfig['audit'] = {},
  path: string = OF_SERVER.path,
): number | false {
  if (config === false) return false
  const { retentionDays = DEFAULT_DAYS } = config
  return positive('audit.retentionDays', retentionDays, path)
}
