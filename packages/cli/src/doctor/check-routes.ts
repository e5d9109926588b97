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

function checkAuth({ auth }: Served): readonly Finding[] {
  if (auth !== false) return []
  return [
    {
      check: 'auth',
      level: 'error',
      what: 'The server is open: everyone is allowed to call every agent (auth: false).',
      why: 'All callers are one principal, anonymous, and share its threads.',
      remedy: 'Set server.auth to a new MastraJwtAuth.',
    },
  ]
}

function checkOrigins({ mastra }: Served): readonly Finding[] {
  const { cors } = mastra.getServer()
  if (cors === undefined || cors === false || ![cors.origin].flat().includes('*')) return []
  return [
    {
      check: 'cors',
      level: 'warning',
      what: 'Pages of every origin are allowed to read responses (server.cors has *).',
      why: 'A page that has a token can use it from the browser of every visitor.',
      remedy: 'List the origins of your own pages.',
    },
  ]
}

/** Reports what is open without a token, and to which origins. */
export function checkRoutes(served: Served): readonly Finding[] {
  return [
    ...orOk(checkAuth(served), 'auth', 'Callers must authenticate.'),
    ...orOk(openRoutes(served), 'open-route', 'No route of the application is open to everyone.'),
    ...orOk(checkOrigins(served), 'cors', 'Only listed origins are allowed to read responses.'),
  ]
}
