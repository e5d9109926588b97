/** Options of `server` that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_SERVER_OPTIONS = {
  studioHost: 'The Studio calls the server that it came from. Leave the option out.',
  studioProtocol: 'The Studio calls the server that it came from. Leave the option out.',
  studioPort: 'The Studio calls the server that it came from. Leave the option out.',
  studioBase:
    'The Studio is at /. Leave the option out; behind a proxy that leaves its path in requests, set server.basePath.',
  drainTimeout: 'Use signet start --drain instead.',
  build: 'The OpenAPI document is always there, for callers with a token. Leave the option out.',
  a2a: 'Signet does not speak A2A. Leave the option out.',
  mcpOptions: 'Signet does not serve MCP. Leave the option out.',
  storedResources: 'Signet does not have stored resources. Leave the option out.',
  onError: 'Signet answers errors by its one table of codes. Leave the option out.',
  onValidationError: 'Signet answers errors by its one table of codes. Leave the option out.',
} as const

/** The same, of options that close something: requests would be answered without it. */
export const SERVER_GUARDS = {
  middleware:
    'Signet does not run it, so requests that it refuses would be answered. Give each of your routes its own middleware, or grant permissions by claims and server.access.roles.',
  rbac: 'Signet does not call it. Grant permissions by claims and server.access.roles.',
  fga: 'Signet does not call it. Everything stored belongs to one owner, and other callers cannot read it.',
  https: 'The server speaks plain HTTP. Put a proxy with TLS before it, and leave the option out.',
} as const

/** Options that are read at another place than `server`. */
export const MISPLACED_SERVER_OPTIONS = {
  roles: 'Write the roles into server.access.roles.',
  role: 'Write the roles into server.access.roles.',
} as const

/** What Mastra has below `server.cors` and Signet does not serve. */
export const UNSUPPORTED_CORS_OPTIONS = {
  allowMethods: 'Listed origins may use every method that a route has. Leave the option out.',
  allowHeaders: 'Listed origins may send the headers that Signet reads. Leave the option out.',
  exposeHeaders: 'Listed origins may read the headers that Signet sends. Leave the option out.',
  maxAge: 'Browsers keep the response to a preflight for one hour. Leave the option out.',
} as const
