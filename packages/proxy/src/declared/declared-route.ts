import { checkAccess, ConfigurationError, type Access } from '@signet/auth'
import { HTTP_METHODS, isLegalId, isObject, isTextList, refuseUnknown } from '@signet/auth/internal'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import type { PolicyTable } from '../policy/policy-table.js'
import type { PolicyMethod } from '../policy/route-policy.js'

/** A route that a package of Mastra makes, by the name of the function that makes it. */
export type RouteRules = 'chatRoute' | 'workflowRoute'

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
  /**
   * Which function of `@mastra/ai-sdk` makes the route: then its body has the rules that Mastra's own routes for agents or
   * workflows have, for the owner, threads, runs, tools and options. The path has `:agentId` or `:workflowId`, or the option of
   * that name says it. Default: the body passes as the client wrote it, but for `requestContext`.
   */
  readonly rules?: RouteRules | undefined
  /** The agent that a `chatRoute` without `:agentId` in its path calls: its key or its id. */
  readonly agentId?: string | undefined
  /** The workflow that a `workflowRoute` without `:workflowId` in its path runs: its key or its id. */
  readonly workflowId?: string | undefined
  /**
   * Members of the body and names of the query that the proxy sets to the owner key of the caller, whatever the client wrote:
   * `body:userId`, `query:userId`. The body is then a JSON object. Default: none.
   */
  readonly owner?: readonly string[] | undefined
}

type Finder = Pick<PolicyTable, 'find'>

const NAMES = {
  method: true,
  path: true,
  access: true,
  headers: true,
  rules: true,
  agentId: true,
  workflowId: true,
  owner: true,
} as const
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

/** The parameter of a path that the rules speak of. */
const NAMED = { chatRoute: 'agentId', workflowRoute: 'workflowId' } as const
const OWNER = /^(body|query):[A-Za-z_]\w*$/
const BODY_METHODS: ReadonlySet<unknown> = new Set(['POST', 'PUT', 'PATCH'])

type Bound = Pick<ProxyRoute, 'agentId' | 'owner' | 'rules' | 'workflowId'>
type Checked = Pick<ProxyRoute, 'access' | 'method' | 'path'>

/** What the proxy sets has an owner: strangers have none. */
function refuseStrangers({ access }: Checked, name: string, index: number): void {
  if (access === 'public') {
    refuse(index, `is public and has the option ${name}: a stranger is no owner. Leave one out.`)
  }
}

function readOwner(owner: unknown, route: Checked, index: number): readonly string[] {
  if (!isTextList(owner) || owner.length === 0) {
    refuse(index, 'has the option owner, which must be a list of places such as body:userId.')
  }
  refuseStrangers(route, 'owner', index)
  for (const place of owner) {
    const name = place.slice(place.indexOf(':') + 1)
    if (!OWNER.test(place) || name in Object.prototype) {
      refuse(index, `has the owner ${JSON.stringify(place)}. Write body:name or query:name.`)
    }
    if (place.startsWith('body:') && !BODY_METHODS.has(route.method)) {
      refuse(
        index,
        `has the owner ${place}, but the method ${route.method}. Write POST, PUT or PATCH, or a name of the query.`,
      )
    }
  }
  return [...owner]
}

function readRules(route: Partial<ProxyRoute>, checked: Checked, index: number): Bound {
  const { rules } = route
  if (rules !== 'chatRoute' && rules !== 'workflowRoute') {
    refuse(index, 'has rules that are not known. Write chatRoute or workflowRoute.')
  }
  refuseStrangers(checked, 'rules', index)
  if (checked.method !== 'POST') {
    refuse(index, `has the rules of ${rules}, but the method ${checked.method}. Write POST.`)
  }
  const { [rules]: name } = NAMED
  const { [name]: given } = route
  const isInPath = checked.path.split('/').includes(`:${name}`)
  if (checked.path.endsWith('*') || isInPath === (given !== undefined)) {
    refuse(
      index,
      `has the rules of ${rules}, but does not say once for what. Write :${name} in path, or the option ${name}.`,
    )
  }
  if (
    given !== undefined &&
    (typeof given !== 'string' || !isLegalId(given) || given in Object.prototype)
  ) {
    refuse(index, `has the option ${name}, which is not a legal id.`)
  }
  return { rules, ...(given !== undefined && { [name]: given }) }
}

/** Says whom the route belongs to. What does not belong together is refused, and nothing is taken as left out. */
function readBound(route: Partial<ProxyRoute>, checked: Checked, index: number): Bound {
  for (const name of ['rules', 'agentId', 'workflowId', 'owner'] as const) {
    if (Object.hasOwn(route, name) && route[name] === undefined) {
      refuse(index, `has the option ${name}, which is undefined. Write it, or leave it out.`)
    }
  }
  const { rules, owner } = route
  if (rules !== undefined && owner !== undefined) {
    refuse(index, 'has rules and owner: the rules set the owner. Leave owner out.')
  }
  const named = rules === undefined ? undefined : NAMED[rules]
  for (const name of Object.values(NAMED)) {
    if (route[name] !== undefined && name !== named) {
      refuse(
        index,
        `has the option ${name} without the rules for it. Write rules, or leave it out.`,
      )
    }
  }
  if (rules !== undefined) return readRules(route, checked, index)
  return owner === undefined ? {} : { owner: readOwner(owner, checked, index) }
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
  const checked = { method, path, access }
  const bound = readBound(read, checked, index)
  // The permission may speak of what the option names in place of the path.
  const named = bound.rules !== undefined && NAMED[bound.rules]
  checkAccess(access, named !== false && bound[named] !== undefined ? `${path}/:${named}` : path)
  const declared = {
    ...checked,
    headers: readHeaders(read.headers, index),
    ...bound,
  }
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
