import { grants } from '../api/permission.js'
import type { Catalogue } from './catalogue.js'

/** An agent that is allowed to run, and its tools that are not. The server does not offer these to the model. */
export interface MissingTools {
  readonly agent: string
  readonly tools: readonly string[]
}

/** The agents that scopes allow to run, but without all of their tools. */
export function missingTools(
  scopes: readonly string[],
  { agents }: Catalogue,
): readonly MissingTools[] {
  return agents
    .filter(({ id }) => grants(scopes, `agents:execute:${id}`))
    .map(({ id, tools }) => ({
      agent: id,
      tools: tools.filter((tool) => !grants(scopes, `tools:execute:${tool}`)),
    }))
    .filter(({ tools }) => tools.length > 0)
}
