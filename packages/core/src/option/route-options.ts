/** Options of a route that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_ROUTE_OPTIONS = {
  createHandler: "Give a handler. It finds the application by c.get('mastra').",
  cors: 'Set server.cors for all routes instead.',
} as const

/** The same, of options that close something: the route would answer without it. */
export const ROUTE_GUARDS = {
  requiresPermission: "Write access instead, such as access: 'agents:read'.",
  fga: "Write access instead, such as access: 'agents:read'.",
} as const
