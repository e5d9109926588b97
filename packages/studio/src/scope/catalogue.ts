/** An agent that scopes can name. */
interface KnownAgent {
  readonly id: string
  /** The ids of its tools. */
  readonly tools: readonly string[]
}

/** What a server has that scopes and roles can name. */
export interface Catalogue {
  readonly agents: readonly KnownAgent[]
  /** The ids of all tools. */
  readonly tools: readonly string[]
  /** Role names and what each grants. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Whether the server has told all of it. If not, the roles are the default ones. */
  readonly isOfServer: boolean
  /** Whether the server is a proxy: its application may have routes of its own. */
  readonly isOfProxy: boolean
}

/** The defaults of every server: its roles, without agents and tools. */
export const GENERAL_CATALOGUE: Catalogue = {
  agents: [],
  tools: [],
  roles: {
    owner: ['*'],
    admin: [
      'agents:*',
      'tools:*',
      'workflows:*',
      'memory:*',
      'schedules:*',
      'api-keys:*',
      'tokens:*',
      'audit:read',
      'system:read',
    ],
    member: [
      'agents:read',
      'agents:execute',
      'tools:read',
      'tools:execute',
      'workflows:read',
      'workflows:execute',
      'memory:*',
    ],
    viewer: ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
  },
  isOfServer: false,
  isOfProxy: false,
}

/** The defaults of every proxy. */
export const PROXY_CATALOGUE: Catalogue = {
  ...GENERAL_CATALOGUE,
  isOfProxy: true,
}
