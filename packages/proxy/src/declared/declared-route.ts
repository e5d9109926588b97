import { checkAccess, ConfigurationError, type Access } from '@signet/auth'
import { HTTP_METHODS, isObject, isTextList, refuseUnknown } from '@signet/auth/internal'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import type { PolicyTable } from '../policy/policy-table.js'
import type { PolicyMethod } from '../policy/route-policy.js'

/** A route of the application beside those of Mastra: one of its own, a page, or a file. */
export interface ProxyRoute {
  /** `ALL` stands for each of the others. `GET` lets `HEAD` in, too. */
  readonly method: PolicyMethod
  /**
   * The whole path, with parameters as `:name`; `/*` at its end stands for all paths below it that have only letters, digits,
   * `.`, `_`, `~` and `-` in their segments.
   */
  readonly path: string
  /**
   * Who may call it: `authenticated`, a permission such as `agents:execute:{agentId}`, or a list of them. `public` lets
   * strangers in; the application is then sent no token.
   */
  readonly access: Access
  /** Names of headers of the client that the application gets beside the usual ones, such as `x-hub-signature-256`. Default: none. */
  readonly headers?: readonly string[] | undefined
}

type Finder = Pick<PolicyTable, 'find'>

const NAMES = { method: true, path: true, access: true, headers: true } as const
const METHODS: ReadonlySet<unknown> = new Set<PolicyMethod>([...HTTP_METHODS, 'ALL'])
const PATH = /^(?:\/|(?:\/(?::[A-Za-z_]\w*|[\w.~-]+))+(?:\/\*)?|\/\*)$/
const HEADER = /^[a-z0-9][a-z0-9-]*$/
/** What says who calls, from where, and how the connection is used: that is the proxy's to say. */
const OURS =
  /^(?:authorization|connection|content-(?:encoding|length)|cookie2?|expect|forwarded|host|keep-alive|te|trailer|transfer-encoding|upgrade|via|x-real-ip|x-request-id|(?:cf|fly|mastra|proxy|sec|true-client|x-forwarded|x-mastra|x-original|x-rewrite|x-http-method)(?:-.*)?)$/

function refuse(index: number, problem: string): never {
  throw new ConfigurationError('option_invalid', `routes[${index}] of defineProxy ${problem}`)
}

/** A path of the route, as a client could ask for it. */
function exampleOf(path: string): string {
  return path.replaceAll(/:\w+/g, 'x').replace(/\*$/, 'x')
}

/**
 * @throws {ConfigurationError} for a route that Mastra has, or that a policy of one's own has: the rules of its line cannot be
 *   replaced
 */
function refuseKnown({ method, path }: ProxyRoute, index: number, policy: Finder): void {
  const methods = method === 'ALL' ? HTTP_METHODS : [method]
  const isKnown = methods.some((each) => policy.find(each, exampleOf(path)).kind !== 'unknown')
  const isApi = path === '/api' || path.startsWith('/api/')
  const isOpen = /^\/api\/(?::|.*\*$)/.test(path)
  if (policy !== MASTRA_TABLE && isKnown) {
    refuse(
      index,
      `has the path ${path}, which a line of policy has: its rules cannot be replaced. Leave the route out, or change the line.`,
    )
  }
  if (isApi && (isOpen || isKnown)) {
    refuse(
      index,
      `has the path ${path}, which is one of Mastra or could be: its rules cannot be replaced. Leave the route out.`,
    )
  }
}

function readHeaders(headers: unknown, index: number): readonly string[] {
  if (headers === undefined) return []
  if (!isTextList(headers)) refuse(index, 'has the option headers, which must be a list of names.')
  for (const name of headers) {
    if (!HEADER.test(name)) {
      refuse(index, `has the header ${JSON.stringify(name)}. Write a name in lower case.`)
    }
    if (OURS.test(name)) {
      refuse(index, `has the header ${name}, which only the proxy sets. Leave it out.`)
    }
  }
  return [...headers]
}

function readRoute(route: unknown, index: number, policy: Finder): ProxyRoute {
  if (!isObject(route)) refuse(index, 'is not an object with method, path and access.')
  refuseUnknown(`routes[${index}] of defineProxy`, route, NAMES)
  const read = route as Partial<ProxyRoute>
  const { method, path, access } = read
  if (method === undefined || !METHODS.has(method)) {
    refuse(index, `has a method that is not known. Write ${[...METHODS].join(', ')}.`)
  }
  if (typeof path !== 'string' || !PATH.test(path) || /\/\.{1,2}(?:\/|$)/.test(path)) {
    refuse(index, 'has a path that is not one such as /chat/:agentId or /assets/*.')
  }
  if (access === undefined) {
    refuse(index, 'does not say who may call it. Write access, such as authenticated.')
  }
  checkAccess(access, path)
  const declared = { method, path, access, headers: readHeaders(read.headers, index) }
  refuseKnown(declared, index, policy)
  return Object.freeze(declared)
}

/**
 * Reads the routes of a configuration.
 * @param policy - whose lines no route may replace. Default: that of Mastra
 * @throws {ConfigurationError} `option_invalid` for what is not such a route, one without `access`, and one that Mastra has
 * @throws {OptionsError} `option_unknown`
 */
export function readProxyRoutes(
  routes: unknown,
  policy: Finder = MASTRA_TABLE,
): readonly ProxyRoute[] {
  if (routes === undefined) return []
  if (!Array.isArray(routes)) {
    throw new ConfigurationError(
      'option_invalid',
      'routes of defineProxy must be a list of routes.',
    )
  }
  const list: readonly unknown[] = routes
  return list.map((route, index) => readRoute(route, index, policy))
}
