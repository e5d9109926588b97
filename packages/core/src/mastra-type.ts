/**
 * The application, for the types of its parts: a `Mastra` has agents, these have tools, and a tool is given the `Mastra`.
 * Such types can only name each other. This is the one place where a type looks up, so that the imports form no circle.
 */
export type Mastra = import('./mastra.js').Mastra
