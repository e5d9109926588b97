import type { CorsConfig } from '@signet/core'
import { StartError } from './error.js'

const ALLOW_HEADERS = 'Authorization, Content-Type, x-mastra-client-type, x-mastra-dev-playground'
const EXPOSE_HEADERS = 'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id'
const ALLOW_METHODS = 'GET, POST, PUT, PATCH, DELETE, OPTIONS'
const MAX_AGE_SECONDS = 3600
const ANY_ORIGIN = '*'

/** Says which pages of other origins may read answers. */
export interface CrossOrigin {
  /** The answer to a preflight request of a listed origin; undefined for any other request. */
  preflight(request: Request): Response | undefined
  /** Adds what lets a listed origin read the answer. */
  decorate(request: Request, headers: Headers): void
}

function isOrigin(origin: string): boolean {
  return origin === ANY_ORIGIN || (URL.canParse(origin) && new URL(origin).origin === origin)
}

/** Refuses an entry that no request can match, such as one with a slash at its end. */
function checkOrigins(origins: ReadonlySet<string>): void {
  for (const origin of origins) {
    if (isOrigin(origin)) continue
    throw new StartError(
      'option_invalid',
      `server.cors has ${JSON.stringify(origin)}, which is no origin. Write a scheme and a host, such as https://app.example, without a path or a slash at its end.`,
    )
  }
}

/** Tells caches that the answer depends on the origin. */
function addVary(headers: Headers): void {
  const vary = headers.get('vary')
  if (vary === null) headers.set('vary', 'Origin')
  else if (!/\borigin\b/i.test(vary)) headers.append('vary', 'Origin')
}

/**
 * Reads the rules for other origins. Origins are compared exactly; none is allowed unless listed.
 * @throws {StartError} `cors_wildcard` for `*` together with credentials, `option_invalid` for an
 *   entry that is no origin
 */
export function createCrossOrigin(config: CorsConfig | undefined): CrossOrigin {
  const origins = new Set(config === undefined ? [] : [config.origin].flat())
  checkOrigins(origins)
  const isAny = origins.has(ANY_ORIGIN)
  if (isAny && config?.credentials === true) {
    throw new StartError(
      'cors_wildcard',
      'server.cors allows every origin together with credentials. List the origins that may send them.',
    )
  }

  function allowedOrigin(request: Request): string | undefined {
    const origin = request.headers.get('origin')
    if (origin === null) return undefined
    if (isAny) return ANY_ORIGIN
    return origins.has(origin) ? origin : undefined
  }

  function allow(request: Request, headers: Headers): boolean {
    if (origins.size > 0) addVary(headers)
    const origin = allowedOrigin(request)
    if (origin === undefined) return false
    headers.set('access-control-allow-origin', origin)
    if (config?.credentials === true) headers.set('access-control-allow-credentials', 'true')
    return true
  }

  return {
    preflight(request) {
      const isPreflight =
        request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
      const headers = new Headers()
      if (!isPreflight || !allow(request, headers)) return undefined
      headers.set('access-control-allow-methods', ALLOW_METHODS)
      headers.set('access-control-allow-headers', ALLOW_HEADERS)
      headers.set('access-control-max-age', String(MAX_AGE_SECONDS))
      return new Response(null, { status: 204, headers })
    },
    decorate(request, headers) {
      if (allow(request, headers)) headers.set('access-control-expose-headers', EXPOSE_HEADERS)
    },
  }
}
