import { isLegalId } from '@signet/auth/internal'
import { isThreadId } from '@signet/core'
import { TrieRouter } from 'hono/router/trie-router'
import { RequestError } from '../error/error.js'
import { isNameParam } from './canonical-params.js'
import { MISSING_FEATURES, type MissingFeature } from './missing-features.js'
import { METHODS, type RouteTable } from './route-table.js'

const DEFAULT_REMEDY = 'Leave the call out.'

let router: TrieRouter<MissingFeature> | undefined

/** Made by the first request that no route answers: most servers never get one. */
function missingRoutes(): TrieRouter<MissingFeature> {
  if (router !== undefined) return router
  router = new TrieRouter()
  for (const feature of MISSING_FEATURES) {
    for (const [path, methods] of Object.entries(feature.routes)) {
      for (const method of methods === 'ALL' ? METHODS : methods.split(' ')) {
        router.add(method, path, feature)
      }
    }
  }
  return router
}

/** Whether a part of a path, as it was sent, can be the id that its parameter names. */
function isId(name: string, encoded: string): boolean {
  try {
    const id = decodeURIComponent(encoded)
    return isNameParam(name) ? isLegalId(id) : isThreadId(id)
  } catch {
    return false
  }
}

/** The feature of Mastra that a path below the prefix is for, where this server does not have it. */
function missingFeature(method: string, path: string): MissingFeature | undefined {
  const routeMethod = method === 'HEAD' ? 'GET' : method
  if (!METHODS.has(routeMethod)) return undefined
  const [matches] = missingRoutes().match(routeMethod, path)
  const match = matches.find(([, params]) =>
    Object.entries(params).every(([name, value]) => isId(name, String(value))),
  )
  return match?.[0]
}

/**
 * Why no route answers a request: the name of what it asks for, where that is a part of Mastra that
 * this server does not have; else only that nothing is there. It is for callers whose token is good.
 */
export function noSuchRoute(
  { prefix, isPrefixed }: Pick<RouteTable, 'prefix' | 'isPrefixed'>,
  { method, path }: { readonly method: string; readonly path: string },
): RequestError {
  const feature = isPrefixed(path) ? missingFeature(method, path.slice(prefix.length)) : undefined
  if (feature === undefined) return new RequestError('not_found', 'There is no such route.')
  const { name, remedy = DEFAULT_REMEDY } = feature
  return new RequestError('not_supported', `Signet does not have ${name}. ${remedy}`, {
    feature: name,
  })
}
