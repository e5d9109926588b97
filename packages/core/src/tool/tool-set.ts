import type { Tool } from './create-tool.js'

/** An agent's own tools, by the name that its model calls them. */
export type AgentTools = Readonly<Record<string, Tool>>
