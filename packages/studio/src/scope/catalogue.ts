/** An agent, as far as scopes are concerned. */
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
  /** Whether the server itself has said so; else it is what every server has. */
  readonly isOfServer: boolean
}

/** What every server has unless it says otherwise: its roles, and no agents that are known. */
export const GENERAL_CATALOGUE: Catalogue = {
  agents: [],
  tools: [],
  roles: {
    owner: ['*'],
    admin: [
      'agents:*',
      'tools:*',
      'memory:*',
      'api-keys:*',
      'tokens:*',
      'audit:read',
      'system:read',
    ],
    member: ['agents:read', 'agents:execute', 'tools:read', 'tools:execute', 'memory:*'],
    viewer: ['agents:read', 'tools:read', 'memory:read'],
  },
  isOfServer: false,
}
