import type { LanguageModelV3CallOptions, LanguageModelV3FunctionTool } from '@ai-sdk/provider'
import { createSchemaReader } from './json-schema.js'
import { WordReader } from './words.js'
import type { Work } from './work.js'

/** What one word of the message adds, by where a tool has it; the first place counts. */
const NAME_WEIGHT = 4
const DESCRIPTION_WEIGHT = 2
const PARAMETER_WEIGHT = 1

/** The stems of a tool's words, each with the weight of the first place that has it. */
function weighWords(
  { name, description = '', inputSchema }: LanguageModelV3FunctionTool,
  words: WordReader,
  work: Work,
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  const add = (stems: Iterable<string>, weight: number) => {
    for (const stem of stems) if (!weights.has(stem)) weights.set(stem, weight)
  }
  add(words.readName(name).stems, NAME_WEIGHT)
  add(words.contentStems(description), DESCRIPTION_WEIGHT)
  const read = createSchemaReader(inputSchema, work)
  for (const [parameter, schema] of read(inputSchema).properties) {
    const named = words.readName(parameter).words.join(' ')
    add(words.contentStems(named), PARAMETER_WEIGHT)
    add(words.contentStems(read(schema).description), PARAMETER_WEIGHT)
  }
  return weights
}

/** How much a tool has to do with the words of a message; 0: nothing. */
function score(weights: ReadonlyMap<string, number>, words: ReadonlySet<string>): number {
  let sum = 0
  for (const [stem, weight] of weights) if (words.has(stem)) sum += weight
  return sum
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
 *
 * @throws {WorkLimitError} where there is too much to read
 */
export function chooseTool(
  options: LanguageModelV3CallOptions,
  text: string,
  work: Work,
): LanguageModelV3FunctionTool | undefined {
  const { toolChoice } = options
  const tools = functionTools(options)
  if (toolChoice?.type === 'none') return undefined
  if (toolChoice?.type === 'tool') return tools.find(({ name }) => name === toolChoice.toolName)
  const reader = new WordReader(work)
  const words = reader.contentStems(text)
  let best = toolChoice?.type === 'required' ? tools[0] : undefined
  let bestScore = 0
  for (const tool of tools) {
    const reached = score(weighWords(tool, reader, work), words)
    if (reached <= bestScore) continue
    best = tool
    bestScore = reached
  }
  return best
}
