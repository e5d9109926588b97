import type { ServerConfig } from '@signet/core'
import type { ProxyConfig } from '@signet/proxy'
import { orOk, type Finding } from './finding.js'
import type { Served } from './served.js'

function openRoutes({ mastra, table }: Served): readonly Finding[] {
  const own = new Set(mastra.getServer().apiRoutes?.map(({ path }) => path))
  return table.routes
    .filter((route) => route.access === 'public' && !route.isPrefixed && own.has(route.path))
    .map((route) => ({
      check: 'open-route',
      level: 'warning',
      what: `${route.method} ${table.pathOf(route)} is open to everyone.`,
      why: 'Anyone can call its handler, without a token and without a limit.',
      remedy: 'Remove requiresAuth: false, or its entry in public, unless you intend this.',
    }))
}

/** @param option - how the configuration writes who may call */
function openAuth(auth: unknown, option: string): readonly Finding[] {
  if (auth !== false) return []
  return [
    {
      check: 'auth',
      level: 'error',
      what: 'The server is open: everyone is allowed to call every agent (auth: false).',
      why: 'All callers are one principal, anonymous, and share its threads.',
      remedy: `Set ${option} to a new MastraJwtAuth.`,
    },
  ]
}

/** @param option - how the configuration writes the origins */
function anyOrigin(cors: ServerConfig['cors'], option: string): readonly Finding[] {
  if (cors === undefined || cors === false || ![cors.origin].flat().includes('*')) return []
  return [
    {
      check: 'cors',
      level: 'warning',
      what: `Pages of every origin are allowed to read responses (${option} has *).`,
      why: 'A page that has a token can use it from the browser of every visitor.',
      remedy: 'List the origins of your own pages.',
    },
  ]
}

/**
 * Reports who is let in without a token, and which origins read responses.
 * @param path - what the names of options stand behind, such as `server.`
 */
export function checkCallers(
  { auth, cors }: { readonly auth: unknown; readonly cors: ServerConfig['cors'] },
  path: string,
): readonly Finding[] {
  return [
    ...orOk(openAuth(auth, `${path}auth`), 'auth', 'Callers must authenticate.'),
    ...orOk(
      anyOrigin(cors, `${path}cors`),
      'cors',
      'Only listed origins are allowed to read responses.',
    ),
  ]
}

/** Reports which routes of the application are open without a token. */
export function checkRoutes(served: Served): readonly Finding[] {
  return orOk(openRoutes(served), 'open-route', 'No route of the application is open to everyone.')
}

/** Reports which routes of the application behind a proxy are open without a token. */
export function checkDeclaredRoutes({ routes = [] }: ProxyConfig): readonly Finding[] {
  const open = routes
    .filter(({ access }) => access === 'public')
    .map(({ method, path }): Finding => ({
      check: 'open-route',
      level: 'warning',
      what: `${method} ${path} is open to everyone.`,
      why: 'Anyone can call its handler, without a token and without a limit.',
      remedy: "Write a permission in place of access: 'public' in routes, unless you intend this.",
    }))
  return orOk(open, 'open-route', 'No route of the application is open to everyone.')
}
