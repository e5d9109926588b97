import { ConfigurationError } from '../error.js'
import { LOOPBACK } from '../lib/loopback.js'

const REMEDY =
  'Write the URL by which clients reach this resource, such as https://api.example.com or https://api.example.com/agents: https (http only on loopback), without user, query and fragment.'

function refuse(): never {
  throw new ConfigurationError(
    'option_invalid',
    `The option publicUrl is not such a URL. ${REMEDY}`,
  )
}

function parse(text: unknown): URL {
  // A URL of the class is written as a text first; what else there is, such as an empty text, is not parsed.
  if (typeof text !== 'string' || text.trim() !== text) refuse()
  try {
    return new URL(text)
  } catch {
    refuse()
  }
}

/**
 * Where the metadata of a protected resource stands (RFC 9728 section 3.1): `/.well-known/oauth-protected-resource` goes
 * between the host and the path of the resource.
 *
 * @param publicUrl - the resource identifier: the URL by which clients reach the resource
 * @throws {ConfigurationError} `option_invalid` for what is not a URL of https (http on loopback), or has a user, a query
 *   or a fragment
 */
export function resourceMetadataUrl(publicUrl: string): string {
  const url = parse(publicUrl)
  const isSecure =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
  // Asked of the text: a URL forgets an empty query or fragment.
  if (!isSecure || url.username !== '' || url.password !== '' || /[?#]/.test(publicUrl)) refuse()
  const path = url.pathname === '/' ? '' : url.pathname
  return `${url.origin}/.well-known/oauth-protected-resource${path}`
}
