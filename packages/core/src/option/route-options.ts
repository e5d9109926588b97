/** Options of a route that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_ROUTE_OPTIONS = {
  createHandler: "Give a handler. It finds the application by c.get('mastra').",
  cors: 'Set server.cors for all routes instead.',
  responseSchema: 'Signet does not check it. Leave the option out.',
  responseType: 'The handler returns a Response. Leave the option out.',
  streamFormat: 'The handler returns a Response. Leave the option out.',
  sseFlushOnConnect: 'The handler returns a Response. Leave the option out.',
  onValidationError: 'Signet answers errors by its one table of codes. Leave the option out.',
  deprecated: 'Write openapi: { deprecated: true }.',
} as const

/** The same, of options that close something: the route would answer without it. */
export const ROUTE_GUARDS = {
  bodySchema: 'Signet does not check it. Check the body in the handler.',
  queryParamSchema: 'Signet does not check it. Check the query in the handler.',
  pathParamSchema: 'Signet does not check it. Check the parameters in the handler.',
  maxBodySize: 'Set server.bodySizeLimit for all routes instead.',
  requiresPermission: "Write access instead, such as access: 'agents:read'.",
  fga: "Write access instead, such as access: 'agents:read'.",
} as const
