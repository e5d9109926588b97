// Checked by the compiler alone: a comment that expects an error fails where there is none.
import type { Access, ParamName, PermissionTemplate, Principal } from '@signet/auth'
import { z } from 'zod'
import { defineRoute, type Route } from './route.js'

/** Compiles only for two types that are the same. */
type Same<Left, Right> =
  (<Type>() => Type extends Left ? 1 : 2) extends <Type>() => Type extends Right ? 1 : 2
    ? true
    : false

function same<Left, Right>(areSame: Same<Left, Right>): void {
  void areSame
}

const common = { method: 'GET', summary: 'x', handler: () => null } as const
const path = '/agents/:agentId/tools/:toolId'

// The names of parameters are read from the path.
same<ParamName<'/agents'>, never>(true)
same<ParamName<'/agents/:agentId'>, 'agentId'>(true)
same<ParamName<'/agents/:agentId/generate'>, 'agentId'>(true)
same<ParamName<typeof path>, 'agentId' | 'toolId'>(true)

// A route says who may call it.
defineRoute({ ...common, path, access: 'public' })
defineRoute({ ...common, path, access: 'authenticated' })
defineRoute({ ...common, path, access: 'agents:read' })
defineRoute({ ...common, path, access: 'agents:read:{agentId}' })
defineRoute({ ...common, path, access: ['agents:execute:{agentId}', 'tools:execute:{toolId}'] })
// @ts-expect-error without access nobody would know who may call
defineRoute({ ...common, path })
// @ts-expect-error undefined is no answer
defineRoute({ ...common, path, access: undefined })
// @ts-expect-error nor is an empty text
defineRoute({ ...common, path, access: '' })
// @ts-expect-error nor is a word of one's own
defineRoute({ ...common, path, access: 'everyone' })
// @ts-expect-error nor is a list with one of the two words
defineRoute({ ...common, path, access: ['public'] })

// A permission names a parameter of the path, a known resource and a known action.
// @ts-expect-error threadId is not in the path
defineRoute({ ...common, path, access: 'agents:read:{threadId}' })
// @ts-expect-error the path has no parameter
defineRoute({ ...common, path: '/agents', access: 'agents:read:{agentId}' })
defineRoute({
  ...common,
  path: '/agents/:agentId',
  // @ts-expect-error one of the two is not in the path
  access: ['agents:read:{agentId}', 'tools:read:{toolId}'],
})
// @ts-expect-error there is no resource called robots
defineRoute({ ...common, path, access: 'robots:read:{agentId}' })
// @ts-expect-error there is no action called fly
defineRoute({ ...common, path, access: 'agents:fly:{agentId}' })
// @ts-expect-error a wildcard counts on the granted side only
defineRoute({ ...common, path, access: 'agents:*' })
// @ts-expect-error an id is always that of the request
defineRoute({ ...common, path, access: 'agents:read:weather-agent' })
// @ts-expect-error braces mark a parameter
defineRoute({ ...common, path, access: 'agents:read:agentId' })
// @ts-expect-error nobody has a method called FETCH
defineRoute({ ...common, path, access: 'public', method: 'FETCH' })

same<PermissionTemplate<never> extends `${string}:${string}:${string}` ? true : false, false>(true)
same<Extract<'agents:read', Access>, 'agents:read'>(true)

// A handler knows who calls, unless everyone may.
defineRoute({
  ...common,
  path,
  access: 'public',
  handler({ principal, params }) {
    same<typeof principal, undefined>(true)
    same<typeof params, Readonly<Record<'agentId' | 'toolId', string>>>(true)
    // @ts-expect-error nobody is known on a public route
    return principal.subject
  },
})
defineRoute({
  ...common,
  path,
  access: 'authenticated',
  handler({ principal }) {
    same<typeof principal, Principal>(true)
    return principal.subject
  },
})
defineRoute({
  ...common,
  path,
  access: ['agents:read:{agentId}', 'tools:read:{toolId}'],
  handler({ principal, params }) {
    same<typeof principal, Principal>(true)
    // @ts-expect-error threadId is not in the path
    return params.threadId
  },
})

// Query and body are what the schemas make of them, and nothing where there is no schema.
defineRoute({
  ...common,
  path,
  access: 'authenticated',
  query: z.object({ page: z.coerce.number() }),
  body: z.object({ title: z.string() }),
  handler({ query, body }) {
    same<typeof query, { page: number }>(true)
    same<typeof body, { title: string }>(true)
    return null
  },
})
defineRoute({
  ...common,
  path,
  access: 'authenticated',
  handler({ query, body }) {
    same<typeof query, undefined>(true)
    same<typeof body, undefined>(true)
    return null
  },
})

same<ReturnType<typeof defineRoute>, Route>(true)
