import { StartError } from '../error/error.js'
import { LEGAL_PREFIX, type RouteTable } from '../route/route-table.js'

/**
 * Reads the path that a proxy leads to this server by; empty where there is none.
 * @throws {StartError} `prefix_invalid` for what is not a path, and for one below which the server has routes: which of the two
 *   is meant, nobody could tell
 */
export function readBasePath(basePath: string | undefined, { routes, pathOf }: RouteTable): string {
  if (basePath === undefined || basePath === '') return ''
  const shown = `server.basePath ${JSON.stringify(basePath)}`
  if (!LEGAL_PREFIX.test(basePath)) {
    throw new StartError(
      'prefix_invalid',
      `${shown} is not a path such as /tools/agent, without a slash at its end.`,
    )
  }
  const taken = routes.map(pathOf).find((path) => `${path}/`.startsWith(`${basePath}/`))
  if (taken !== undefined) {
    throw new StartError(
      'prefix_invalid',
      `${shown} is where the server has its own route ${taken}. Choose another path for one of them.`,
    )
  }
  return basePath
}
