import { z } from 'zod'
import { defineRoute, type Route } from '../../route/route.js'

const NO_PAGE = { total: 0, page: 0, perPage: 0, hasMore: false }

/** What clients of Mastra ask for at start, and what has nothing in it here. */
const ANSWERS: readonly (readonly [path: string, what: string, answer: object])[] = [
  ['/processors', 'processors', {}],
  ['/scores/scorers', 'scorers', {}],
  ['/mcp/v0/servers', 'MCP servers', { servers: [], total_count: 0, next: null }],
  ['/logs/transports', 'log transports', { transports: [] }],
  ['/workspaces', 'workspaces', { workspaces: [] }],
  ['/channels/platforms', 'channels', []],
  ['/experiments/review-summary', 'experiments', { counts: [] }],
  ['/observability/feedback', 'feedback', { feedback: [], pagination: NO_PAGE }],
  ['/editor/builder/settings', 'editor', { enabled: false, modelPolicy: { active: false } }],
  ['/editor/builder/models/available', 'models to choose from', { providers: [] }],
]

/** Answers that are always empty, so that clients of Mastra start. */
export const emptyRoutes: readonly Route[] = ANSWERS.map(([path, what, answer]) =>
  defineRoute({
    method: 'GET',
    path,
    access: 'authenticated',
    summary: `Always none: there are no ${what}`,
    response: z.unknown(),
    handler: () => answer,
  }),
)
