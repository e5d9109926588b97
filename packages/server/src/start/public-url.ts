import { ConfigurationError } from '@signet/auth'
import { resourceMetadataUrl } from '@signet/auth/internal'
import type { ServerSettings } from '@signet/core'

/** By what URL clients reach a server, and where they find out more about it. */
export interface PublicUrl {
  /** The resource identifier (RFC 9728 section 1.2). */
  readonly resource: string
  /** Where its metadata stands, for the challenges. */
  readonly metadataUrl: string
  /** The path of that URL. */
  readonly metadataPath: string
}

/** A path that the router takes for nothing but itself. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_.~-]+)*\/?$/

/**
 * Reads `server.publicUrl`; undefined where the option is left out.
 * @throws {ConfigurationError} `option_invalid` for an option without a value, and for what is not a URL of https (http on
 *   loopback) with a plain path or none, without user, query and fragment
 */
export function readPublicUrl(server: Pick<ServerSettings, 'publicUrl'>): PublicUrl | undefined {
  if (!Object.hasOwn(server, 'publicUrl')) return undefined
  const { publicUrl } = server
  if (publicUrl === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      'The option server.publicUrl is undefined. Give it a value, or leave it out.',
    )
  }
  const metadataUrl = resourceMetadataUrl(publicUrl, 'server.publicUrl')
  const metadataPath = new URL(metadataUrl).pathname
  if (!PLAIN_PATH.test(metadataPath)) {
    throw new ConfigurationError(
      'option_invalid',
      'The path of the option server.publicUrl is not plain. Write segments of A-Z a-z 0-9 _ . ~ - alone, such as https://example.com/tools/agent, or no path.',
    )
  }
  const { href } = new URL(publicUrl)
  const resource = publicUrl.endsWith('/') ? href : href.replace(/\/$/, '')
  return { resource, metadataUrl, metadataPath }
}
