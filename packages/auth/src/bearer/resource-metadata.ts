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

/** By what URL clients reach a protected resource, and where they find out more about it. */
export interface PublicUrl {
  /** The resource identifier (RFC 9728 section 1.2). */
  readonly resource: string
  /** Where its metadata stands, for the challenges. */
  readonly metadataUrl: string
  /** The path of that URL. */
  readonly metadataPath: string
}

/** A path that a router takes for nothing but itself. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_.~-]+)*\/?$/

/**
 * Reads the URL of a protected resource. Its metadata stands at `/.well-known/oauth-protected-resource` between the host
 * and the path (RFC 9728 section 3.1).
 *
 * @param publicUrl - the URL by which clients reach the resource
 * @param name - of the option. Default: `publicUrl`
 * @throws {ConfigurationError} `option_invalid` for what is not a URL of https (http on loopback) with a plain path or none,
 *   without user, query and fragment
 */
export function readPublicUrl(publicUrl: unknown, name = 'publicUrl'): PublicUrl {
  const url = parse(publicUrl)
  if (url === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `The option ${name} is not such a URL. ${REMEDY}`,
    )
  }
  const { origin, pathname, href } = url
  const metadataPath = `${METADATA_PATH}${pathname === '/' ? '' : pathname}`
  if (!PLAIN_PATH.test(metadataPath)) {
    throw new ConfigurationError(
      'option_invalid',
      `The path of the option ${name} is not plain. Write segments of A-Z a-z 0-9 _ . ~ - alone, such as https://example.com/tools/agent, or no path.`,
    )
  }
  // A URL without a path gets a slash, which the identifier does not have.
  const resource = String(publicUrl).endsWith('/') ? href : href.replace(/\/$/, '')
  return { resource, metadataUrl: `${origin}${metadataPath}`, metadataPath }
}
