/** What a member may do behind a proxy by default. */
export const MEMBER: readonly string[] = [
  'agents:read',
  'agents:execute',
  'tools:read',
  'tools:execute',
  'workflows:read',
  'workflows:execute',
  'memory:*',
]
