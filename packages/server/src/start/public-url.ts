import { ConfigurationError } from '@signet/auth'
import { readPublicUrl, type PublicUrl } from '@signet/auth/internal'
import type { ServerSettings } from '@signet/core'
import { OF_SERVER } from './start-check.js'

/**
 * Reads `server.publicUrl`; undefined where the option is left out.
 * @param path - what stands before the name of the option in messages
 * @throws {ConfigurationError} `option_invalid` for an option without a value, and for what is not a URL of https (http on
 *   loopback) with a plain path or none, without user, query and fragment
 */
export function publicUrlOf(
  server: Pick<ServerSettings, 'publicUrl'>,
  path: string = OF_SERVER.path,
): PublicUrl | undefined {
  if (!Object.hasOwn(server, 'publicUrl')) return undefined
  const { publicUrl } = server
  if (publicUrl === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `The option ${path}publicUrl is undefined. Give it a value, or leave it out.`,
    )
  }
  return readPublicUrl(publicUrl, `${path}publicUrl`)
}
