import type { LanguageModelV3CallOptions, LanguageModelV3FunctionTool } from '@ai-sdk/provider'
import { readSchema } from './json-schema.js'
import { contentStems, nameStems, splitName } from './words.js'

/** What one word of the message adds, by where a tool has it; the first place counts. */
const NAME_WEIGHT = 4
const DESCRIPTION_WEIGHT = 2
const PARAMETER_WEIGHT = 1

function parameterStems(tool: LanguageModelV3FunctionTool): ReadonlySet<string> {
  const { properties } = readSchema(tool.inputSchema, tool.inputSchema)
  const texts = Array.from(properties, ([name, schema]) => {
    const { description } = readSchema(schema, tool.inputSchema)
    return `${splitName(name).join(' ')} ${description}`
  })
  return contentStems(texts.join(' '))
}

/** How much a tool has to do with the words of a message; 0: nothing. */
function score(tool: LanguageModelV3FunctionTool, words: ReadonlySet<string>): number {
  const weighed = [
    { stems: new Set(nameStems(tool.name)), weight: NAME_WEIGHT },
    { stems: contentStems(tool.description ?? ''), weight: DESCRIPTION_WEIGHT },
    { stems: parameterStems(tool), weight: PARAMETER_WEIGHT },
  ]
  return [...words]
    .map((word) => weighed.find(({ stems }) => stems.has(word))?.weight ?? 0)
    .reduce((sum, weight) => sum + weight, 0)
}

/** The tools of a call that run here; those of a provider cannot be called by this model. */
export function functionTools({
  tools = [],
}: LanguageModelV3CallOptions): readonly LanguageModelV3FunctionTool[] {
  return tools.filter((tool) => tool.type === 'function')
}

/**
 * The tool that shares most words with a message, by its name, description and parameters; the
 * first of equals. `toolChoice` may forbid every tool, name one, or ask for one even where no word
 * is shared.
 */
export function chooseTool(
  options: LanguageModelV3CallOptions,
  text: string,
): LanguageModelV3FunctionTool | undefined {
  const { toolChoice } = options
  const tools = functionTools(options)
  if (toolChoice?.type === 'none') return undefined
  if (toolChoice?.type === 'tool') return tools.find(({ name }) => name === toolChoice.toolName)
  const words = contentStems(text)
  const scored = tools.map((tool) => ({ tool, score: score(tool, words) }))
  const best = Math.max(0, ...scored.map((each) => each.score))
  if (best === 0 && toolChoice?.type !== 'required') return undefined
  return scored.find((each) => each.score === best)?.tool
}
