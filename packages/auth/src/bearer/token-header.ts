import { AuthError, ConfigurationError, TokenError } from '../error.js'
import { isBearerToken } from './header.js'
import { trimWhiteSpace } from './white-space.js'

/** A field name (RFC 9110 section 5.6.2). */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Headers that have another meaning, and those of one connection, which a proxy does not pass on (RFC 9110 section 7.6.1). */
const REFUSED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

/** Methods that change nothing (RFC 9110 section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** What `Sec-Fetch-Site` says of a request that no page of another origin sent. */
const OWN_SITE: ReadonlySet<string> = new Set(['same-origin', 'none'])

/** A header of a request by its name in lower case; several of one name are joined by commas. */
export type HeaderReader = (name: string) => string | undefined

/**
 * Reads the option `tokenHeader`.
 * @returns the name in lower case
 * @throws {ConfigurationError} `option_invalid` for what is not the name of a header, or one that cannot have a token
 */
export function readTokenHeaderName(given: unknown): string {
  if (typeof given !== 'string' || !FIELD_NAME.test(given)) {
    throw new ConfigurationError(
      'option_invalid',
      "The option tokenHeader must be the name of the header that the proxy sets, such as 'Cf-Access-Jwt-Assertion'.",
    )
  }
  const name = given.toLowerCase()
  if (REFUSED.has(name) || name.startsWith('sec-')) {
    throw new ConfigurationError(
      'option_invalid',
      `The option tokenHeader is ${JSON.stringify(given)}, which has another meaning. Name a header of its own, or leave the option out to read Authorization.`,
    )
  }
  return name
}

/** The header in which a provider wants its tokens, in lower case; undefined for `Authorization`. */
export function tokenHeaderOf(provider: {
  readonly tokenHeader?: string | undefined
}): string | undefined {
  const { tokenHeader } = provider
  return tokenHeader === undefined ? undefined : readTokenHeaderName(tokenHeader)
}

function isOfHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

/**
 * Refuses what a page of another origin sends: a proxy that signs people in by a cookie adds the token to that, too. Only
 * a request that may change something is refused, as its sender cannot read the response.
 *
 * @throws {AuthError} `access_denied`
 */
function refuseOtherOrigin(header: HeaderReader, method: string): void {
  if (SAFE_METHODS.has(method)) return
  const [site, origin] = [header('sec-fetch-site'), header('origin')]
  const isOwn =
    site === undefined
      ? origin === undefined || isOfHost(origin, header('host'))
      : OWN_SITE.has(site)
  if (isOwn) return
  throw new AuthError(
    'access_denied',
    'A page of another origin sent the request, and the proxy may have added the token to it.',
  )
}

/**
 * The bearer token of a request whose token a proxy sets in a header of its own: the token alone, without a scheme.
 * `Authorization` is not looked at.
 *
 * @throws {TokenError} `token_missing`, `token_malformed`
 * @throws {AuthError} `request_invalid` where the header stands twice; `access_denied` where a page of another origin
 *   sent the request
 */
export function readTokenHeader(name: string, header: HeaderReader, method: string): string {
  const value = trimWhiteSpace(header(name) ?? '')
  if (value.includes(',')) {
    throw new AuthError('request_invalid', `The header ${name} has more than one token.`)
  }
  if (value === '') throw new TokenError('token_missing', `The request has no header ${name}.`)
  if (!isBearerToken(value)) {
    throw new TokenError(
      'token_malformed',
      `The header ${name} is not a token. It must have the token alone, without Bearer.`,
    )
  }
  refuseOtherOrigin(header, method)
  return value
}
