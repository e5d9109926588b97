import { ConfigurationError } from '../error.js'
import { LOOPBACK } from '../lib/loopback.js'

/** Where the metadata of a resource without a path stands (RFC 9728 section 3). */
export const METADATA_PATH = '/.well-known/oauth-protected-resource'

const REMEDY =
  'Write the URL by which clients reach this resource, such as https://api.example.com or https://api.example.com/agents: https (http only on loopback), without user, query and fragment.'

/** A URL with two slashes and a host. Asked of the text: `URL` forgets an empty user, query or fragment, and mends the rest. */
const ABSOLUTE = /^https?:\/\/[^\s/\\?#@]+(?:\/[^\s\\?#]*)?$/i

function parse(text: unknown): URL | undefined {
  // A URL of the class is written as a text first; what else there is, such as an empty text, is not parsed.
  if (typeof text !== 'string' || !ABSOLUTE.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? url : undefined
}

/**
 * Where the metadata of a protected resource stands (RFC 9728 section 3.1): `/.well-known/oauth-protected-resource` goes
 * between the host and the path of the resource.
 *
 * @param publicUrl - the resource identifier: the URL by which clients reach the resource
 * @param name - of the option. Default: `publicUrl`
 * @throws {ConfigurationError} `option_invalid` for what is not a URL of https (http on loopback), or has a user, a query
 *   or a fragment
 */
export function resourceMetadataUrl(publicUrl: string, name = 'publicUrl'): string {
  const url = parse(publicUrl)
  if (url === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `The option ${name} is not such a URL. ${REMEDY}`,
    )
  }
  const path = url.pathname === '/' ? '' : url.pathname
  return `${url.origin}${METADATA_PATH}${path}`
}
