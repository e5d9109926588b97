import { ConfigurationError } from '@signet/auth'
import { LOOPBACK } from '@signet/auth/internal'

/** Where the application behind the proxy listens. */
export interface UpstreamOrigin {
  /** Such as `http://127.0.0.1:4112`. */
  readonly origin: string
  readonly hostname: string
  readonly port: number
  readonly isLoopback: boolean
}

function refuse(problem: string): never {
  throw new ConfigurationError(
    'option_invalid',
    `upstream ${problem} Write the origin of the application, such as http://127.0.0.1:4112.`,
  )
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    return refuse('is not a URL.')
  }
}

/**
 * Reads where the application listens.
 * @param isAnywhere - whether it may be a host that is not this machine, where others could reach it without the proxy
 * @throws {ConfigurationError} `option_invalid` for what is not the origin of an HTTP server, and for a host that is not
 *   this machine
 */
export function readUpstream(text: unknown, isAnywhere: boolean): UpstreamOrigin {
  if (typeof text !== 'string' || text.trim() === '') refuse('is missing or not a text.')
  const { protocol, hostname, username, password, pathname, search, hash, port, origin } =
    parse(text)
  if (protocol !== 'http:' && protocol !== 'https:') refuse('is not a URL of http or https.')
  if (username !== '' || password !== '') refuse('has a user or a password.')
  if (pathname !== '/' || search !== '' || hash !== '') {
    refuse('has more than a host and a port.')
  }
  const isLoopback = LOOPBACK.test(hostname)
  if (!isLoopback && !isAnywhere) {
    refuse(
      `names the host ${hostname}, which is not this machine: whoever reaches it there needs no token. If its network lets in only the proxy, write --upstream-anywhere.`,
    )
  }
  const defaultPort = protocol === 'https:' ? 443 : 80
  return { origin, hostname, port: port === '' ? defaultPort : Number(port), isLoopback }
}
