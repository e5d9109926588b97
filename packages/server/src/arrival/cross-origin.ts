import { HTTP_METHODS } from '@signet/auth/internal'
import type { CorsConfig } from '@signet/core'
import { StartError } from '../error/error.js'
import type { Incoming } from '../http/incoming.js'
import { isOrigin } from '../http/origin.js'
import { Reply, type ReplyHeaders } from '../http/reply.js'
import { OF_SERVER } from '../start/start-check.js'

const ALLOW_HEADERS = [
  'Authorization',
  'DPoP',
  'Content-Type',
  'x-mastra-client-type',
  'x-mastra-dev-playground',
]
const EXPOSE_HEADERS = [
  'WWW-Authenticate',
  'DPoP-Nonce',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
]
const ALLOW_METHODS = [...HTTP_METHODS, 'OPTIONS'].join(', ')
const MAX_AGE_SECONDS = 3600
const ANY_ORIGIN = '*'

/** Names of headers that a server has beside those of each server. */
export interface PageHeaders {
  /** That pages of listed origins may send. */
  readonly allowed: readonly string[]
  /** That pages of listed origins may read. */
  readonly exposed: readonly string[]
}

const NO_HEADERS: PageHeaders = { allowed: [], exposed: [] }

/** Says which pages of other origins may read answers. */
export interface CrossOrigin {
  /** The answer to a preflight request of a listed origin; undefined for any other request. */
  preflight(request: Incoming): Reply | undefined
  /** Adds what lets a listed origin read the answer. */
  decorate(request: Incoming, headers: ReplyHeaders): void
}

/** Refuses an entry that no request can match, such as one with a slash at its end. */
function checkOrigins(origins: ReadonlySet<string>, option: string): void {
  for (const origin of origins) {
    if (origin === ANY_ORIGIN || isOrigin(origin)) continue
    throw new StartError(
      'option_invalid',
      `${option} has ${JSON.stringify(origin)}, which is not an origin. Write a scheme and a host, such as https://app.example, without a path or a slash at its end.`,
    )
  }
}

/** Tells caches that the answer depends on the origin. */
function addVary(headers: ReplyHeaders): void {
  const vary = [headers['vary'] ?? []].flat().join(', ')
  if (vary === '') headers['vary'] = 'Origin'
  else if (!/\borigin\b/i.test(vary)) headers['vary'] = `${vary}, Origin`
}

/**
 * Reads the rules for other origins. Origins are compared exactly; none is allowed unless listed.
 * @param config - default, as `false`: no origin is listed
 * @param more - headers beside those of each server. Default: none
 * @param path - what stands before the name of the option in messages
 * @throws {StartError} `cors_wildcard` for `*` together with credentials, `option_invalid` for an
 *   entry that is not an origin
 */
export function createCrossOrigin(
  config: CorsConfig | false = false,
  more: PageHeaders = NO_HEADERS,
  path: string = OF_SERVER.path,
): CrossOrigin {
  const origins = new Set(config === false ? [] : [config.origin].flat())
  const isTakingCredentials = config !== false && config.credentials === true
  checkOrigins(origins, `${path}cors`)
  const isAny = origins.has(ANY_ORIGIN)
  const allowed = [...ALLOW_HEADERS, ...more.allowed].join(', ')
  const exposed = [...EXPOSE_HEADERS, ...more.exposed].join(', ')
  if (isAny && isTakingCredentials) {
    throw new StartError(
      'cors_wildcard',
      `${path}cors allows every origin together with credentials. List the origins that may send them.`,
    )
  }

  function allowedOrigin(request: Incoming): string | undefined {
    const origin = request.header('origin')
    if (origin === undefined) return undefined
    if (isAny) return ANY_ORIGIN
    return origins.has(origin) ? origin : undefined
  }

  function allow(request: Incoming, headers: ReplyHeaders): boolean {
    if (origins.size === 0) return false
    addVary(headers)
    const origin = allowedOrigin(request)
    if (origin === undefined) return false
    headers['access-control-allow-origin'] = origin
    if (isTakingCredentials) headers['access-control-allow-credentials'] = 'true'
    return true
  }

  return {
    preflight(request) {
      const isPreflight =
        request.method === 'OPTIONS' &&
        request.header('access-control-request-method') !== undefined
      const headers: ReplyHeaders = {}
      if (!isPreflight || !allow(request, headers)) return undefined
      headers['access-control-allow-methods'] = ALLOW_METHODS
      headers['access-control-allow-headers'] = allowed
      headers['access-control-max-age'] = String(MAX_AGE_SECONDS)
      return new Reply(null, 204, headers)
    },
    decorate(request, headers) {
      if (allow(request, headers)) headers['access-control-expose-headers'] = exposed
    },
  }
}
