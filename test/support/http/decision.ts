import { createPrincipal, DEFAULT_ROLES, type Access, type Principal } from '@signet/auth'
import type { Decision } from '../../../packages/server/src/exchange.js'
import { fetchIncoming } from '../../../packages/server/src/http/fetch-incoming.js'
import { defineRoute, type Route } from '../../../packages/server/src/route/route.js'

/** A principal of the role `member`. */
export function principalOf(claims: object = { sub: 'alice' }): Principal {
  return createPrincipal({ role: 'member', ...claims }, { roles: DEFAULT_ROLES })
}

/** A route that does nothing. */
export function routeOf(path: string, access: Access): Route {
  return defineRoute({ method: 'GET', path, access, summary: path, handler: () => undefined })
}

/** A decision, as it differs from one about a request of alice to a route that any principal may call. */
export function decisionOf(facts: Partial<Decision> = {}): Decision {
  return {
    request: fetchIncoming(new Request('http://localhost/api/x')),
    requestId: 'request-1',
    address: '192.0.2.1',
    startedAt: Date.now(),
    route: routeOf('/x', 'authenticated'),
    principal: principalOf(),
    permissions: [],
    missing: undefined,
    status: 200,
    code: undefined,
    durationMs: 7,
    usage: undefined,
    ...facts,
  }
}

/** A refusal of a stranger. */
export function strangerOf(facts: Partial<Decision> = {}): Decision {
  return decisionOf({
    principal: undefined,
    status: 401,
    code: 'token_missing',
    ...facts,
  })
}
